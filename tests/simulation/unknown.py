"""What newer programs wrote must wait on every laptop that may hold it, whole and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import select

from sync.server import tables
from tests.simulation.model import Broken, Model
from tests.simulation.world import Machine, World
from township.changes import Op, decode_op, encode
from township.records import record_kinds
from township.storage import tables as laptop_tables

Waiting = dict[tuple[int, int], tuple[str, bytes]]
"""(number in the log, place in its changeset) → bucket, the part that nobody understands."""


def written(world: World, model: Model) -> Waiting:
    """Everything of the log that this program does not understand."""
    c = tables.log.c
    with world.server.service.store.reading() as connection:
        rows = connection.execute(
            select(c.seq, c.ops).where(c.status.in_(("applied", "conflict"))).order_by(c.seq)
        ).all()
    found: Waiting = {}
    for row in rows:
        for place, data in enumerate(msgspec.msgpack.decode(row.ops)):
            op = decode_op(data)
            if (part := strange_part(op)) is not None:
                bucket = model.things[op.kind, op.record].bucket
                found[row.seq, place] = bucket, encode(part)
    return found


def strange_part(op: Op) -> Op | None:
    """The operation without the fields that this program knows; None if nothing is left."""
    record = record_kinds().get(op.kind)
    if record is None:
        return op
    if op.action in ("delete", "restore"):
        return None
    strange = {name: value for name, value in op.fields.items() if name not in record.fields()}
    return Op(op.kind, op.record, op.action, op.bucket, strange) if strange else None


def check(machine: Machine, granted: set[str], waiting: Waiting) -> None:
    """Raises Broken. ``granted`` are the buckets that the laptop may hold."""
    expected = {place: part for place, (bucket, part) in waiting.items() if bucket in granted}
    found = dict(_held(machine))
    if found != expected:
        lost, more = expected.keys() - found.keys(), found.keys() - expected.keys()
        promise = 11 if lost else 6
        raise Broken(
            promise,
            f"{machine.seat.login} misses {sorted(lost)} of a newer program, holds {sorted(more)}"
            " which it may not",
        )


def _held(machine: Machine) -> Iterator[tuple[tuple[int, int], bytes]]:
    c = laptop_tables.later_op.c
    with machine.database.reader() as session:
        for row in session.execute(select(c.seq, c.place, c.op)):
            yield (row.seq, row.place), row.op
