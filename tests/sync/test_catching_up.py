"""A laptop whose program lacked a kind and fields, after its update: nothing is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, overlay_rows, snapshot
from tests.sync.sample import ZONE
from tests.sync.snapshots import refresh
from tests.sync.test_quarantine import edit, home
from tests.sync.updates import restarted
from township.records import Person, Visit, new_id
from township.storage import bulk, database, later, tables
from township.values import CHINA

LACKS = {"household": {"phone", "housing_safety"}, "visit": {"policies_told"}}
KIND = "person"


@contextmanager
def lacking() -> Iterator[None]:
    """The program of one laptop, before its update."""
    kinds, names = bulk.known_kinds() - {KIND}, bulk.field_names
    with pytest.MonkeyPatch.context() as patch:
        for module in (bulk, later):
            patch.setattr(module, "known_kinds", lambda: kinds)
            patch.setattr(
                module, "field_names", lambda kind: names(kind) - LACKS.get(kind, frozenset())
            )
        yield


def update(laptop: Laptop) -> None:
    with laptop.database.writing() as connection:
        connection.execute(
            tables.setting.update()
            .where(tables.setting.c.key == database.RECORD_SCHEMA)
            .values(value="0")
        )
    laptop.database = restarted(laptop.database)


def waiting(laptop: Laptop) -> int:
    with laptop.database.reader() as session:
        return len(session.execute(select(tables.later_op)).all()) + len(
            session.execute(select(tables.later_record)).all()
        )


def work(two: Laptop) -> tuple[bytes, bytes]:
    """A newer program at work: a household with a person and a visit."""
    house = home(two, phone="12345678901", housing_safety="A")
    person = Person(
        id=new_id(), zone_id=ZONE, household_id=house, name="王大明", sex="1", relation="02"
    )
    visit = Visit(
        zone_id=ZONE,
        household_id=house,
        work_log_id=bytes(16),
        visited_on=two.database.clock().astimezone(CHINA).date(),
        session="am",
        way="in_home",
        purpose="routine",
        resident_present=True,
        policies_told=("medical",),
    )
    with two.database.work(two.cadre) as unit:
        unit.add(person)
        unit.add(visit)
        unit.commit()
    return house, person.id


def go_on(two: Laptop, house: bytes, person: bytes) -> None:
    edit(two, house, phone="12345678902", address="二组")
    edit(two, house, phone=None)
    with two.database.work(two.cadre) as unit:
        unit.session.get_one(Person, person).phone = "12345678903"
        unit.commit()
    with two.database.work(two.cadre) as unit:
        unit.delete(unit.session.get_one(Person, person))
        unit.commit()
    with two.database.work(two.cadre) as unit:
        unit.restore(unit.session.get_one(Person, person))
        unit.commit()


@pytest.mark.parametrize("by", ["log", "snapshot", "both"])
def test_after_the_update_all_is_there(
    server: OpenServer, one: Laptop, two: Laptop, by: str
) -> None:
    house, person = work(two)
    two.sync()
    if by == "snapshot":
        go_on(two, house, person)
        two.sync()
    if by != "log":
        refresh(server)
    with lacking():
        one.sync()
        go_on(two, house, person)
        two.sync()
        one.sync()
        edit(one, house, address="三组")  # pending while the update comes
    assert waiting(one) > 0
    update(one)
    assert waiting(one) == 0
    one.sync()
    two.sync()
    assert snapshot(one) == snapshot(two)
    assert overlay_rows(one) == 0
    with one.database.reader() as session:
        assert session.get_one(Person, person).phone == "12345678903"
        dirty = set(session.scalars(select(tables.search_dirty.c.household_id)))
        assert house in dirty


def test_what_is_still_unknown_waits_on(one: Laptop, two: Laptop) -> None:
    house, person = work(two)
    go_on(two, house, person)
    two.sync()
    with lacking():
        one.sync()
    before = waiting(one)
    kinds, names = bulk.known_kinds(), bulk.field_names
    with pytest.MonkeyPatch.context() as patch:
        for module in (bulk, later):
            patch.setattr(module, "known_kinds", lambda: kinds)
            patch.setattr(module, "field_names", lambda kind: names(kind) - {"phone"})
        update(one)
    assert 0 < waiting(one) < before
    update(one)
    assert waiting(one) == 0
    assert snapshot(one) == snapshot(two)


def test_an_edit_after_the_update_has_its_base(one: Laptop, two: Laptop) -> None:
    house, _ = work(two)
    edit(two, house, phone="12345678905")
    two.sync()
    with lacking():
        one.sync()
    update(one)
    edit(one, house, phone="12345678906", housing_safety="B")
    one.sync()
    two.sync()
    assert one.states() == ["applied"]
    assert snapshot(one) == snapshot(two)
