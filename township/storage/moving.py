"""A household that moves to another zone, on the laptop where somebody moves it.

Only the township knows all that moves with it. What is here moves at once, for people to see,
as a pending edit; the township's answer then says what has really moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from township.records import record_kinds
from township.storage.bulk import Key, in_chunks, marks


def take_along(
    connection: Connection, home: bytes, zones: tuple[bytes, bytes], dseq: int
) -> set[str]:
    """Let all that hangs on a household move from the first zone to the second one.

    Returns the kinds that changed.
    """
    old, new = zones
    kinds = set()
    for kind, ids in _hanging(connection, home, old):
        inside = f"id IN ({marks(ids)})"
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO shadow(record_id, field, kind, value)"
            f" SELECT id, 'zone_id', ?, ? FROM \"{kind}\" WHERE {inside}"
            " AND id NOT IN (SELECT record_id FROM pending WHERE inserts = 1)",
            (kind, msgspec.msgpack.encode(old), *ids),
        )
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO pending(record_id, dseq, kind, inserts)"
            f' SELECT id, ?, ?, 0 FROM "{kind}" WHERE {inside}',
            (dseq, kind, *ids),
        )
        connection.exec_driver_sql(f'UPDATE "{kind}" SET zone_id = ? WHERE {inside}', (new, *ids))
        kinds.add(kind)
    return kinds


def _hanging(
    connection: Connection, home: bytes, zone: bytes
) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """Everything in the zone that hangs on a household, by kind."""
    found: set[Key] = set()
    level: list[Key] = [("household", home)]
    while level:
        new = {key for key in _below(connection, level, zone) if key not in found}
        found |= new
        level = sorted(new)
    by_kind: dict[str, list[bytes]] = {}
    for kind, record_id in sorted(found):
        by_kind.setdefault(kind, []).append(record_id)
    for kind, ids in by_kind.items():
        yield from ((kind, chunk) for chunk in in_chunks(ids))


def _below(connection: Connection, level: Sequence[Key], zone: bytes) -> Iterator[Key]:
    """What hangs on these records themselves."""
    parents: dict[str, list[bytes]] = {}
    for kind, record_id in level:
        parents.setdefault(kind, []).append(record_id)
    for parent, ids in parents.items():
        for kind, field in _fields_naming(parent):
            for chunk in in_chunks(ids):
                sql = f'SELECT id FROM "{kind}" WHERE zone_id = ? AND {field} IN ({marks(chunk)})'
                rows = connection.exec_driver_sql(sql, (zone, *chunk))
                yield from ((kind, record_id) for (record_id,) in rows.all())


_FIELDS = {"household": "household_id", "need": "need_id"}
_ABOUT = (("conflict", "target_id"), ("duplicate", "kept_id"))


def _fields_naming(parent: str) -> Iterator[tuple[str, str]]:
    """The kinds that may hang on records of this one, and their field that says so."""
    yield from _ABOUT
    field = _FIELDS.get(parent)
    for kind, record in record_kinds().items():
        if field in record.fields() and not record.township_wide:
            yield kind, str(field)
