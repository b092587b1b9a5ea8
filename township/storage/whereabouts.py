"""In which bucket records lie on this laptop, as far as the township has told.

Buckets are pulled at different times, and records move between them. What a page says of a
record that lies here in a bucket which has come further is older than what is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from township.changes import bucket
from township.records import record_kinds
from township.storage import later
from township.storage.bulk import Key, in_chunks, known_kinds, marks


def ahead(connection: Connection, moved: Mapping[str, int]) -> frozenset[str]:
    """The followed buckets that a page does not move and that are as far, or further."""
    least = max(moved.values(), default=0) or 1
    rows = connection.exec_driver_sql("SELECT bucket FROM bucket_cursor WHERE seq >= ?", (least,))
    return frozenset(rows.scalars()).difference(moved)


def among(connection: Connection, keys: Iterable[Key], buckets: Collection[str]) -> frozenset[Key]:
    """Those of these records that lie here in one of these buckets."""
    if not buckets:
        return frozenset()
    by_kind: dict[str, list[bytes]] = {}
    for kind, record_id in keys:
        by_kind.setdefault(kind, []).append(record_id)
    found: set[Key] = set()
    strange = [kind for kind in by_kind if kind not in known_kinds()]
    places = later.places(connection) if strange else {}
    for kind in strange:
        found |= {(kind, i) for i in by_kind.pop(kind) if places.get((kind, i)) in buckets}
    for kind, ids in by_kind.items():
        for chunk in in_chunks(ids):
            places = lying(connection, kind, chunk)
            found |= {key for key, place in places.items() if place in buckets}
    return frozenset(found)


def lying(connection: Connection, kind: str, ids: tuple[bytes, ...]) -> dict[Key, str]:
    """The bucket of each of these records that the township knows; local moves do not count.

    Nor does what a restored township has not shown again: it may lie elsewhere by now.
    """
    record = record_kinds()[kind]
    if record.township_wide:
        return {}
    target = ", target_kind, target_id" if kind == "conflict" else ", NULL, NULL"
    rows = connection.exec_driver_sql(
        f'SELECT id, {record.owner_field}{target} FROM "{kind}" WHERE id IN ({marks(ids)})'
        " AND id NOT IN (SELECT record_id FROM pending WHERE inserts = 1)"
        " AND id NOT IN (SELECT record_id FROM unread)",
        ids,
    ).all()
    if not rows:
        return {}
    covered = connection.exec_driver_sql(
        f"SELECT record_id, value FROM shadow WHERE field = '{record.owner_field}'"
        f" AND record_id IN ({marks(ids)})",
        ids,
    ).all()
    beneath = {record_id: msgspec.msgpack.decode(value) for record_id, value in covered}
    return {
        (kind, record_id): bucket(
            beneath.get(record_id, zone),
            (target_kind and _class_of(connection, target_kind, target_id)) or record.data_class,
        )
        for record_id, zone, target_kind, target_id in rows
    }


def conflicts_of_class(
    connection: Connection, among: str, values: tuple[object, ...], data_class: str
) -> tuple[bytes, ...]:
    """The conflicts in a subquery ``among`` that are about records of this class.

    Or about none that is here: then they have no business here either.
    """
    rows = connection.exec_driver_sql(
        f"SELECT id, target_kind, target_id FROM conflict WHERE id IN {among}", values
    ).all()
    return tuple(
        row.id
        for row in rows
        if _class_of(connection, row.target_kind, row.target_id) in (data_class, None)
    )


def _class_of(connection: Connection, target_kind: str, target_id: bytes) -> str | None:
    """The class of a record: a conflict lies where the record lies that it is about."""
    if target_kind == "conflict":
        row = connection.exec_driver_sql(
            "SELECT target_kind, target_id FROM conflict WHERE id = ?", (target_id,)
        ).one_or_none()
        return _class_of(connection, *row) if row else None
    if target := record_kinds().get(target_kind):
        return target.data_class
    place = later.places(connection).get((target_kind, target_id))  # of a newer program's kind
    return place.rpartition("/")[2] if place else None
