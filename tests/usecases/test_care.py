"""孕情 as a service: only with consent, sealed to health workers, and gone by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from sync.server import tables
from tests.sync.laptops import Laptop
from tests.sync.sample import ZONE
from tests.sync.sealed import Town, add, designate, matter_of, open_town, reading, rows, write
from township.errors import NotAllowed, WorldError
from township.records import AccessEntry, ServiceCount
from township.rules.settings import PRESET
from township.storage import search
from township.usecases import care
from township.values import CHINA

WOMAN = "柳暮云 13912345678"
ASKED = {"willing": True, "zone_id": ZONE, "who": WOMAN, "help": ("ride",)}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("town")) as found:
        for login in ("wei", "shuji", "xiang"):
            found.laptop(login)
        yield found


def told(laptop: Laptop) -> str:
    with laptop.database.reader() as session:
        return care.told(session, [ZONE])


def acts(town: Town) -> list[tuple[str, int | None]]:
    c = tables.record.c
    with town.server.service.store.reading() as connection:
        kind = c.kind == AccessEntry.kind()
        found = connection.scalars(select(c.state).where(kind).order_by(c.seq)).all()
    entries = [msgspec.msgpack.decode(one) for one in found]
    return [(one["act"], one.get("row_count")) for one in entries]


def test_scenario_8_yes_no_and_gone_after_ninety_days(town: Town) -> None:
    worker, secretary, cadre = (town.laptop(login) for login in ("wei", "shuji", "xiang"))
    with worker.database.reader() as session:
        assert not care.offered(session, worker.database.clock().astimezone(CHINA).date()), (
            "off by default"
        )
    with pytest.raises(WorldError, match="还没有为这类事项指定"):
        write(cadre, "care", **ASKED)
    designate(town, "care", "wei")
    town.sync("wei", "shuji", "xiang")
    with pytest.raises(NotAllowed, match="什么都不能保存"):
        write(cadre, "care", **{**ASKED, "willing": False})
    assert cadre.states() == []
    receipt = write(cadre, "care", **ASKED)
    assert receipt.readers == 1
    town.sync("xiang", "wei", "shuji")
    today = worker.database.clock().astimezone(CHINA).date()
    add(worker, matter_of(worker, receipt), "note", stage="d42", checked_on=today)
    town.sync("wei", "shuji", "xiang")
    matter = matter_of(worker, receipt)
    assert matter.first.who == WOMAN and matter.first.help == ("ride",)
    assert care.ends_on(matter, PRESET) == today + timedelta(days=90)
    assert told(secretary) == "<5" and rows(secretary) == rows(cadre) == 0
    with secretary.database.reader() as session:
        assert not search.household_ids(session, "柳暮云")
    later(worker, timedelta(days=89))
    town.sync("wei")
    assert reading(worker).matters
    later(worker, timedelta(days=1))
    town.sync("wei", "xiang", "shuji")
    assert not reading(worker).matters and acts(town) == [("purge", 2)]
    with town.server.service.store.reading() as connection:
        c = tables.record.c
        left = connection.scalars(select(c.state).where(c.kind == "sealed_entry")).all()
    assert [msgspec.msgpack.decode(one)["sealed"] for one in left] == [None, None]


def test_a_small_number_is_told_to_nobody_and_refusal_takes_effect_at_once(town: Town) -> None:
    worker, secretary, cadre = (town.laptop(login) for login in ("wei", "shuji", "xiang"))
    designate(town, "care", "wei")
    town.sync("wei", "xiang")
    receipts = [write(cadre, "care", **ASKED) for _ in range(5)]
    town.sync("xiang", "wei", "shuji")
    assert told(secretary) == "5"
    add(worker, matter_of(worker, receipts[0]), "withdrawn", wish="不再需要")
    town.sync("wei", "shuji")
    assert told(secretary) == "<5"
    assert len(reading(worker).matters) == 4, "hers is gone already"
    with secretary.database.reader() as session:
        assert session.scalars(select(ServiceCount.number)).all() == [None]


def later(laptop: Laptop, span: timedelta) -> None:
    """The laptop's clock moves on."""
    before = laptop.database.clock

    def clock() -> datetime:
        return before() + span

    laptop.database.clock = clock
