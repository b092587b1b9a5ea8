"""The village of the meetings with more homes, the offices, a hotline and a box."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from tests.usecases import meetings_sample
from tests.usecases.meetings_sample import CADRE, GROUP, HOME, KEY, ZONE, Clock, add, do
from township.records import (
    Cadre,
    Household,
    HouseholdLink,
    Person,
    SpecialGroupMember,
    Visit,
    WorkLog,
    Zone,
    ZoneStaff,
    new_id,
)
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import cards
from township.usecases.dues import Asker
from township.usecases.township_settings import settings_of
from township.usecases.zones_due import due

OFFICE, PETITIONS, POLICE, GUEST_ONE, GUEST_TWO = (new_id() for _ in range(5))
HOMES = [new_id() for _ in range(6)]
OLD, POOR = HOMES[4], HOMES[5]
"""An empty nest and a poor household; nobody is linked with either."""
MEMBER = new_id()
HOTLINE = "0717-2881234"


def fill(connection: Connection) -> None:
    meetings_sample.fill(connection)
    people = (
        (OFFICE, "刘主任", ("PGO",)),
        (PETITIONS, "何访", ("PET",)),
        (POLICE, "周警官", ("PO",)),
        (GUEST_ONE, "谭机关", ("TC",)),
        (GUEST_TWO, "颜机关", ("TC",)),
    )
    for one, name, roles in people:
        known = {"login": name, "status": "active", "roles": roles, "zones": (ZONE,)}
        add(connection, Cadre, id=one, name=name, work_phone="12300001111", **known)
    for one, role in ((POLICE, "PO"), (GUEST_ONE, "TC"), (GUEST_TWO, "TC")):
        since = date(2026, 1, 1)
        add(connection, ZoneStaff, zone_id=ZONE, cadre_id=one, role=role, from_on=since)
    place = {"zone_kind": "village", "hotline": HOTLINE, "box_place": "村委会门口"}
    connection.execute(update(Zone).where(Zone.id == ZONE).values(**place))
    for at, home in enumerate(HOMES):
        here = {"zone_id": ZONE, "group_id": GROUP, "no": f"龙马溪-2-{at + 1:03}"}
        head = new_id()
        add(connection, Household, id=home, head_person_id=head, **here)
        add(connection, Person, id=head, household_id=home, zone_id=ZONE, name=f"王{at + 1}明")
    for home, kind, member in ((OLD, "empty_nest", MEMBER), (POOR, "hardship", new_id())):
        since = {"from_on": date(2026, 1, 1), "until_on": date(2026, 12, 31)}
        known = {"zone_id": ZONE, "household_id": home, "group_kind": kind, "helper_id": CADRE}
        add(connection, SpecialGroupMember, id=member, **known, **since)
    log = new_id()
    add(connection, WorkLog, id=log, zone_id=ZONE, cadre_id=CADRE, worked_on=date(2026, 5, 6))
    for at, home in enumerate(HOMES[:3]):
        linked = {"zone_id": ZONE, "cadre_id": CADRE, "household_id": home, "year": 2026}
        add(connection, HouseholdLink, **linked)
        seen = {"work_log_id": log, "household_id": home, "zone_id": ZONE}
        way = ("in_home", "in_home", "phone")[at]
        add(connection, Visit, visited_on=date(2026, 5, 6), way=way, session="am", **seen)


@pytest.fixture(scope="module")
def zone_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The village as it is at the beginning, made once."""
    path = tmp_path_factory.mktemp("zones") / "laptop.db"
    database = Database.create(path, KEY, Clock())
    with database.writing() as connection:
        fill(connection)
    database.close()
    return path


@pytest.fixture
def village(zone_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = Database.open(shutil.copy(zone_template, tmp_path / "zones.db"), KEY, clock)
    yield database
    database.close()


def made_card(database: Database, *, approved: bool = True) -> bytes:
    """The office makes the next version, the mayor approves it."""
    day = date(2026, 5, 1)

    def make(work: UnitOfWork) -> bytes:
        return cards.make(work, ZONE, day, "0717-2880000", "每月 15 日")

    card = do(database, OFFICE, make)
    if approved:
        do(database, meetings_sample.MAYOR, lambda work: cards.approve(work, ZONE))
    return card


def waiting(database: Database, cadre: bytes) -> list[str]:
    """What of the zones waits for somebody now."""
    with database.reader() as session:
        asker = Asker(session.get_one(Cadre, cadre), database.clock(), settings_of(session))
        return [one.text for one in sorted(due(session, asker), key=lambda one: one.order)]


__all__ = ["HOME"]
