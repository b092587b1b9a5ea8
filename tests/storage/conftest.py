"""A real encrypted laptop database with one device, one zone and one household."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests import device
from tests.storage.sample import AUTHOR, KEY, Village
from township.records import Group, Household, Person, Zone
from township.storage import tables
from township.storage.database import Database

NOW = datetime(2026, 5, 3, 6, 5, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", KEY, clock=lambda: NOW)
    with database.writing() as connection:
        device.enter(connection)
        connection.execute(insert(tables.local_author).values(login="xiang", cadre_id=AUTHOR))
    yield database
    database.close()


@pytest.fixture
def village(database: Database) -> Village:
    """One household of the demo kind, saved as a cadre would save it."""
    with database.work(AUTHOR) as work:
        zone = Zone(
            code="420527103210", name="龙马溪村", zone_kind="village", hotline="0717-2881234"
        )
        work.add(zone)
        group = Group(zone_id=zone.id, number=2, name="二组")
        work.add(group)
        home = Household(zone_id=zone.id, no="龙马溪-2-017", group_id=group.id, phone="12345678901")
        work.add(home)
        head = Person(zone_id=zone.id, household_id=home.id, name="王大明", sex="1", relation="02")
        work.add(head)
        home.head_person_id = head.id
        work.commit()
    return Village(zone.id, group.id, home.id, head.id)
