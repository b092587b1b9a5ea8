"""Old and new programs at one township: a field gets another name, another one becomes two."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.server import admin, audit, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import HOME, TAN, XIANG, ZONE
from tests.sync.snapshots import refresh
from tests.sync.stranger import Stranger, edit, household
from tests.sync.test_quarantine import home
from tests.sync.updates import lift, restarted, update
from tests.test_upcasting import split
from township.changes import SEEN, Op, Writers
from township.records import Conflict, Household, new_id
from township.storage import tables as laptop_tables

RENAMED = {("household", "tel"): lambda value: {"phone": value}, ("household", "house"): split}
VISIT = new_id()


@pytest.fixture
def old(server: OpenServer, url: str) -> Stranger:
    """A laptop with an old program, which will never be updated."""
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["xiang"]))
    return laptop


@pytest.fixture
def other(server: OpenServer, url: str) -> Stranger:
    laptop = Stranger(url)
    laptop.enrol(admin.issue_code(server, ["tan"]))
    return laptop


def name(laptop: Stranger, dseq: int, index: int = 0) -> str:
    assert laptop.enrolled is not None
    return f"{laptop.enrolled.device}.1.{dseq}.{index}"


def visit(told: str) -> Op:
    fields = {"zone_id": ZONE, "household_id": HOME, "work_log_id": bytes(16), "told": told}
    fields |= {"visited_on": "2026-05-04", "session": "am", "way": "in_home", "purpose": "routine"}
    fields |= {"resident_present": 1}
    return Op("visit", VISIT, "insert", f"{ZONE.hex()}/r", fields)


def before(old: Stranger, other: Stranger) -> None:
    """What old programs wrote at an old server: a value, its edit, a conflict, a delete."""
    spare = new_id()
    old.push(household(ZONE, HOME, tel="12345678901", house="empty"), author=XIANG)
    old.push(edit(ZONE, HOME, "tel", "12345678902", name(old, 1)), author=XIANG)
    answer = other.push(edit(ZONE, HOME, "tel", "12345678903", name(old, 1)), author=TAN)
    assert answer.verdicts[0].status == "conflict"
    other.push(household(ZONE, spare, tel="12345678904"), author=TAN)
    other.push(edit(ZONE, spare, "house", "bad", name(other, 2)), author=TAN)
    old.push(visit("medical"), author=XIANG)


def state(server: OpenServer, record: bytes) -> tuple[dict[str, Any], Writers]:
    c = tables.record.c
    with server.service.store.reading() as connection:
        row = connection.execute(select(c.state, c.writers).where(c.id == record)).one()
    return msgspec.msgpack.decode(row.state), Writers.unpack(row.writers)


STEP = {**RENAMED, ("visit", "told"): lambda value: {"policies_told": value}}


@pytest.fixture
def updated(
    server: OpenServer, old: Stranger, other: Stranger, monkeypatch: pytest.MonkeyPatch
) -> list[Any]:
    """The server is updated; returns its log from before."""
    before(old, other)
    refresh(server)
    log = rows(server)
    update(monkeypatch, STEP)
    lift(server)
    return log


def rows(server: OpenServer) -> list[Any]:
    with server.service.store.reading() as connection:
        log = Log(connection, server.service.township_id).walk()
        return [entry._replace(outcome=None) for entry in log]


def test_bytes_stay_and_records_get_their_new_names(
    server: OpenServer, old: Stranger, updated: list[Any]
) -> None:
    assert rows(server) == updated
    values, writers = state(server, HOME)
    assert (values["phone"], values["housing_safety"], values["away"]) == ("12345678902", "A", 1)
    assert "tel" not in values
    assert (writers.of("phone"), writers.of("away")) == (name(old, 2), name(old, 1))
    with server.service.store.reading() as connection:
        assert audit.verify(connection, server.service.township_id).finding is None
        assert connection.execute(select(tables.snapshot)).all() == []


@pytest.mark.usefixtures("updated")
def test_old_programs_push_for_ever(server: OpenServer, old: Stranger, other: Stranger) -> None:
    """A base is found, a conflict is seen, a delete is judged by what its author saw."""
    answer = old.push(edit(ZONE, HOME, "tel", "12345678905", name(old, 2)), author=XIANG)
    assert (answer.verdicts[0].status, answer.minimum, answer.page) == ("applied", 2, None)
    answer = other.push(edit(ZONE, HOME, "house", "bad", name(old, 1)), author=TAN)
    assert answer.verdicts[0].status == "applied"
    answer = other.push(edit(ZONE, HOME, "tel", "12345678906", name(old, 2)), author=TAN)
    assert answer.verdicts[0].status == "conflict"
    values, _ = state(server, HOME)
    assert (values["phone"], values["housing_safety"], values["away"]) == ("12345678905", "D", 0)
    seen = Writers(name(old, 1), {"tel": name(old, 4), "house": name(other, 4)})
    gone = Op("household", HOME, "delete", f"{ZONE.hex()}/i", {SEEN: seen.pack()})
    assert old.push(gone, author=XIANG).verdicts[0].status == "applied"


@pytest.mark.usefixtures("updated")
def test_sets_are_joined_over_the_update(server: OpenServer, old: Stranger) -> None:
    def told(value: str) -> Op:
        return Op("visit", VISIT, "set", f"{ZONE.hex()}/r", {"told": [value, name(old, 3)]})

    assert old.push(told("medical subsidy"), author=XIANG).verdicts[0].status == "applied"
    assert old.push(told("housing medical"), author=XIANG).verdicts[0].status == "applied"
    assert set(state(server, VISIT)[0]["policies_told"].split()) == {
        "medical",
        "subsidy",
        "housing",
    }


@pytest.fixture
def new(server: OpenServer, url: str, updated: list[Any], tmp_path: Path) -> Iterator[Laptop]:
    assert updated
    laptop = enrolled(server, url, tmp_path / "new", "xiang")
    yield laptop
    laptop.database.close()


def test_new_programs_read_what_old_ones_wrote(
    server: OpenServer, url: str, new: Laptop, old: Stranger, tmp_path: Path
) -> None:
    """By the log and by snapshots alike."""
    old.push(edit(ZONE, HOME, "tel", "12345678905", name(old, 2)), author=XIANG)
    new.sync()
    with new.database.reader() as session:
        found = session.get_one(Household, HOME)
        assert (found.phone, found.housing_safety, found.away) == ("12345678905", "A", True)
        assert Writers.unpack(found.writers).of("phone") == name(old, 4)
        conflict = session.scalars(select(Conflict)).one()
        assert conflict.field_name == "phone"
        assert session.execute(select(laptop_tables.later_op)).all() == []
    refresh(server)
    third = enrolled(server, url, tmp_path / "third", "tan")
    third.sync()
    assert snapshot(third) == snapshot(new)
    third.database.close()


def test_a_laptop_is_updated_with_work_that_was_not_sent(
    server: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its changeset stays as it was written, its rows and their writers get the new names."""
    house = home(one, hazard_point="7", phone="12345678901")
    one.sync()
    two.sync()
    for value in ("8", "9"):
        with one.database.work(one.cadre) as work:
            work.session.get_one(Household, house).hazard_point = value
            work.commit()
    update(monkeypatch, {("household", "hazard_point"): lambda value: {"address": value}})
    for laptop in (one, two):
        with laptop.database.writing() as connection:  # as a migration does
            connection.exec_driver_sql(
                "UPDATE household SET address = hazard_point, hazard_point = NULL"
            )
        laptop.database = restarted(laptop.database)
    lift(server)
    with two.database.work(two.cadre) as work:
        work.session.get_one(Household, house).phone = "12345678902"
        work.commit()
    two.sync()
    one.sync()
    two.sync()
    assert snapshot(one) == snapshot(two)
    assert overlay_rows(one) == overlay_rows(two) == 0
    with two.database.reader() as session:
        found = session.get_one(Household, house)
        assert (found.address, found.hazard_point, found.phone) == ("9", None, "12345678902")
    assert one.states() == ["applied"] * 3
