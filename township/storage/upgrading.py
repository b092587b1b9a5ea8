"""The first start after an update: the database in the new program's words, and complete.

Columns are moved by migrations; here follow the names inside of packed values, and then all
that newer programs wrote and this one has been keeping until now.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select, update

from township import upcasting
from township.changes import SCHEMA, Op, Writers, decode_header, decode_op, encode
from township.storage import bulk, catching_up, staging, tables
from township.storage.pages import Outcome
from township.upcasting import Cast


def run(connection: Connection, before: int) -> None:
    """Bring a database from this record schema to the program's; the caller's transaction."""
    if cast := upcasting.cast(before):
        for kind in sorted(cast.kinds() & bulk.known_kinds()):
            _writers(connection, kind, cast)
        _shadows(connection, cast)
        _later(connection)
        staging.clear(connection)  # parts in the old words
    catching_up.run(connection)


def _writers(connection: Connection, kind: str, cast: Cast) -> None:
    rows = connection.exec_driver_sql(f'SELECT id, writers FROM "{kind}"').all()
    changed = [
        (cast.writers(kind, writers).pack(), record_id)
        for record_id, packed in rows
        if (writers := Writers.unpack(packed)).fields
    ]
    if changed:
        connection.exec_driver_sql(f'UPDATE "{kind}" SET writers = ? WHERE id = ?', changed)


def _shadows(connection: Connection, cast: Cast) -> None:
    """What lies beneath pending edits goes by the new names too."""
    c = tables.shadow.c
    rows = connection.execute(select(tables.shadow).where(c.kind.in_(cast.kinds()))).all()
    for row in rows:
        value = msgspec.msgpack.decode(row.value) if row.value is not None else None
        heirs = cast.values(row.kind, {row.field: value})
        if list(heirs) == [row.field] and heirs[row.field] == value:
            continue
        connection.execute(
            tables.shadow.delete().where(c.record_id == row.record_id, c.field == row.field)
        )
        connection.execute(
            tables.shadow.insert(),
            [
                {
                    "record_id": row.record_id,
                    "field": name,
                    "kind": row.kind,
                    "value": msgspec.msgpack.encode(heir),
                    "writer": row.writer,
                }
                for name, heir in heirs.items()
            ],
        )


def _later(connection: Connection) -> None:
    """Operations that wait, each from the schema of the program that wrote it."""
    c = tables.later_op.c
    for row in connection.execute(select(tables.later_op)).all():
        header = decode_header(row.header)
        cast = upcasting.cast(header.schema)
        if cast is None:
            continue
        op = cast.op(decode_op(row.op))
        connection.execute(
            update(tables.later_op)
            .where(c.seq == row.seq, c.place == row.place)
            .values(
                op=encode(op),
                header=encode(msgspec.structs.replace(header, schema=SCHEMA)),
                outcome=_outcome(row.outcome, row.place, op, cast),
            )
        )


def _outcome(packed: bytes | None, place: int, op: Op, cast: Cast) -> bytes | None:
    if packed is None:
        return None
    outcome = msgspec.msgpack.decode(packed, type=Outcome)
    lost = {
        index: [heir for name in names for heir in cast.names(op.kind, name)]
        for index, names in outcome.lost.items()
        if index == place
    }
    merged = {
        index: cast.values(op.kind, values)
        for index, values in outcome.merged.items()
        if index == place
    }
    return msgspec.msgpack.encode(msgspec.structs.replace(outcome, lost=lost, merged=merged))
