"""The record rows that one push touches: read in bulk before, written in bulk after."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from sync.merge import State
from sync.server import tables
from sync.server.engine import insert_many
from township.changes import Writers

_CHUNK = 500

Key = tuple[str, bytes]
"""Kind and id of a record."""


class Row:
    """One record as it stands inside the running transaction."""

    __slots__ = ("bucket", "fresh", "seq", "state", "touched")

    def __init__(self, bucket: str, state: State, seq: int, *, fresh: bool) -> None:
        self.bucket = bucket
        self.state = state
        self.seq = seq
        self.fresh = fresh
        self.touched = fresh


def load(connection: Connection, township_id: bytes, keys: Iterable[Key]) -> dict[Key, Row]:
    """The rows that exist among these."""
    by_kind: dict[str, list[bytes]] = {}
    for kind, record_id in keys:
        by_kind.setdefault(kind, []).append(record_id)
    rows: dict[Key, Row] = {}
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), _CHUNK):
            rows.update(_load_chunk(connection, township_id, kind, ids[start : start + _CHUNK]))
    return rows


def _load_chunk(
    connection: Connection, township_id: bytes, kind: str, ids: list[bytes]
) -> dict[Key, Row]:
    c = tables.record.c
    found = connection.execute(
        select(c.id, c.bucket, c.state, c.writers, c.deleted, c.seq).where(
            c.township_id == township_id, c.kind == kind, c.id.in_(ids)
        )
    )
    return {
        (kind, row_id): Row(
            bucket,
            State(msgspec.msgpack.decode(state), Writers.unpack(writers), deleted),
            seq,
            fresh=False,
        )
        for row_id, bucket, state, writers, deleted, seq in found
    }


def save(connection: Connection, township_id: bytes, rows: dict[Key, Row]) -> None:
    """Write the new and the changed rows."""
    fresh = [(township_id, *key, *_values(row).values()) for key, row in rows.items() if row.fresh]
    insert_many(connection, tables.record, fresh)
    changed = [
        {**_values(row), "at_township": township_id, "at_kind": key[0], "at_id": key[1]}
        for key, row in rows.items()
        if row.touched and not row.fresh
    ]
    if changed:
        connection.execute(_UPDATE, changed)


def _values(row: Row) -> dict[str, Any]:
    """The columns after the key, in their order."""
    return {
        "bucket": row.bucket,
        "state": msgspec.msgpack.encode(row.state.values),
        "writers": row.state.writers.pack(),
        "deleted": row.state.deleted,
        "seq": row.seq,
    }


_UPDATE = (
    update(tables.record)
    .where(
        tables.record.c.township_id == bindparam("at_township"),
        tables.record.c.kind == bindparam("at_kind"),
        tables.record.c.id == bindparam("at_id"),
    )
    .values({name: bindparam(name) for name in ("bucket", "state", "writers", "deleted", "seq")})
)
