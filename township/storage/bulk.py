"""Writing many records at once: driver SQL grouped by kind and shape, no ORM.

Values are in stored form already, so no type conversion stands between wire and table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection

from township.records import record_kinds
from township.storage.folding import Change, Columns
from township.values import Value

CHUNK = 500
"""Most ids in one IN list."""

Key = tuple[str, bytes]
"""Kind and id of a record."""

STAMPS = ("created_by", "created_at", "updated_by", "updated_at", "deleted_at")


@cache
def known_kinds() -> frozenset[str]:
    """The kinds that this program has tables for."""
    return frozenset(record_kinds())


@cache
def field_names(kind: str) -> frozenset[str]:
    """The declared fields of a kind."""
    return frozenset(record_kinds()[kind].fields())


@cache
def _insert_columns(kind: str) -> tuple[str, ...]:
    return tuple(record_kinds()[kind].fields()) + STAMPS


T = TypeVar("T")


def in_chunks(ids: Iterable[T], size: int = CHUNK) -> Iterator[tuple[T, ...]]:
    """Ids in pieces, by default such that fit one IN list."""
    rest = iter(ids)
    while chunk := tuple(islice(rest, size)):
        yield chunk


def marks(values: Sequence[object]) -> str:
    """Placeholders for an IN list."""
    return ",".join("?" * len(values))


def write(connection: Connection, changes: dict[Key, Change]) -> None:
    """Carry out changes of records that have no pending local edits."""
    inserts: dict[str, dict[bytes, Change]] = {}
    updates: dict[str, dict[bytes, Change]] = {}
    for (kind, record_id), change in changes.items():
        if change.gone:
            drop_row(connection, kind, record_id)
            continue
        group = inserts if change.inserted else updates
        group.setdefault(kind, {})[record_id] = change
    for kind, made in inserts.items():
        _insert(connection, kind, made)
    for kind, changed in updates.items():
        _update(connection, kind, changed)


def _insert(connection: Connection, kind: str, changes: dict[bytes, Change]) -> None:
    columns = _insert_columns(kind)
    rows = [
        (record_id, change.writers_after(None), *map(change.columns.get, columns))
        for record_id, change in changes.items()
    ]
    connection.exec_driver_sql(_upsert_sql(kind), rows)


@cache
def _upsert_sql(kind: str) -> str:
    columns = ("writers", *_insert_columns(kind))
    names = ", ".join(f'"{name}"' for name in ("id", *columns))
    values = marks(("id", *columns))
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in columns)
    return f'INSERT INTO "{kind}" ({names}) VALUES ({values}) ON CONFLICT (id) DO UPDATE SET {news}'


def put_columns(connection: Connection, kind: str, columns: dict[str, Sequence[Any]]) -> None:
    """Put records by columns, ``id`` and ``writers`` among them; fields left out are None."""
    count = len(columns["id"])
    nothing = [None] * count
    names = ("id", "writers", *_insert_columns(kind))
    rows = list(zip(*(columns.get(name, nothing) for name in names), strict=True))
    if rows:
        connection.exec_driver_sql(_upsert_sql(kind), rows)


def _update(connection: Connection, kind: str, changes: dict[bytes, Change]) -> None:
    shapes: dict[tuple[str, ...], list[tuple[Value, ...]]] = {}
    for record_id, before in writers_of(connection, kind, changes).items():
        change = changes[record_id]
        names = tuple(change.columns)
        row = (change.writers_after(before), *(change.columns[n] for n in names), record_id)
        shapes.setdefault(names, []).append(row)
    for names, rows in shapes.items():
        sets = ", ".join(f'"{name}" = ?' for name in ("writers", *names))
        connection.exec_driver_sql(f'UPDATE "{kind}" SET {sets} WHERE id = ?', rows)


def writers_of(
    connection: Connection, kind: str, ids: Iterable[bytes]
) -> dict[bytes, bytes | None]:
    """The packed writers of those records that exist."""
    found: dict[bytes, bytes | None] = {}
    for chunk in in_chunks(ids):
        rows = connection.exec_driver_sql(
            f'SELECT id, writers FROM "{kind}" WHERE id IN ({marks(chunk)})', chunk
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def read_row(connection: Connection, kind: str, record_id: bytes) -> Columns | None:
    """One record with all its columns in stored form."""
    columns = ("writers", *_insert_columns(kind))
    names = ", ".join(f'"{name}"' for name in columns)
    row = connection.exec_driver_sql(
        f'SELECT {names} FROM "{kind}" WHERE id = ?', (record_id,)
    ).one_or_none()
    return dict(zip(columns, row, strict=True)) if row else None


def write_row(connection: Connection, kind: str, record_id: bytes, columns: Columns) -> None:
    """Put one record with all its columns."""
    names = ("writers", *_insert_columns(kind))
    connection.exec_driver_sql(_upsert_sql(kind), [(record_id, *map(columns.get, names))])


def drop_row(connection: Connection, kind: str, record_id: bytes) -> None:
    """Remove a record that lies in no bucket of this laptop, or that the township never knew."""
    connection.exec_driver_sql(f'DELETE FROM "{kind}" WHERE id = ?', (record_id,))
