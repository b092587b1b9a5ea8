"""Sealed matters in a plan: the office names readers, people write to them, circles change.

As in the program, a reader's laptop seals what others lack after a sync.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import msgspec
from sqlalchemy import select

from sync.server import sealing_keys, tables
from sync.server.office import Office
from tests.simulation.circles import FITTING, RESERVE, reading
from tests.simulation.line import sync_whole
from tests.simulation.template import CADRES
from tests.simulation.world import Crash, World
from township.changes import SCHEMA, Changeset, Header, Op, Writers, encode
from township.errors import WorldError
from township.records import Designation
from township.storage.work import UnitOfWork
from township.usecases import designations, passing_on, sealed_entries

_SUBJECTS = ("accusation", "box_note")
_ROLES = {
    "xiang": "VC VS PET",
    "tan": "VC VS DIS",
    "deng": "VC VS PET",
    "zhou": "CLK AUD SEC TOP",
}
"""Every cadre may be a reader; the office is security administrator too."""


def first_circle(here: World, dice: Random) -> None:
    """Roles are given out, two readers are named, and all laptops hear of it."""
    _give_roles(here, _ROLES)
    for _ in range(2):
        name_reader(here, dice)
    for number in range(len(here.machines)):
        sync_whole(here, number)


def change_roles(here: World, dice: Random) -> None:
    """A cadre loses the role that lets him read, or all have theirs back."""
    chosen = dice.choice(["xiang", "tan", "deng"])
    _give_roles(here, {chosen: "VC VS"} if dice.random() < 0.5 else _ROLES)


def _give_roles(here: World, wanted: dict[str, str]) -> None:
    office, c = Office(here.server), tables.record.c
    with here.server.service.store.reading() as connection:
        rows = connection.execute(select(c.id, c.state, c.writers).where(c.kind == "cadre")).all()
    ops = []
    for row in sorted(rows, key=lambda row: row.id):
        login = next(login for login, cadre in CADRES.items() if cadre == row.id)
        before = msgspec.msgpack.decode(row.state)["roles"]
        if (roles := wanted.get(login, before)) != before:
            base = Writers.unpack(row.writers).of("roles")
            ops.append(Op("cadre", row.id, "set", "township/i", {"roles": [roles, base]}))
    if not ops:
        return
    here.fuse.armed = None
    head, moment = office.head(), int(here.now.timestamp() * 1000)
    header = Header(
        SCHEMA, office.number, head.incarnation, head.dseq + 1, CADRES["zhou"], moment, len(ops)
    )
    office.load([Changeset(encode(header), [encode(op) for op in ops])])
    here.watch_log()


def name_reader(here: World, dice: Random) -> None:
    """The security administrator designates somebody."""
    subject = dice.choice([*_SUBJECTS, *_SUBJECTS, RESERVE])
    able = [n for n in _ROLES if FITTING[subject] & {*_ROLES[n].split()}]
    cadre = CADRES[dice.choice(able)]
    _at_office(here, dice, lambda unit: designations.designate(unit, subject, cadre))


def unname_reader(here: World, dice: Random) -> None:
    """The security administrator ends a designation."""

    def act(unit: UnitOfWork) -> None:
        open_ = select(Designation.id).where(
            Designation.to_on.is_(None), Designation.deleted_at.is_(None)
        )
        if found := unit.session.scalars(open_.order_by(Designation.id)).all():
            designations.end(unit, dice.choice(found))

    _at_office(here, dice, act)


def _at_office(here: World, dice: Random, act: Callable[..., object]) -> None:
    """On a laptop of the security administrator, mostly between two syncs."""
    here.sealed.begun = True
    offices = [n for n, machine in enumerate(here.machines) if machine.seat.login == "zhou"]
    number = dice.choice(offices)
    machine = here.machines[number]
    if dice.random() < 0.7:
        sync_whole(here, number)
    with (
        here.at(machine),
        suppress(WorldError),  # named already, or the laptop does not know the roles yet
        machine.database.work(machine.seat.cadre) as unit,
    ):
        act(unit)
        unit.commit()
    if dice.random() < 0.7:
        sync_whole(here, number)


def seal(here: World, dice: Random) -> None:
    """Somebody writes down a sealed matter, some about a cadre who may be a reader himself."""
    machine = dice.choice(here.machines)
    accused = dice.sample(sorted(CADRES.values()), dice.choice([0, 0, 0, 1, 2]))
    text = f"反映{here.sealed.word()}"
    values = {"subject": dice.choice(_SUBJECTS), "text": text, "accused": tuple(accused)}
    with (
        here.sealed.watching(here, machine, text),
        suppress(WorldError),  # nobody could receive it
        machine.database.work(machine.seat.cadre) as unit,
    ):
        sealed_entries.record(unit, values)
        unit.commit()


def seal_more(here: World, dice: Random) -> None:
    """A reader adds to a matter, or closes it; a further cadre may come up."""
    readers = [one for one in here.machines if reading(one).matters]
    if not readers:
        return
    machine = dice.choice(readers)
    matters = sorted(one.id for one in reading(machine).matters)
    text = f"补充{here.sealed.word()}"
    accused = (dice.choice(sorted(CADRES.values())),) if dice.random() < 0.2 else ()
    act = dice.choice(["note", "decision", "closing"])
    values = {"text": text, "accused": accused}
    with (
        here.sealed.watching(here, machine, text),
        suppress(WorldError),  # he is no reader any more
        machine.database.work(machine.seat.cadre) as unit,
    ):
        sealed_entries.add(unit, dice.choice(matters), act, values)
        unit.commit()


def sync_and_pass_on(here: World, dice: Random) -> None:
    """A laptop syncs, and seals what others lack by what it has heard."""
    number = dice.randrange(len(here.machines))
    for _ in range(2):
        sync_whole(here, number)
        if not pass_on(here, number):
            return


def pass_on(here: World, number: int) -> bool:
    """What the program does after a sync; True when that wrote something."""
    machine, written = here.machines[number], 0
    if not here.sealed.begun:
        return False
    with here.sealed.watching(here, machine):
        written = passing_on.pass_on(machine.database, machine.seat.cadre)
    return bool(written)


def look_after_keys(here: World, dice: Random) -> None:
    """The township looks whose keys are missing or over, as it does every ten minutes."""
    with suppress(Crash):
        published(here)


def published(here: World) -> bool:
    """Look after the keys; True when something was to be done."""
    if not here.sealed.begun:
        return False
    service = here.server.service
    try:
        return bool(sealing_keys.publish(service.store, service.township_id, service.clock()))
    finally:
        here.watch_log()
