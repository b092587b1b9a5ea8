"""The promises of the sync (design §4), checked when all is at rest.

| no | promise | where |
|---|---|---|
| 1 | every committed changeset is in the log once | ``_nothing_is_lost``, ``World._note_commits`` |
| 2 | server = fold(log), laptop = fold(feed) | ``_server_is_its_log``, ``_laptops_agree`` |
| 3 | every value is current, superseded, merged, or in a conflict or refused | ``model`` |
| 4 | numbers without gaps, nothing appears behind a reader | ``World.watch_log`` |
| 5 | a replayed message changes nothing | ``_replays_change_nothing`` |
| 6 | a laptop holds exactly what it is granted | ``_laptops_agree`` |
| 7 | nothing rises from the dead without restore | ``model`` |
| 8 | other clocks, same state | the model has no clock; clocks jump during a run |
| 9 | stick and network mixed, same state | not here yet |
| 10 | rollback, fork, split view are noticed | ``_history_is_one``, ``World.put_back`` |
| 11 | unknown fields survive | not here yet |
| 12 | every sync ends | ``World.settle`` |
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from sqlalchemy import select

from sync.server import audit, devices, tables
from tests.simulation.model import Broken, Model, Thing
from tests.simulation.world import Machine, World, rows_of
from township.changes import Writers
from township.records import record_kinds
from township.storage import tables as laptop_tables
from township.storage.bulk import STAMPS

_BESIDE = {"id", "writers", *STAMPS}


def check(world: World, replays: list[int]) -> None:
    """Raises Broken. The world must have settled."""
    model = _server_is_its_log(world)
    _nothing_is_lost(world)
    for machine in world.machines:
        _laptops_agree(world, machine, model)
    _history_is_one(world)
    _replays_change_nothing(world, replays)


def _server_is_its_log(world: World) -> Model:
    with world.server.service.store.reading() as connection:
        model = Model().fold(connection.execute(select(tables.log).order_by(tables.log.c.seq)))
        rows = connection.execute(select(tables.record)).all()
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
    return model


def _nothing_is_lost(world: World) -> None:
    with world.server.service.store.reading() as connection:
        c = tables.log.c
        rows = connection.execute(select(c.device, c.incarnation, c.dseq, c.hash)).all()
    logged = Counter((row.device, row.incarnation, row.dseq, row.hash) for row in rows)
    for machine in world.machines:
        for (incarnation, dseq), hash_ in machine.committed.items():
            times = logged[machine.seat.number, incarnation, dseq, hash_]
            if times != 1:
                raise Broken(
                    1, f"{machine.seat.login}'s changeset {dseq} is in the log {times} times"
                )


def _laptops_agree(world: World, machine: Machine, model: Model) -> None:
    service = world.server.service
    with service.store.reading() as connection:
        device = devices.find(connection, service.township_id, machine.seat.number)
        assert device is not None
        granted = set(devices.scope(connection, device).buckets)
    with machine.database.reader() as session:
        pending = session.execute(select(laptop_tables.pending)).all()
        shadow = session.execute(select(laptop_tables.shadow)).all()
        waiting = set(session.scalars(select(laptop_tables.changeset.c.state)))
    if pending or shadow or "pending" in waiting:
        raise Broken(2, f"{machine.seat.login} still has an overlay: {pending} {shadow}")
    for kind in record_kinds():
        expected = {
            key[1]: thing
            for key, thing in model.things.items()
            if key[0] == kind and (thing.bucket in granted or thing.bucket.startswith("township/"))
        }
        _same(machine, kind, rows_of(machine, kind), expected)


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
        if found.shown() != thing.shown():
            raise Broken(
                2, f"{machine.seat.login} shows {kind} {found.shown()}, log has {thing.shown()}"
            )


def _history_is_one(world: World) -> None:
    service = world.server.service
    with service.store.reading() as connection:
        found = audit.verify(connection, service.township_id)
        if found.finding is not None:
            raise Broken(10, f"{found.finding.seq}: {found.finding.text}")
        for machine in world.machines:
            with machine.database.reader() as session:
                held = audit_checkpoint(session)
            if held and audit.contradicts(connection, service.township_id, *held):
                raise Broken(10, f"{machine.seat.login} holds another history")


def audit_checkpoint(session: Any) -> tuple[int, bytes] | None:
    """Size and root of a laptop's newest checkpoint."""
    from township.storage import checkpoints

    held = checkpoints.newest(session.connection())
    return (held.size, held.root) if held else None


def _replays_change_nothing(world: World, replays: list[int]) -> None:
    if not world.old_asks:
        return
    before = _digest(world)
    for number in replays:
        world.serve(world.old_asks[number % len(world.old_asks)].data)
    if _digest(world) != before:
        raise Broken(5, "an old message changed the server")


def _digest(world: World) -> list[Any]:
    with world.server.service.store.reading() as connection:
        return [
            connection.execute(select(table).order_by(*table.primary_key.columns)).all()
            for table in (tables.log, tables.feed, tables.record, tables.chain)
        ]
