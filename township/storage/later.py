"""What a newer program wrote and this one does not understand yet: kept, and applied later.

Whole operations on unknown kinds, and unknown fields of known kinds, wait in ``later_op`` in
the order of the log. What came whole, with a snapshot or from another bucket, waits in
``later_record``; later operations follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from township.changes import SCHEMA, Op, Writers, decode_header, decode_op, encode
from township.storage import tables
from township.storage.bulk import Key, field_names, known_kinds
from township.storage.folding import stamps_of
from township.storage.pages import Entry, Group


def sort_out(
    connection: Connection, entry: Entry, ops: Sequence[tuple[int, Op]]
) -> list[tuple[int, Op]]:
    """The operations, or those parts of them, that this program can carry out now."""
    if all(map(_understood, ops)):
        return list(ops)
    known: list[tuple[int, Op]] = []
    rows: list[dict[str, object]] = []
    _replaced(connection, [op for _, op in ops if op.action in ("put", "leave")], entry.seq)
    for place, op in ops:
        now, then = split(op)
        if now is not None:
            known.append((place, now))
        if then is None or then.action == "leave":
            continue
        if then.action == "put":
            _keep_whole(connection, then, entry.seq)
        else:
            rows.append(_row(entry, place, then))
    if rows:
        connection.execute(insert(tables.later_op).prefix_with("OR REPLACE"), rows)
    return known


def _understood(numbered: tuple[int, Op]) -> bool:
    """Can all of an operation be carried out now? Of the commonest ones; see ``split``."""
    op = numbered[1]
    return (
        op.action in ("insert", "set")
        and op.kind in known_kinds()
        and op.fields.keys() <= field_names(op.kind)
    )


def forget(connection: Connection, bucket: str) -> None:
    """Nothing of a lost bucket waits any longer."""
    drop(connection, [key for key, place in places(connection).items() if place == bucket])


def places(connection: Connection) -> dict[Key, str]:
    """The bucket of each record of which something waits.

    An edit may name the bucket where its author thought the record was; what made it, or put it
    where it is, names the right one.
    """
    record, op = tables.later_record.c, tables.later_op.c
    found: dict[Key, str] = {
        (row.kind, row.record_id): row.bucket
        for row in connection.execute(select(record.kind, record.record_id, record.bucket))
    }
    for row in connection.execute(select(op.op).order_by(op.seq, op.place)):
        waiting = decode_op(row.op)
        key = (waiting.kind, waiting.record)
        if waiting.action == "insert" or key not in found:
            found[key] = waiting.bucket
    for key, place in found.items():
        found[key] = _place_of_row(connection, key, place)
    return found


def drop(connection: Connection, keys: Iterable[Key], before: int | None = None) -> None:
    """Nothing of these records waits any longer; with ``before`` only ops up to this number."""
    ends = [(*key, 2**62 if before is None else before) for key in keys]
    if ends:
        connection.exec_driver_sql(
            "DELETE FROM later_op WHERE kind = ? AND record_id = ? AND seq <= ?", ends
        )
        connection.exec_driver_sql(
            "DELETE FROM later_record WHERE kind = ? AND record_id = ? AND seq <= ?", ends
        )


def waits(connection: Connection) -> bool:
    """Does anything wait here for a newer program?"""
    return bool(
        connection.exec_driver_sql(
            "SELECT EXISTS (SELECT 1 FROM later_op) OR EXISTS (SELECT 1 FROM later_record)"
        ).scalar_one()
    )


def _replaced(connection: Connection, ops: Sequence[Op], seq: int) -> None:
    """These records leave, or come whole: what waited of them is over."""
    if ops and waits(connection):
        drop(connection, {(op.kind, op.record) for op in ops}, seq)


def _place_of_row(connection: Connection, key: Key, place: str) -> str:
    """A record of a known kind lies where its row says, or what lies beneath a local move."""
    kind, record_id = key
    if kind not in known_kinds() or place.startswith("township/"):
        return place
    beneath = connection.exec_driver_sql(
        "SELECT value FROM shadow WHERE record_id = ? AND field = 'zone_id'", (record_id,)
    ).scalar_one_or_none()
    zone = msgspec.msgpack.decode(beneath) if beneath else None
    zone = (
        zone
        or connection.exec_driver_sql(
            f'SELECT zone_id FROM "{kind}" WHERE id = ?', (record_id,)
        ).scalar_one_or_none()
    )
    return f"{zone.hex()}{place[place.index('/') :]}" if zone else place


def split(op: Op) -> tuple[Op | None, Op | None]:
    """What of an operation can be carried out now, and what has to wait."""
    if op.kind not in known_kinds():
        return None, op
    if op.action == "put":
        return _split_put(op)
    if op.action in ("delete", "restore", "leave") or op.fields.keys() <= field_names(op.kind):
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


def _split_put(op: Op) -> tuple[Op, Op | None]:
    names, state = field_names(op.kind), op.fields["state"]
    then = {name: value for name, value in state.items() if name not in names}
    writers = Writers.unpack(op.fields["writers"])
    if not then and writers.fields.keys() <= names:
        return op, None
    now = {name: value for name, value in state.items() if name in names}
    kept = {name: writer for name, writer in writers.fields.items() if name in names}
    fields = {**op.fields, "state": now, "writers": Writers(writers.default, kept).pack()}
    known = msgspec.structs.replace(op, fields=fields)
    if not then:
        return known, None
    return known, msgspec.structs.replace(op, fields={**op.fields, "state": then})


def _keep_whole(connection: Connection, op: Op, seq: int) -> None:
    stamps: dict[str, Any] = {name: [value] for name, value in stamps_of(op).items()}
    fields = {name: [value] for name, value in op.fields["state"].items()}
    group = Group(op.kind, [op.record], [op.fields["writers"]], **stamps, fields=fields)
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO later_record(record_id, kind, bucket, seq, state)"
        " VALUES (?, ?, ?, ?, ?)",
        (op.record, op.kind, op.bucket, seq, msgspec.msgpack.encode(group)),
    )


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
