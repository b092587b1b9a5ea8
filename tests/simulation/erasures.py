"""The office erases in a plan: contents that can be recognised, wishes, and the keeper's sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from random import Random
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from sync.server import erasing, tables
from tests.simulation.line import sync_whole
from tests.simulation.questions import work as work_on
from tests.simulation.works import _visit
from tests.simulation.world import Crash, World
from township.errors import InvalidInput, NotAllowed
from township.records import Attachment, Conflict, Household, Need, Record, Visit
from township.storage.work import UnitOfWork
from township.usecases.erasing import erase_fields, erase_past, erase_records

_WRITTEN: tuple[tuple[type[Record], str], ...] = (
    (Household, "address"),
    (Visit, "talk"),
    (Need, "measure"),
)


def _word(here: World) -> str:
    """A word that is nowhere else."""
    here.words += 1
    return f"鹧鸪{here.words:05}"


def _some(unit: UnitOfWork, dice: Random, kind: type[Record], *, dead: bool = False) -> Any:
    living = () if dead else (kind.deleted_at.is_(None),)
    ids = unit.session.scalars(select(kind.id).where(*living).order_by(kind.id)).all()
    return unit.session.get(kind, dice.choice(ids)) if ids else None


def write_down(here: World, dice: Random) -> None:
    """Somebody writes what may have to be erased: into what is there, or with a new visit."""

    def act(unit: UnitOfWork) -> None:
        if dice.random() < 0.4 and (home := _some(unit, dice, Household)):
            visit = _visit(here, dice, home, unit)
            visit.talk = _word(here)
            unit.add(visit)
        for kind, name in dice.sample(_WRITTEN, 2):
            if found := _some(unit, dice, kind):
                setattr(found, name, _word(here))

    work_on(here, dice, act)


def erase(here: World, dice: Random) -> None:
    """The office erases a household with all that hangs on it, one record, or a field."""
    offices = [n for n, machine in enumerate(here.machines) if machine.seat.login == "zhou"]
    number = dice.choice(offices)
    machine = here.machines[number]
    if dice.random() < 0.6:
        sync_whole(here, number)
    with (
        here.at(machine),
        suppress(InvalidInput, NotAllowed),  # a new laptop does not know its cadre yet
        machine.database.work(machine.seat.cadre) as unit,
    ):
        _erase(here, unit, dice)
        unit.commit()
    if dice.random() < 0.6:
        sync_whole(here, number)
    if dice.random() < 0.4:
        erase_sweep(here, dice)


def _erase(here: World, unit: UnitOfWork, dice: Random) -> None:
    chance = dice.random()
    if chance < 0.35:
        if home := _some(unit, dice, Household, dead=True):
            erase_records(unit, _with_all(unit, home), "request")
    elif chance < 0.65:
        kind = dice.choice([Visit, Visit, Need, Attachment, Conflict])
        if found := _some(unit, dice, kind, dead=True):
            erase_records(unit, [found], "expired")
    else:
        kind, name = dice.choice(_WRITTEN)
        found = _some(unit, dice, kind)
        if found is None:
            return
        if chance < 0.9:
            erase_fields(unit, found, [name], "withdrawn")
        else:
            setattr(found, name, _word(here))
            erase_past(unit, found, [name], "corrected")


def _with_all(unit: UnitOfWork, home: Record) -> list[Record]:
    """A household, what hangs on it, and the conflicts about all of these."""

    def those(kind: type[Record], refers: Any, to: Iterable[Record]) -> list[Record]:
        ids = [record.id for record in to]
        return list(unit.session.scalars(select(kind).where(refers.in_(ids)).order_by(kind.id)))

    found = [home]
    for kind in (Visit, Need, Attachment):
        found += those(kind, kind.household_id, [home])
    return found + those(Conflict, Conflict.target_id, found)


def erase_sweep(here: World, dice: Random) -> None:
    """The township carries out what it can; it may stop at one of its commits."""
    crashes = dice.random() < 0.35
    if crashes:
        here.fuse.armed, here.fuse.spared = dice.choice(["before", "after"]), dice.randrange(4)
    with suppress(Crash):
        sweep(here, together=dice.randint(1, 3))
    if crashes:
        here.fuse.armed, here.fuse.spared = None, 0
    here.past.look(here)
    here.watch_log()


def sweep(here: World, together: int = 2) -> int:
    """One sweep, a few entries in each transaction; how many erasures are done with it."""
    here.past.look(here)
    service = here.server.service
    with patch.object(erasing, "_TOGETHER", together):
        return erasing.sweep(service.store, service.township_id, service.clock())


def asked(here: World) -> bool:
    """Does the township know of an erasure?"""
    c = tables.record.c
    with here.server.service.store.reading() as connection:
        found = connection.scalar(select(c.id).where(c.kind == "erasure").limit(1))
    return found is not None
