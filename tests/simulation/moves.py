"""Households that move to the other zone, and work on them by those who do not know it yet."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from sqlalchemy import select

from sync.server import tables
from sync.server.office import Office
from tests.simulation.line import sync_whole
from tests.simulation.questions import work as work_on
from tests.simulation.template import CADRES, ZONES
from tests.simulation.works import _visit
from tests.simulation.world import Crash, Machine, World
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import Household, Visit
from township.storage import tables as laptop_tables
from township.storage.work import UnitOfWork


def move(here: World, dice: Random) -> None:
    """Somebody moves a household, mostly on a laptop that holds both zones.

    Others may work on it, or move it too, before they hear of it.
    """
    able = [n for n, machine in enumerate(here.machines) if _holds_both(machine)]
    everybody = list(range(len(here.machines)))
    number = dice.choice(everybody if not able or dice.random() < 0.1 else able)
    if dice.random() < 0.6:
        sync_whole(here, number)
    home = _move_one(here, dice, number)
    if home is None:
        return
    others = [n for n in everybody if n != number and _holds(here.machines[n], home)]
    if others and dice.random() < 0.25:
        _move_one(here, dice, dice.choice(others), home)
    if dice.random() < 0.6:
        sync_whole(here, number)
    if others and dice.random() < 0.7:
        _work_at(here, dice, dice.choice(others), home)


def _move_one(here: World, dice: Random, number: int, home: bytes | None = None) -> bytes | None:
    machine = here.machines[number]
    living = select(Household.id).where(Household.deleted_at.is_(None)).order_by(Household.id)
    with here.at(machine), machine.database.work(machine.seat.cadre) as unit:
        ids = unit.session.scalars(living).all()
        if home is None and ids:
            home = dice.choice(ids)
        if home in ids:
            found = unit.session.get_one(Household, home)
            zone = ZONES[1 - ZONES.index(found.zone_id)]
            unit.move(found, zone, bytes([dice.randrange(3)]) * 16)
            unit.commit()
    return home


def _holds(machine: Machine, home: bytes) -> bool:
    with machine.database.reader() as session:
        found = session.get(Household, home)
        return found is not None and found.deleted_at is None


def _work_at(here: World, dice: Random, number: int, home: bytes) -> None:
    """Somebody visits the household and writes down what has changed."""
    machine = here.machines[number]
    with here.at(machine), machine.database.work(machine.seat.cadre) as unit:
        found = unit.session.get(Household, home)
        if found is None:
            return
        if dice.random() < 0.6:
            unit.add(_visit(here, dice, found, unit))
        if dice.random() < 0.6:
            found.phone = f"1234567890{dice.randrange(3)}"
        visits = select(Visit).where(Visit.household_id == home).order_by(Visit.id)
        if (seen := unit.session.scalars(visits).all()) and dice.random() < 0.4:
            unit.delete(dice.choice(seen))
        unit.commit()


def _holds_both(machine: Machine) -> bool:
    with machine.database.reader() as session:
        names = set(session.scalars(select(laptop_tables.bucket_cursor.c.bucket)))
    return {f"{zone.hex()}/{name}" for zone in ZONES for name in "ir"} <= names


def visit_again(here: World, dice: Random) -> None:
    """A visit to a household that is known already."""

    def act(unit: UnitOfWork) -> None:
        homes = unit.session.scalars(select(Household).order_by(Household.id)).all()
        if homes:
            unit.add(_visit(here, dice, dice.choice(homes), unit))

    work_on(here, dice, act)


def lamp_at_home(here: World, dice: Random) -> None:
    """The office writes of a newer kind that hangs on a household."""
    c = tables.record.c
    with here.server.service.store.reading() as connection:
        homes = connection.execute(
            select(c.id, c.bucket).where(c.kind == "household").order_by(c.id)
        ).all()
    if not homes:
        return
    home = dice.choice(homes)
    zone = bytes.fromhex(home.bucket.split("/")[0])
    fields = {"zone_id": zone, "household_id": home.id, "roof": f"{dice.randrange(1000)}"}
    op = Op("street_lamp", here.new_id(dice), "insert", home.bucket, fields)
    office = Office(here.server)
    head = office.head()
    moment = int(here.now.timestamp() * 1000)
    header = Header(
        SCHEMA + 1, office.number, head.incarnation, head.dseq + 1, CADRES["zhou"], moment, 1
    )
    with suppress(Crash):
        office.load([Changeset(encode(header), [encode(op)])])
    here.watch_log()
