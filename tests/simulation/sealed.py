"""What must be true of sealed matters once all is at rest (decision 040).

| promise | where |
|---|---|
| only its reader's laptops hold a copy, and the plain text is nowhere | ``_nobody_else_holds`` |
| whose key opens a copy that lives reads exactly what was written | ``_copies_are_read`` |
| who came into the circle has what others in it can read | ``_newcomers_have_it`` |
| the last copy of an entry never goes | ``_somebody_has_it`` |
| who left the circle keeps no copies once others have them | ``_who_left_has_none`` |
| keys are published of the laptops, not shut out, of who was ever named | ``_keys_are_right`` |

To whom something may be sealed at all is checked at that moment (``circles``), by what the laptop
knew: an ended key or designation counts from when it is known there, no earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select

from sync.server import tables
from tests.simulation.circles import WORD, Circle, Copy, public_of, reading, sight_of
from tests.simulation.erased import at_the_township, opened, values_in
from tests.simulation.model import Model
from tests.simulation.past import ops_of
from tests.simulation.sight import rows_of
from tests.simulation.things import Broken
from tests.simulation.world import Machine, World
from township.storage import tables as laptop_tables
from township.storage.sealing import recipient_text
from township.usecases.passing_on import AGAIN
from township.usecases.sealed_matters import Matter, MatterEntry


def check(world: World, through: list[Machine], model: Model) -> None:
    """Raises Broken. The world must be at rest."""
    if not world.sealed.begun:
        return
    _nobody_else_holds(world)
    _keys_are_right(world, model)
    living = _living(world, model)
    entries = {machine.seat.file: _entries(machine) for machine in through}
    for machine in through:
        _copies_are_read(world, machine, living, entries[machine.seat.file])
    for machine in through:
        _newcomers_have_it(world, machine, through, entries)
        _who_left_has_none(machine)
    _somebody_has_it(world, model, living)


def _living(world: World, model: Model) -> list[Copy]:
    """Copies that the township holds with their bytes."""
    return [
        copy
        for record, copy in world.sealed.copies.items()
        if (thing := model.things.get(("sealed_entry", record))) is not None
        and not thing.deleted
        and thing.values.get("sealed") is not None
    ]


def _entries(machine: Machine) -> dict[bytes, MatterEntry]:
    return {one.text.entry: one for matter in reading(machine).matters for one in matter.entries}


def _copies_are_read(
    world: World, machine: Machine, living: list[Copy], read: dict[bytes, MatterEntry]
) -> None:
    login, public = machine.seat.login, public_of(machine)
    due = {copy.entry for copy in living if public in copy.openers}
    if due != read.keys():
        raise Broken(1, f"{login} reads {len(read)} sealed entries of {len(due)} that it opens")
    for entry, found in read.items():
        if found.text != world.sealed.texts[entry] or found.differs:
            raise Broken(2, f"{login} reads {found.text.text} otherwise than it was written")


def _newcomers_have_it(
    world: World,
    machine: Machine,
    through: list[Machine],
    entries: dict[Any, dict[bytes, MatterEntry]],
) -> None:
    """Whoever belongs to the circle by the day of a reader's laptop has what is read there.

    By the day of all laptops of his too: else he lets it go, and is not given it for ever.
    """
    for matter in reading(machine).matters:
        circle = _circle(machine, matter)
        outside = {
            other.seat.cadre
            for other in world.machines
            if other.seat.cadre not in _circle(other, matter)
        }
        for other in through:
            reader = other.seat.cadre
            if public_of(other) not in circle.get(reader, frozenset()) or reader in outside:
                continue
            held = entries[other.seat.file].keys()
            for one in matter.entries:
                entry = one.text.entry
                if entry not in held and world.sealed.let_go[entry, reader] < AGAIN:
                    raise Broken(
                        1, f"{other.seat.login} lacks {one.text.text} of {machine.seat.login}"
                    )


def _circle(machine: Machine, matter: Matter) -> Circle:
    return sight_of(machine.database).circle(matter.first.subject, matter.recused)


def _who_left_has_none(machine: Machine) -> None:
    """Unless his program could not get through with what it had to pass on."""
    sight, cadre = sight_of(machine.database), machine.seat.cadre
    if not sight.has_left(cadre) or not _all_taken(machine):
        return
    for matter in reading(machine).matters:
        circle = _circle(machine, matter)
        if cadre not in circle and any(circle.values()):
            raise Broken(6, f"{machine.seat.login} keeps {matter.first.text} and reads no more")


def _all_taken(machine: Machine) -> bool:
    c = laptop_tables.changeset.c
    open_ = c.state.in_(("pending", "quarantined", "rejected"))
    with machine.database.reader() as session:
        found = session.scalars(select(c.ops).where(open_)).all()
    return not any(b"sealed_entry" in packed for packed in found)


def _somebody_has_it(world: World, model: Model, living: list[Copy]) -> None:
    """What the township ever took can still be opened by somebody."""
    taken = {
        copy.entry
        for record, copy in world.sealed.copies.items()
        if ("sealed_entry", record) in model.things
    }
    if gone := taken - {copy.entry for copy in living}:
        texts = " ".join(sorted(world.sealed.texts[entry].text for entry in gone))
        raise Broken(1, f"nobody has {texts} any more")


def _keys_are_right(world: World, model: Model) -> None:
    living = [
        (kind, thing.values) for (kind, _), thing in model.things.items() if not thing.deleted
    ]
    people = {values["cadre_id"] for kind, values in living if kind == "designation"}
    published = {
        (values["cadre_id"], values["public"])
        for kind, values in living
        if kind == "sealing_key" and values.get("until_at") is None
    }
    d, a = tables.device.c, tables.device_author.c
    laptops = select(a.cadre_id, d.sealing_public).where(
        a.device == d.number, d.revoked_at.is_(None)
    )
    with world.server.service.store.reading() as connection:
        rows = connection.execute(laptops).all()
    due = {(cadre, recipient_text(public)) for cadre, public in rows if cadre in people}
    if published != due:
        raise Broken(6, f"{len(published - due)} keys are over, {len(due - published)} are missing")


def _nobody_else_holds(world: World) -> None:
    for machine in world.machines:
        for row in rows_of(machine.database)["sealed_entry"].values():
            if row["reader_id"] != machine.seat.cadre:
                raise Broken(6, f"{machine.seat.login} holds what is sealed to somebody else")
        with machine.database.engine.connect() as connection:
            _no_plain_text(machine.seat.login, _laptop(connection))
    with world.server.service.store.reading() as connection:
        _no_plain_text("the township", at_the_township(connection))
    log = (data for row in world.past.entered for _, data in ops_of(row))
    _no_plain_text("the log", log)


def _no_plain_text(holder: str, values: Iterable[bytes]) -> None:
    for value in values:
        if found := WORD.search(value):
            raise Broken(6, f"{holder} holds {found[0].decode()} in plain text")


def _laptop(connection: Connection) -> Iterator[bytes]:
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    for (name,) in names:
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):
            yield from values_in(row)
    for data in connection.scalars(select(laptop_tables.staged_chunk.c.data)):
        yield opened(data)
