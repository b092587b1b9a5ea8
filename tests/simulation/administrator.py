"""The administrator and quarantined work; and programs that are updated, or must be."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from unittest.mock import patch

from sync.server import admin, quarantine, readmission
from sync.server.checks import Refused
from sync.server.readmission import Blocked, Unknown
from tests.simulation.world import Crash, World

NEWEST = 2


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
