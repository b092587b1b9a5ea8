"""A restored township does once more what it had erased, whichever way the erasure comes again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from sync.server import folder, quarantine, readmission, tables
from sync.server.office import Office
from tests.sync.laptops import Laptop
from tests.sync.restoring import Town
from tests.sync.sample import office_changeset
from tests.sync.snapshots import enter
from tests.sync.test_erasing import CLERK, NAME, PHONE, erase, fill, server_holds, swept, values
from township.changes import Op
from township.records import Person, new_id


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    path = tmp_path / "server"
    folder.init(path, "屈原镇")
    town = Town(path, folder.open_server(path))
    office = Office(town.server)
    office.load([office_changeset(office)])
    enter(town.server, Op("cadre", new_id(), "insert", "township/i", CLERK))
    yield town
    town.server.close()


@pytest.fixture
def laptops(town: Town) -> Iterator[tuple[Laptop, Laptop]]:
    """Of the village and of the office."""
    both = town.laptop("xiang"), town.laptop("clerk")
    town.sync(*both)
    yield both
    for laptop in both:
        laptop.database.close()


def test_an_erasure_that_is_let_in_from_quarantine(
    town: Town, laptops: tuple[Laptop, Laptop]
) -> None:
    one, clerk = laptops
    _, person, _ = fill(one)
    town.sync(one, clerk)
    town.keep()
    erase(clerk, Person, person)
    town.sync(clerk)
    assert swept(town.server) == 1
    town.sync(clerk, one)
    town.put_back()
    _nobody_may_write_on(town, clerk)
    town.sync(one, clerk)
    assert clerk.states() == ["quarantined"]
    _let_in_all(town)
    town.sync(one, clerk)
    assert swept(town.server) == 1
    town.sync(one, clerk)
    assert not server_holds(town.server, NAME)
    for laptop in laptops:
        assert NAME not in values(laptop.database)


def test_an_emptied_field_of_a_person_who_was_deleted_before_it_came_again(
    town: Town, laptops: tuple[Laptop, Laptop]
) -> None:
    """Until the sweep she can be brought back, without the field."""
    one, clerk = laptops
    _, person, _ = fill(one)
    town.sync(one, clerk)
    town.keep()
    erase(clerk, Person, person, "phone")
    town.sync(clerk)
    assert swept(town.server) == 1
    town.sync(clerk)
    town.put_back()
    with one.database.work(one.cadre) as work:
        found = work.session.get(Person, person)
        assert found and found.phone == PHONE
        work.delete(found)
        work.commit()
    town.sync(one, clerk, one)
    with one.database.work(one.cadre) as work:
        found = work.session.get(Person, person)
        assert found and found.deleted_at and found.phone is None and found.name == NAME
        work.restore(found)
        work.commit()
    town.sync(one)
    assert one.states()[-1] == "applied"
    assert swept(town.server) == 1
    town.sync(one, clerk)
    assert not server_holds(town.server, PHONE)
    for laptop in laptops:
        with laptop.database.reader() as session:
            who = session.get(Person, person)
            assert who and who.deleted_at is None and who.phone is None


def _nobody_may_write_on(town: Town, laptop: Laptop) -> None:
    c = tables.device_author.c
    with town.server.service.store.writing() as connection:
        device = laptop.replica.identity().device
        connection.execute(delete(tables.device_author).where(c.device == device))


def _let_in_all(town: Town) -> None:
    service = town.server.service
    with service.store.reading() as connection:
        waits = [one.seq for one, _ in quarantine.waiting(connection, service.township_id)]
    assert waits
    for seq in waits:
        readmission.admit(service.store, service.township_id, seq, service.clock())
