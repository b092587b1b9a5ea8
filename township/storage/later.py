"""What a newer program wrote and this one does not understand yet: kept, and applied later.

Whole operations on unknown kinds, and unknown fields of known kinds, wait in ``later_op`` in
the order of the log.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from township.changes import SCHEMA, Op, decode_header, decode_op, encode
from township.storage import tables
from township.storage.bulk import field_names, known_kinds
from township.storage.pages import Entry


def sort_out(
    connection: Connection, entry: Entry, ops: Sequence[tuple[int, Op]]
) -> list[tuple[int, Op]]:
    """The operations, or those parts of them, that this program can carry out now."""
    known: list[tuple[int, Op]] = []
    rows: list[dict[str, object]] = []
    for place, op in ops:
        now, then = split(op)
        if now is not None:
            known.append((place, now))
        if then is not None:
            rows.append(_row(entry, place, then))
    if rows:
        connection.execute(insert(tables.later_op).prefix_with("OR REPLACE"), rows)
    return known


def forget(connection: Connection, bucket: str) -> None:
    """Nothing of a lost bucket waits any longer."""
    c = tables.later_op.c
    waiting = connection.execute(select(c.seq, c.place, c.op)).all()
    gone = [
        {"gone_seq": row.seq, "gone_place": row.place}
        for row in waiting
        if decode_op(row.op).bucket == bucket
    ]
    if gone:
        connection.execute(
            delete(tables.later_op).where(
                c.seq == bindparam("gone_seq"), c.place == bindparam("gone_place")
            ),
            gone,
        )


def split(op: Op) -> tuple[Op | None, Op | None]:
    """What of an operation can be carried out now, and what has to wait."""
    if op.kind not in known_kinds():
        return None, op
    if op.action in ("delete", "restore") or op.fields.keys() <= field_names(op.kind):
        return op, None
    names = field_names(op.kind)
    now = {name: value for name, value in op.fields.items() if name in names}
    then = {name: value for name, value in op.fields.items() if name not in names}
    return (
        Op(op.kind, op.record, op.action, op.bucket, now),
        Op(op.kind, op.record, op.action, op.bucket, then),
    )


def _read_here(header: bytes) -> bytes:
    """The header, saying that its operations are kept in the words of this program at least."""
    found = decode_header(header)
    if found.schema >= SCHEMA:
        return header
    return encode(msgspec.structs.replace(found, schema=SCHEMA))


def _row(entry: Entry, place: int, op: Op) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "place": place,
        "kind": op.kind,
        "record_id": op.record,
        "header": _read_here(entry.header),
        "op": encode(op),
        "outcome": msgspec.msgpack.encode(entry.outcome) if entry.outcome else None,
    }
