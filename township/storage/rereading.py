"""Reading everything anew after the township was restored: rows stay until it is known to be done.

``unread`` marks the records that the restored township has not shown yet. Pages and snapshots
take the marks away; when all buckets have been read to the end of the log, what is still marked
is no more in the township and leaves the laptop, unless own work is pending on it. What has left
one bucket is marked again: the one where it lies now may not have been read yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from township.records import record_kinds
from township.storage import staging, tables
from township.storage.bulk import Key
from township.storage.settings import keep, setting

_RUNNING = "sync.rereading"


def begin(connection: Connection) -> None:
    """Mark what is here and set all cursors back. What newer programs wrote comes again too."""
    for kind in record_kinds():
        connection.exec_driver_sql(
            f'INSERT OR IGNORE INTO unread(record_id, kind) SELECT id, ? FROM "{kind}"', (kind,)
        )
    made_here(connection)
    connection.execute(tables.bucket_cursor.update().values(seq=0))
    for table in (tables.later_op, tables.later_record):
        connection.execute(table.delete())
    staging.clear(connection)
    keep(connection, _RUNNING, "1")


def made_here(connection: Connection) -> None:
    """The township hears from this laptop of records that it has made: they are not waited for."""
    connection.exec_driver_sql(
        "DELETE FROM unread WHERE record_id IN (SELECT record_id FROM pending WHERE inserts = 1)"
    )


def running(connection: Connection) -> bool:
    """Has the restored township not shown everything yet?"""
    return bool(setting(connection, _RUNNING))


def brought(connection: Connection, records: Sequence[bytes]) -> None:
    """The township has these records."""
    if records and connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM unread)").scalar_one():
        connection.exec_driver_sql(
            "DELETE FROM unread WHERE record_id = ?", [(record,) for record in records]
        )


def left(connection: Connection, keys: Iterable[Key]) -> None:
    """These have gone from a bucket that was read; the one where they lie now may bring them."""
    for kind, record in keys:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO unread(record_id, kind) SELECT id, ?"
            f' FROM "{kind}" WHERE id = ?',
            (kind, record),
        )


def settle(connection: Connection, head: int | None) -> set[str]:
    """Let go what the township does not have, once that is known; returns the kinds concerned.

    ``head`` is the end of the log by a page that was just applied, None without one. Records
    with pending work stay until it is answered.
    """
    if running(connection):
        slowest = connection.exec_driver_sql("SELECT min(seq) FROM bucket_cursor").scalar()
        if head is None or (slowest is not None and slowest < head):
            return set()
        keep(connection, _RUNNING, "")
    free = "record_id NOT IN (SELECT record_id FROM pending)"
    kinds = set(connection.exec_driver_sql(f"SELECT kind FROM unread WHERE {free}").scalars())
    for kind in kinds:
        _drop(connection, kind, free)
    if kinds:
        connection.exec_driver_sql(f"DELETE FROM unread WHERE {free}")
    return kinds


def _drop(connection: Connection, kind: str, free: str) -> None:
    gone = f"SELECT record_id FROM unread WHERE kind = ? AND {free}"
    home = {"household": "id", "person": "household_id"}.get(kind)
    if home:
        connection.exec_driver_sql(
            f'INSERT OR IGNORE INTO search_dirty SELECT {home} FROM "{kind}"'
            f" WHERE id IN ({gone}) AND {home} IS NOT NULL",
            (kind,),
        )
    connection.exec_driver_sql(f'DELETE FROM "{kind}" WHERE id IN ({gone})', (kind,))
