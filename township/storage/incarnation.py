"""A new incarnation: this laptop was restored or copied, and its chain begins anew.

What the township has answered stays as it is and comes back with the log. Everything else is
written into the new chain, with the same operations; nothing is lost, nothing sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from township import changes
from township.changes import GENESIS, SEEN, Op, Writers, is_erased
from township.storage import layers, tables
from township.storage.overlay import Overlay

MOVED = "moved"
"""State of a changeset that lives on in a later incarnation."""

Place = tuple[int, int]
"""Incarnation and number of an own changeset."""


def begin(
    connection: Connection, expected: int, number: int | None = None, held: int = 0
) -> set[str]:
    """Begin the incarnation after ``expected``; returns the kinds whose rows may have changed.

    ``number`` is a new number of this laptop, None: it keeps its own. Up to ``held`` the township
    has the chain: that is not written anew, answered here or not. Does nothing when another
    process has begun one meanwhile.
    """
    device = connection.execute(select(tables.device)).one()
    if device.incarnation != expected:
        return set()
    known = layers.pending_records(connection)
    before = Overlay(connection, expected)
    numbers = _rewrite(connection, device, device.number if number is None else number, held)
    after = Overlay(connection, expected + 1)
    edits = layers.touched(connection, after, numbers.values())
    views = layers.beneath(before, known, edits)
    return layers.renew(connection, after, views, edits, awaited=known.keys())


def _rewrite(connection: Connection, device: Any, number: int, held: int) -> dict[Place, int]:
    """Write unanswered changesets into the new chain; returns old place → new number."""
    c = tables.changeset.c
    mine = (c.state == "pending") & ((c.incarnation != device.incarnation) | (c.dseq > held))
    rows = connection.execute(
        select(c.incarnation, c.dseq, c.header, c.ops).where(mine).order_by(c.incarnation, c.dseq)
    ).all()
    incarnation, hash_ = device.incarnation + 1, GENESIS
    numbers = {(row.incarnation, row.dseq): place for place, row in enumerate(rows, 1)}
    names = {
        f"{device.number}.{old}.{dseq}": f"{number}.{incarnation}.{new}"
        for (old, dseq), new in numbers.items()
    }
    connection.execute(update(tables.changeset).where(mine).values(state=MOVED))
    for row in rows:
        ops = [
            op if is_erased(op) else changes.encode(_renamed(changes.decode_op(op), names))
            for op in msgspec.msgpack.decode(row.ops)
        ]
        dseq = numbers[row.incarnation, row.dseq]
        before = changes.decode_header(row.header)
        place = {"device": number, "incarnation": incarnation, "dseq": dseq}
        header = changes.encode(msgspec.structs.replace(before, **place))
        hash_ = changes.link(hash_, header, map(changes.op_hash, ops))
        connection.execute(
            insert(tables.changeset).values(
                incarnation=incarnation,
                dseq=dseq,
                header=header,
                ops=msgspec.msgpack.encode(ops),
                hash=hash_,
                state="pending",
            )
        )
    connection.execute(
        update(tables.device).values(
            number=number, incarnation=incarnation, last_dseq=len(rows), last_hash=hash_
        )
    )
    return numbers


def _renamed(op: Op, names: Mapping[str, str]) -> Op:
    """The same operation, its bases named as in the new chain."""
    fields: dict[str, Any] = dict(op.fields)
    if op.action in ("set", "move"):
        fields = {name: [value, _name(base, names)] for name, (value, base) in fields.items()}
    elif op.action == "delete" and op.fields:
        seen = Writers.unpack(op.fields[SEEN])
        writers = {name: _name(writer, names) or writer for name, writer in seen.fields.items()}
        fields = {SEEN: Writers(_name(seen.default, names), writers).pack()}
    return msgspec.structs.replace(op, fields=fields)


def _name(op_id: str | None, names: Mapping[str, str]) -> str | None:
    if op_id is None:
        return None
    place, _, index = op_id.rpartition(".")
    return f"{names[place]}.{index}" if place in names else op_id
