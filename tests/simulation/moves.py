"""Households that move to the other zone, and work on them by those who do not know it yet."""

from __future__ import annotations

from contextlib import suppress
from random import Random

from sqlalchemy import select

from sync.server import tables
from sync.server.office import Office
from tests.simulation.questions import work as work_on
from tests.simulation.template import CADRES, ZONES
from tests.simulation.works import _visit
from tests.simulation.world import Crash, Machine, World
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import Household
from township.storage import tables as laptop_tables
from township.storage.work import UnitOfWork


def move(here: World, dice: Random) -> None:
    """Somebody moves a household; mostly on a laptop that holds both zones."""
    able = [machine for machine in here.machines if _holds_both(machine)]
    chosen = here.machines if not able or dice.random() < 0.1 else able
    machine = dice.choice(chosen)
    with here.at(machine), machine.database.work(machine.seat.cadre) as unit:
        living = select(Household.id).where(Household.deleted_at.is_(None)).order_by(Household.id)
        ids = unit.session.scalars(living).all()
        if not ids:
            return
        home = unit.session.get_one(Household, dice.choice(ids))
        zone = ZONES[1 - ZONES.index(home.zone_id)]
        unit.move(home, zone, bytes([dice.randrange(3)]) * 16)
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
