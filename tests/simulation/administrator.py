"""The administrator and quarantined work; and programs that are updated, or must be."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from unittest.mock import patch

from sqlalchemy import select

from sync.server import admin, quarantine, readmission
from sync.server.checks import Refused
from sync.server.readmission import Blocked, Unknown
from tests.simulation import line
from tests.simulation.template import ZONES
from tests.simulation.world import Crash, Machine, World
from township.records import Household

NEWEST = 2


def stranded(here: World, dice: Random) -> None:
    """A laptop works on in a zone that it has just lost, and syncs.

    Some of it may be let in by hand, and the zone may come back.
    """
    here.fuse.armed = None
    number, zone = dice.randrange(len(here.machines) - 1), dice.choice(ZONES)
    machine = here.machines[number]
    here.grant(number, zone, given=False)
    home = _home(here, machine, zone, dice)
    for phone in ("12345678901", "12345678902")[: dice.randint(1, 2)]:
        with here.at(machine), machine.database.work(machine.seat.cadre) as work:
            found = work.session.get(Household, home)
            if found is None:
                found = Household(id=home, zone_id=zone, group_id=bytes(16), no="户-9")
                work.add(found)
            found.phone = phone
            work.commit()
    if dice.random() < 0.8:
        line.sync_whole(here, number)
    if dice.random() < 0.4:
        admit(here, dice)
    if dice.random() < 0.6:
        here.grant(number, zone, given=True)


def _home(here: World, machine: Machine, zone: bytes, dice: Random) -> bytes:
    """A household of this zone that the laptop holds, or a new one."""
    with machine.database.reader() as session:
        query = select(Household.id).where(Household.zone_id == zone).order_by(Household.id)
        known = session.scalars(query).all()
    return dice.choice(known) if known and dice.random() < 0.6 else here.new_id(dice)


def admit(here: World, dice: Random) -> None:
    """One of what waits is let in, whatever the grants say; not always the oldest first."""
    service = here.server.service
    if seq := _some(here, dice):
        with suppress(Crash, Refused, Blocked, Unknown):
            readmission.admit(service.store, service.township_id, seq, service.clock())
    here.watch_log()


def send_back(here: World, dice: Random) -> None:
    """One of what waits is sent back."""
    service = here.server.service
    if seq := _some(here, dice):
        with suppress(Crash, Unknown):
            readmission.refuse(service.store, service.township_id, seq, "重", service.clock())
    here.watch_log()


def look(here: World, dice: Random) -> None:
    """The server looks by itself at what the grants cover by now."""
    service = here.server.service
    with suppress(Crash):
        readmission.sweep(service.store, service.township_id, service.clock())
    here.watch_log()


def minimum(here: World, dice: Random) -> None:
    """The township demands a newer program of who pulls, or does so no more."""
    with suppress(Crash), patch.object(admin, "SCHEMA", NEWEST):
        admin.demand(here.server, dice.randint(1, NEWEST))


def update(here: World, dice: Random) -> None:
    """The program on a laptop is updated."""
    machine = dice.choice(here.machines)
    machine.schema = NEWEST
    here.restart(machine)


def _some(here: World, dice: Random) -> int | None:
    with here.server.service.store.reading() as connection:
        found = quarantine.waiting(connection, here.server.service.township_id)
    return dice.choice(found)[0].seq if found else None
