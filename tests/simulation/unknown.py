"""What newer programs wrote must wait on every laptop that may hold it, whole and nowhere else.

It waits as operations, or as what a snapshot says of a record with the operations after it;
together they must make what the log makes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select

from tests.simulation.model import Model
from tests.simulation.things import Broken, Key, Thing
from tests.simulation.world import Machine
from township.changes import Op, decode_op
from township.records import record_kinds
from township.storage import tables as laptop_tables
from township.storage.pages import Group, Outcome


@dataclass
class Strange:
    """The part of a record that this program does not understand."""

    values: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False


def written(model: Model, granted: set[str]) -> dict[Key, Strange]:
    """What a laptop with these buckets must keep for a newer program."""
    found = {
        key: _strange(key, thing) for key, thing in model.things.items() if thing.bucket in granted
    }
    return {key: part for key, part in found.items() if part is not None}


def _strange(key: Key, thing: Thing) -> Strange | None:
    kind = record_kinds().get(key[0])
    known = kind.fields().keys() if kind else ()
    values = {n: v for n, v in thing.values.items() if n not in known and v is not None}
    if kind is None:
        return Strange(values, thing.deleted)
    return Strange(values) if values else None


def check(machine: Machine, granted: set[str], model: Model) -> None:
    """Raises Broken. ``granted`` are the buckets that the laptop may hold."""
    expected, found = written(model, granted), _held(machine)
    if found != expected:
        more = found.keys() - expected.keys()
        raise Broken(
            6 if more else 11,
            f"{machine.seat.login} keeps {found} of a newer program, the log has {expected}",
        )


def _held(machine: Machine) -> dict[Key, Strange]:
    found: dict[Key, Strange] = {}
    record, op = laptop_tables.later_record.c, laptop_tables.later_op.c
    with machine.database.reader() as session:
        for kind, id_, state in session.execute(
            select(record.kind, record.record_id, record.state)
        ):
            group = msgspec.msgpack.decode(state, type=Group)
            values = {name: column[0] for name, column in group.fields.items()}
            deleted = kind not in record_kinds() and group.deleted_at[0] is not None
            found[kind, id_] = Strange(values, deleted)
        rows = session.execute(select(op.op, op.place, op.outcome).order_by(op.seq, op.place))
        for data, place, packed in rows:
            outcome = msgspec.msgpack.decode(packed, type=Outcome) if packed else Outcome()
            _carry_out(found, decode_op(data), place, outcome)
    return {key: part for key, part in found.items() if part.values or key[0] not in record_kinds()}


def _carry_out(found: dict[Key, Strange], op: Op, place: int, outcome: Outcome) -> None:
    part = found.setdefault((op.kind, op.record), Strange())
    lost, merged = outcome.lost.get(place), outcome.merged.get(place, {})
    if op.action in ("delete", "restore"):
        part.deleted = part.deleted if lost is not None else op.action == "delete"
    elif op.action == "insert":
        part.values |= op.fields
    else:
        part.values |= {
            name: merged.get(name, value)
            for name, (value, _) in op.fields.items()
            if name not in (lost or ())
        }
