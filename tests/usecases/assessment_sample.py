"""The village of ``meetings_sample`` with 党政办 and a township cadre, and days of field work."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from tests.usecases.meetings_sample import CADRE, FAR_ZONE, GROUP, HOME, ZONE, add, do
from tests.usecases.meetings_sample import fill as fill_village
from township.records import Cadre, Household, HouseholdLink, WorkLog, ZoneStaff, new_id
from township.storage.database import Database
from township.usecases.assessments import ALL, CadreMonth, UnitMonth, Viewed, month_of
from township.usecases.visits import VisitEntry, log_visit
from township.values import CHINA

OFFICE, TOWN_CADRE = new_id(), new_id()
HOMES = (HOME, *(new_id() for _ in range(15)))
"""Sixteen households; the village cadre is linked with the first fifteen."""
MAY = (2026, 5)


def fill(connection: Connection) -> None:
    """All of them, and the links."""
    fill_village(connection)
    people = ((OFFICE, "陈主任", ("PGO",)), (TOWN_CADRE, "刘干事", ("TC",)))
    for one, name, roles in people:
        cadre = {"login": name, "status": "active", "roles": roles, "zones": (ZONE, FAR_ZONE)}
        add(connection, Cadre, id=one, name=name, post="镇干部", **cadre)
    since = date(2026, 1, 1)
    post = {"zone_id": ZONE, "cadre_id": TOWN_CADRE, "role": "TC"}
    add(connection, ZoneStaff, from_on=since, **post)
    for number, home in enumerate(HOMES[1:], 18):
        no = f"龙马溪-2-{number:03}"
        add(connection, Household, id=home, zone_id=ZONE, group_id=GROUP, no=no)
    for home in HOMES[:15]:
        link = {"zone_id": ZONE, "cadre_id": CADRE, "household_id": home, "year": 2026}
        add(connection, HouseholdLink, **link)


def visit(
    database: Database, cadre: bytes, day: date, sessions: str = "am pm", **more: Any
) -> bytes:
    """Somebody visits a household at home, and writes it down now; returns the log."""
    given = {"way": "in_home", "purpose": "routine", "household_id": HOME} | more
    entry = VisitEntry(visited_on=day, sessions=tuple(sessions.split()), **given)
    do(database, cadre, lambda work: log_visit(work, entry))
    return log_of(database, cadre, day)


def log_of(database: Database, cadre: bytes, day: date) -> bytes:
    """The log of somebody's day."""
    with database.reader() as session:
        rows = session.query(WorkLog.id, WorkLog.cadre_id, WorkLog.worked_on, WorkLog.deleted_at)
        [found] = [one for one, who, on, gone in rows if (who, on, gone) == (cadre, day, None)]
    return bytes(found)


def units(
    database: Database, viewer: bytes, month: tuple[int, int] = MAY, which: str = ALL
) -> dict[str, UnitMonth]:
    """What somebody sees of a month now, by title."""
    today = database.clock().astimezone(CHINA).date()
    with database.reader() as session:
        found = month_of(session, Viewed(viewer, *month, today), which)
    return {one.title: one for one in found}


def line_of(found: UnitMonth, cadre: bytes) -> CadreMonth:
    """One cadre's row."""
    [row] = [one for one in found.rows if one.line.cadre_id == cadre]
    return row
