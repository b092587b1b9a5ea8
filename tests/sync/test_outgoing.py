"""Records that leave: everybody sends them in, and only who is granted their bucket has them."""

from pathlib import Path

import pytest
from sqlalchemy import select

from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, enrolled, overlay_rows
from tests.sync.snapshots import enter
from tests.sync.test_incarnations import twin
from township.changes import Op
from township.errors import NotAllowed
from township.records import AccessEntry, Household, new_id

from .sample import ZONE


@pytest.fixture
def auditor(server: OpenServer, url: str, tmp_path: Path) -> Laptop:
    fields = {"login": "shen", "name": "沈明", "roles": "AUD", "status": "active"}
    enter(server, Op("cadre", new_id(), "insert", "township/i", fields))
    laptop = enrolled(server, url, tmp_path / "audit", "shen")
    laptop.sync()
    return laptop


def note(laptop: Laptop, text: str, *also: Household) -> None:
    entry = AccessEntry(who_name="向美华", act="unmask", reason="identity", reason_text=text)
    with laptop.database.work(laptop.cadre) as work:
        work.add(entry)
        for record in also:
            work.add(record)
        work.commit()


def entries(laptop: Laptop) -> list[str | None]:
    with laptop.database.reader() as session:
        rows = session.scalars(select(AccessEntry).order_by(AccessEntry.id))
        return [row.reason_text for row in rows]


def home(no: str) -> Household:
    return Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=no)


def test_an_entry_is_no_row_where_it_was_made(one: Laptop, two: Laptop, auditor: Laptop) -> None:
    one.sync()
    note(one, "甲", home("1-001"))
    note(one, "乙")
    assert entries(one) == []
    for laptop in (one, two, auditor, one):
        laptop.sync()
    assert one.states() == ["applied", "applied"]
    assert entries(one) == entries(two) == []
    assert entries(auditor) == ["甲", "乙"]
    assert overlay_rows(one) == 0
    with two.database.reader() as session:
        assert session.scalars(select(Household.no)).all() == ["1-001"]


def test_the_auditor_holds_nothing_of_the_zones(one: Laptop, auditor: Laptop) -> None:
    one.sync()
    note(one, "甲", home("1-001"))
    one.sync()
    auditor.sync()
    with auditor.database.reader() as session:
        assert session.scalars(select(Household)).all() == []


def test_nobody_changes_or_deletes_an_entry(one: Laptop, auditor: Laptop) -> None:
    one.sync()
    note(one, "甲")
    one.sync()
    auditor.sync()
    with auditor.database.work(auditor.cadre) as work:
        entry = work.session.scalars(select(AccessEntry)).one()
        entry.reason_text = "改了"
        with pytest.raises(NotAllowed):
            work.commit()
    with auditor.database.work(auditor.cadre) as work:
        work.delete(work.session.scalars(select(AccessEntry)).one())
        with pytest.raises(NotAllowed):
            work.commit()
    assert entries(auditor) == ["甲"]


def test_a_copied_laptop_sends_its_entries_in_a_new_chain(
    one: Laptop, auditor: Laptop, tmp_path: Path
) -> None:
    one.sync()
    copy = twin(one, tmp_path / "copy.db")
    one = Laptop(type(copy.database).open(one.database.path, copy.database.key), one.cadre)
    note(one, "甲")
    one.sync()
    note(copy, "乙", home("1-002"))
    for _ in range(2):
        copy.sync()
        one.sync()
    auditor.sync()
    assert sorted(filter(None, entries(auditor))) == ["乙", "甲"]
    assert entries(one) == entries(copy) == []
    assert overlay_rows(copy) == overlay_rows(one) == 0
