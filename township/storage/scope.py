"""What this laptop may hold: granted buckets are followed, lost ones are evicted."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from township.changes import Op
from township.records import record_kinds
from township.storage import later, staging, tables, whereabouts
from township.storage.bulk import marks
from township.storage.pages import Scope
from township.storage.settings import keep, setting

_LEAVING = "sync.leaving"


def cursors(connection: Connection) -> dict[str, int]:
    """How far each followed bucket has been applied."""
    rows = connection.exec_driver_sql("SELECT bucket, seq FROM bucket_cursor")
    return {row[0]: row[1] for row in rows}


def apply(connection: Connection, scope: Scope) -> set[str]:
    """Follow these buckets and no others; returns the kinds that lost records.

    Records of a lost bucket leave the laptop, except those with local changes that the
    township has not answered: they are pushed first, and leave with ``release``.
    """
    c = tables.bucket_cursor.c
    followed = set(cursors(connection))
    granted = set(scope.buckets)
    if granted - followed:
        connection.execute(
            insert(tables.bucket_cursor),
            [{"bucket": name, "seq": 0} for name in sorted(granted - followed)],
        )
    kinds: set[str] = set()
    lost = sorted(followed - granted)
    for name in lost:
        kinds |= _evict(connection, name)
        staging.evict(connection, name)
        connection.execute(delete(tables.bucket_cursor).where(c.bucket == name))
    leaving = {*_leaving(connection), *lost} - granted
    keep(connection, _LEAVING, " ".join(sorted(leaving)))
    return kinds


def note_guests(connection: Connection, buckets: Iterable[str]) -> None:
    """Work in buckets that this laptop does not follow stays only until it is answered.

    The township may let it in, if a grant came and went that the laptop never heard of.
    """
    followed = cursors(connection)
    if guests := {*buckets}.difference(followed):
        leaving = guests.union(_leaving(connection))
        keep(connection, _LEAVING, " ".join(sorted(leaving)))


def only_leaves(connection: Connection, op: Op) -> bool:
    """Does this record leave the laptop with its changeset, without ever being a row here?"""
    record = record_kinds().get(op.kind)
    if record is None or not record.outgoing:
        return False
    c = tables.bucket_cursor.c
    followed = connection.scalar(select(c.bucket).where(c.bucket == op.bucket))
    return followed is None


def release(connection: Connection, incarnation: int) -> set[str]:
    """Let go what stayed in buckets that are not followed until the township had answered it.

    Its own page will not come any more, so the answer alone settles it. Returns the kinds that
    lost records.
    """
    kinds: set[str] = set()
    for name in _leaving(connection):
        if name.startswith("township/"):
            continue
        for kind in kinds_in(name):
            _settle(connection, kind, name, incarnation)
        kinds |= _evict(connection, name)
    if kinds or _leaving(connection):
        _settle_moved(connection, incarnation)
    return kinds


_THERE = """(SELECT id FROM "{kind}" WHERE {place} = ?
 AND id NOT IN (SELECT record_id FROM shadow WHERE field = '{place}')
 UNION ALL SELECT record_id FROM shadow WHERE field = '{place}' AND kind = ? AND value = ?)"""
"""The records of a kind that lie with an owner for the township, wherever they were moved here."""


def kinds_in(bucket: str) -> list[str]:
    """What may lie in a zone's bucket; conflicts first, which lie where their record does."""
    data_class = bucket.rpartition("/")[2]
    return ["conflict"] + [
        kind
        for kind, record in record_kinds().items()
        if kind != "conflict" and not record.township_wide and record.data_class == data_class
    ]


def lying(connection: Connection, kind: str, bucket: str) -> tuple[str, tuple[object, ...]]:
    """The records of a kind in a bucket, as a subquery and its values."""
    owner = bytes.fromhex(bucket.partition("/")[0])
    there = _THERE.format(kind=kind, place=record_kinds()[kind].owner_field)
    values = (owner, kind, msgspec.msgpack.encode(owner))
    if kind != "conflict":
        return there, values
    ids = whereabouts.conflicts_of_class(connection, there, values, bucket.rpartition("/")[2])
    return f"(SELECT id FROM conflict WHERE id IN ({marks(ids)}))", ids


def _settle_moved(connection: Connection, incarnation: int) -> None:
    """What was done to records that have left with a move is answered: nothing of it is here.

    Not before all buckets have come as far: the record may come back with a later page, and with
    it, or after it, what was done to it here.
    """
    kinds = connection.exec_driver_sql("SELECT DISTINCT kind FROM pending").scalars().all()
    for kind in kinds:
        connection.exec_driver_sql(
            "DELETE FROM pending WHERE kind = ? AND EXISTS (SELECT 1 FROM changeset"
            " LEFT JOIN decision ON decision.incarnation = changeset.incarnation"
            " AND decision.dseq = changeset.dseq"
            " WHERE changeset.dseq = pending.dseq AND changeset.incarnation = ?"
            " AND changeset.state <> 'pending'"
            " AND coalesce(decision.seq, changeset.seq) <= (SELECT min(seq) FROM bucket_cursor))"
            f' AND record_id NOT IN (SELECT id FROM "{kind}")',
            (kind, incarnation),
        )


def _settle(connection: Connection, kind: str, bucket: str, incarnation: int) -> None:
    there, values = lying(connection, kind, bucket)
    answered = (
        f"record_id IN {there} AND NOT EXISTS ("
        "SELECT 1 FROM pending AS mine JOIN changeset ON changeset.dseq = mine.dseq"
        " AND changeset.incarnation = ? AND changeset.state = 'pending'"
        " WHERE mine.record_id = {table}.record_id)"
    )
    for table in ("shadow", "pending"):
        connection.exec_driver_sql(
            f"DELETE FROM {table} WHERE kind = ? AND " + answered.format(table=table),
            (kind, *values, incarnation),
        )


def _leaving(connection: Connection) -> list[str]:
    """Lost buckets of which something may still be here."""
    return (setting(connection, _LEAVING) or "").split()


def _evict(connection: Connection, bucket: str) -> set[str]:
    """Remove the records of a zone's bucket; the township's own are never taken away."""
    if bucket.startswith("township/"):
        return set()
    kinds = set()
    for kind in kinds_in(bucket):
        there, values = lying(connection, kind, bucket)
        removed = connection.exec_driver_sql(
            f'DELETE FROM "{kind}" WHERE id IN {there}'
            " AND id NOT IN (SELECT record_id FROM pending)",
            values,
        )
        if removed.rowcount:
            kinds.add(kind)
    later.forget(connection, bucket)
    return kinds
