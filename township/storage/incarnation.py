"""A new incarnation: this laptop was restored or copied, and its chain begins anew.

What the township has answered stays as it is and comes back with the log. Everything else is
written into the new chain, with the same operations; nothing is lost, nothing sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from township import changes
from township.changes import GENESIS, SEEN, Op, Writers
from township.storage import tables
from township.storage.arrival import mark_households
from township.storage.bulk import Key
from township.storage.overlay import Overlay, PendingRecord

MOVED = "moved"
"""State of a changeset that lives on in a later incarnation."""


def begin(connection: Connection, expected: int) -> set[str]:
    """Begin the incarnation after ``expected``; returns the kinds whose rows may have changed.

    Does nothing when another process has begun one meanwhile.
    """
    device = connection.execute(select(tables.device)).one()
    if device.incarnation != expected:
        return set()
    records = _pending(connection)
    before = Overlay(connection, expected)
    beneath = {key: before.beneath(key, record) for key, record in records.items()}
    numbers = _rewrite(connection, device)
    connection.execute(delete(tables.pending))
    connection.execute(delete(tables.shadow))
    after = Overlay(connection, expected + 1)
    for key, record in records.items():
        rest = [numbers[dseq] for dseq in record.dseqs if dseq in numbers]
        _note_pending(connection, after, key, rest)
        after.remake(key, beneath[key], rest)
    homes = {record for kind, record in records if kind == "household"}
    mark_households(connection, homes, [record for kind, record in records if kind == "person"])
    return {kind for kind, _ in records}


def _pending(connection: Connection) -> dict[Key, PendingRecord]:
    c = tables.pending.c
    found: dict[Key, PendingRecord] = {}
    for row in connection.execute(select(c.kind, c.record_id, c.dseq, c.inserts).order_by(c.dseq)):
        record = found.setdefault((row.kind, row.record_id), PendingRecord())
        record.dseqs.append(row.dseq)
        record.inserted = record.inserted or bool(row.inserts)
    return found


def _note_pending(connection: Connection, overlay: Overlay, key: Key, dseqs: list[int]) -> None:
    kind, record_id = key
    rows = [
        {
            "record_id": record_id,
            "dseq": dseq,
            "kind": kind,
            "inserts": int(
                any(a.op.record == record_id and a.op.action == "insert" for a in overlay.own(dseq))
            ),
        }
        for dseq in dseqs
    ]
    if rows:
        connection.execute(insert(tables.pending), rows)


def _rewrite(connection: Connection, device: Any) -> dict[int, int]:
    """Write unanswered changesets into the new chain; returns old number → new number."""
    c = tables.changeset.c
    mine = (c.incarnation == device.incarnation, c.state == "pending")
    rows = connection.execute(select(c.dseq, c.header, c.ops).where(*mine).order_by(c.dseq)).all()
    incarnation, hash_ = device.incarnation + 1, GENESIS
    numbers = {row.dseq: place for place, row in enumerate(rows, 1)}
    names = {
        f"{device.number}.{device.incarnation}.{old}": f"{device.number}.{incarnation}.{new}"
        for old, new in numbers.items()
    }
    for row in rows:
        ops = [
            changes.encode(_renamed(changes.decode_op(op), names))
            for op in msgspec.msgpack.decode(row.ops)
        ]
        before = changes.decode_header(row.header)
        header = changes.encode(
            msgspec.structs.replace(before, incarnation=incarnation, dseq=numbers[row.dseq])
        )
        hash_ = changes.link(hash_, header, map(changes.op_hash, ops))
        connection.execute(
            insert(tables.changeset).values(
                incarnation=incarnation,
                dseq=numbers[row.dseq],
                header=header,
                ops=msgspec.msgpack.encode(ops),
                hash=hash_,
                state="pending",
            )
        )
    connection.execute(update(tables.changeset).where(*mine).values(state=MOVED))
    connection.execute(
        update(tables.device).values(incarnation=incarnation, last_dseq=len(rows), last_hash=hash_)
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
