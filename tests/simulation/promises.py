"""The promises of the sync (design §4), checked when all is at rest.

| no | promise | where |
|---|---|---|
| 1 | every committed changeset is in the log once | ``_nothing_is_lost``, ``World.note_commits`` |
| 2 | server = fold(log), laptop = fold(feed) | ``_server_is_its_log``, ``_laptops_agree`` |
| 3 | every value is current, superseded, merged, in a conflict or refused | ``model``, ``waits`` |
| 4 | numbers without gaps, nothing appears behind a reader | ``World.watch_log`` |
| 5 | a replayed message changes nothing | ``_replays_change_nothing`` |
| 6 | a laptop holds exactly what it is granted | ``_laptops_agree`` |
| 7 | nothing rises from the dead without restore | ``model`` |
| 8 | other clocks, same state | the model has no clock; clocks jump during a run |
| 9 | stick and network mixed, same state | the model knows neither; ``sticks`` mixes them |
| 10 | rollback, fork, split view are noticed | ``fates``, ``_history_is_one`` |
| 11 | unknown fields survive | ``unknown``, and ``model`` for the server |
| 12 | every sync ends, with all indexes there | ``rest.settle``, ``_indexes_are_made`` |

Photographs (``pictures``): at rest each laptop holds the bytes of the records that it may see and
no others (6), no picture that somebody has is missing at the township (1), and no bytes of pictures
travel with records (12).

Contents that the office had erased are nowhere any more, and nothing else is gone (``erased``).

Sealed matters are read by those whom they are sealed to, and by nobody else (``sealed``).

Programs that are too old to pull must have brought all their work before they are updated (1;
``rest``).

A server that was restored keeps all of this too: what it has lost comes back with the laptops.
Only laptops that it does not know any more are left out (``fates``).

Not promised yet, hence not asked for: what a newer program wrote waits on the laptop, but nothing
upgrades it; a bucket is never granted without the zone's other one (``SWITCHED_OFF``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import select

from sync.server import audit, devices, tables
from sync.server.log import Log
from tests.simulation import erased, fates, pictures, sealed, unknown, waits
from tests.simulation.model import Model
from tests.simulation.sight import rows_of
from tests.simulation.things import Broken, Thing
from tests.simulation.world import Machine, World
from township.changes import Writers
from township.records import record_kinds
from township.storage import indexes
from township.storage import tables as laptop_tables
from township.storage.bulk import STAMPS

_BESIDE = {"id", "writers", *STAMPS}


def check(world: World, replays: list[int]) -> None:
    """Raises Broken. The world must be at rest."""
    world.past.look(world)
    model = _server_is_its_log(world)
    through = fates.check(world).through
    _nothing_is_lost(world, through)
    log = world.past.entered
    for machine in through:
        waits.check(machine, log)
        waits.nothing_waits_that_fits(world, machine, log, model)
        _laptops_agree(world, machine, model)
    pictures.check(world, through, model)
    erased.check(world, through, model)
    sealed.check(world, through, model)
    _indexes_are_made(world)
    _history_is_one(world)
    _replays_change_nothing(world, replays)


def _server_is_its_log(world: World) -> Model:
    model = Model().fold(world.past.entered, world.past.gone)
    with world.server.service.store.reading() as connection:
        rows = connection.execute(select(tables.record)).all()
    records_are(rows, model)
    return model


def records_are(rows: Iterable[Any], model: Model) -> None:
    """The township's records are what its log has made of them. Raises Broken."""
    held = {
        (row.kind, row.id): Thing(
            row.bucket,
            msgspec.msgpack.decode(row.state),
            (writers := Writers.unpack(row.writers)).default or "",
            writers.fields,
            row.deleted,
        )
        for row in rows
    }
    if held.keys() != model.things.keys():
        raise Broken(2, f"server holds {len(held)} records, its log {len(model.things)}")
    for key, thing in model.things.items():
        if held[key].shown() != thing.shown() or held[key].bucket != thing.bucket:
            raise Broken(2, f"server has {key[0]} {held[key].shown()}, its log {thing.shown()}")


def _nothing_is_lost(world: World, through: list[Machine]) -> None:
    with world.server.service.store.reading() as connection:
        rows = list(Log(connection, world.server.service.township_id).walk())
    logged = Counter((row.device, row.incarnation, row.dseq, row.hash) for row in rows)
    for machine in world.machines:
        for (incarnation, dseq), hash_ in machine.committed.items():
            times = logged[machine.seat.number, incarnation, dseq, hash_]
            if times != 1 and (times or machine in through):
                raise Broken(
                    1, f"{machine.seat.login}'s changeset {dseq} is in the log {times} times"
                )


def _laptops_agree(world: World, machine: Machine, model: Model) -> None:
    service = world.server.service
    with service.store.reading() as connection:
        device = devices.find(connection, service.township_id, machine.seat.number)
        assert device is not None
        granted = set(devices.scope(connection, device).buckets) | {"township/i", "township/r"}
    with machine.database.reader() as session:
        pending = session.execute(select(laptop_tables.pending)).all()
        shadow = session.execute(select(laptop_tables.shadow)).all()
        unread = session.execute(select(laptop_tables.unread)).all()
        states = set(session.scalars(select(laptop_tables.changeset.c.state)))
    if pending or shadow or "pending" in states:
        raise Broken(2, f"{machine.seat.login} still has an overlay: {pending} {shadow}")
    if unread:
        raise Broken(2, f"{machine.seat.login} still waits for {len(unread)} records")
    unknown.check(machine, granted, model)
    for kind, rows in rows_of(machine.database).items():
        expected = {
            key[1]: thing
            for key, thing in model.things.items()
            if key[0] == kind and thing.bucket in granted
        }
        _same(machine, kind, rows, expected)


def _same(
    machine: Machine, kind: str, rows: dict[bytes, dict[str, Any]], expected: dict[bytes, Thing]
) -> None:
    if rows.keys() != expected.keys():
        more, less = rows.keys() - expected.keys(), expected.keys() - rows.keys()
        raise Broken(6, f"{machine.seat.login} {kind}: {len(more)} too many, {len(less)} missing")
    for record_id, thing in expected.items():
        row = rows[record_id]
        writers = Writers.unpack(row["writers"])
        values = {name: value for name, value in row.items() if name not in _BESIDE}
        found = Thing(
            thing.bucket,
            values,
            writers.default or "",
            writers.fields,
            row["deleted_at"] is not None,
        )
        if found.shown() != known_part(kind, thing).shown():
            raise Broken(
                2, f"{machine.seat.login} shows {kind} {found.shown()}, log has {thing.shown()}"
            )


def known_part(kind: str, thing: Thing) -> Thing:
    """A record without the fields of newer programs."""
    names = record_kinds()[kind].fields().keys()
    values = {name: value for name, value in thing.values.items() if name in names}
    writers = {name: writer for name, writer in thing.writers.items() if name in names}
    return replace(thing, values=values, writers=writers)


def _indexes_are_made(world: World) -> None:
    for machine in world.machines:
        with machine.database.reading() as connection:
            if missing := indexes.missing(connection):
                raise Broken(12, f"{machine.seat.login} still lacks {missing[0].name}")


def _history_is_one(world: World) -> None:
    service = world.server.service
    with service.store.reading() as connection:
        found = audit.verify(connection, service.township_id)
        if found.finding is not None:
            raise Broken(10, f"{found.finding.seq}: {found.finding.text}")
        if [entry.hash for entry in Log(connection, service.township_id).walk()] != world.seen:
            raise Broken(4, "entries of the log have changed")


def _replays_change_nothing(world: World, replays: list[int]) -> None:
    if not world.answered:
        return
    before = _digest(world)
    for number in replays:
        world.serve(world.answered[number % len(world.answered)].data)
    if _digest(world) != before:
        raise Broken(5, "an old message changed the server")


def _digest(world: World) -> list[Any]:
    with world.server.service.store.reading() as connection:
        return [
            connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            for table in (
                tables.segment,
                tables.outcome,
                tables.stretch,
                tables.record,
                tables.chain,
                tables.moved,
            )
        ]
