"""What this laptop may hold: granted buckets are followed, lost ones are evicted."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from township.records import record_kinds
from township.storage import tables
from township.storage.pages import Scope


def apply(connection: Connection, scope: Scope) -> set[str]:
    """Follow these buckets and no others; returns the kinds that lost records.

    Records of a lost bucket leave the laptop, except those with local changes that the
    township has not answered: they are pushed first, and leave with the next scope.
    """
    c = tables.bucket_cursor.c
    followed = set(connection.scalars(select(c.bucket)))
    granted = set(scope.buckets)
    if granted - followed:
        connection.execute(
            insert(tables.bucket_cursor),
            [{"bucket": name, "seq": 0} for name in sorted(granted - followed)],
        )
    kinds: set[str] = set()
    for name in sorted(followed - granted):
        kinds |= _evict(connection, name)
        connection.execute(delete(tables.bucket_cursor).where(c.bucket == name))
    return kinds


def _evict(connection: Connection, bucket: str) -> set[str]:
    """Remove the records of a zone's bucket; the township's own are never taken away."""
    place, data_class = bucket.split("/")
    if place == "township":
        return set()
    kinds = set()
    for kind, record in record_kinds().items():
        if record.township_wide or record.data_class != data_class:
            continue
        removed = connection.exec_driver_sql(
            f'DELETE FROM "{kind}" WHERE zone_id = ? AND id NOT IN (SELECT record_id FROM pending)',
            (bytes.fromhex(place),),
        )
        if removed.rowcount:
            kinds.add(kind)
    return kinds
