"""Own records that a snapshot shows to have left its bucket: it holds all that lies there.

A changeset of two buckets is settled when the first of them brings it. If the other one then
comes as a snapshot, the log that told of the record's leaving is never read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from sqlalchemy import Connection, select

from township.changes import Writers
from township.storage import scope, tables
from township.storage.bulk import Key

_SETTLED = """SELECT "{kind}".id, "{kind}".writers FROM "{kind}" WHERE id IN {there}
 AND id NOT IN (SELECT record_id FROM pending WHERE inserts = 1)
 AND id NOT IN (SELECT record_id FROM unread)"""
_TAKEN = """SELECT coalesce(decision.seq, changeset.seq) FROM changeset LEFT JOIN decision
 ON decision.incarnation = changeset.incarnation AND decision.dseq = changeset.dseq
 WHERE changeset.incarnation = ? AND changeset.dseq = ?
 AND changeset.state IN ('applied', 'conflict')"""


def from_bucket(connection: Connection, bucket: str, seq: int, shown: Set[bytes]) -> Iterator[Key]:
    """What lies in a bucket here and was taken in by the township before the snapshot under
    this number, in which only the records ``shown`` are.
    """
    if bucket.startswith("township/") or not _anything_taken(connection):
        return
    device = connection.scalar(select(tables.device.c.number))
    for kind in scope.kinds_in(bucket):
        if kind == "conflict":
            continue  # the township's own, never written here
        there, values = scope.lying(connection, kind, bucket)
        sql = _SETTLED.format(kind=kind, there=there)
        for record, packed in connection.exec_driver_sql(sql, values).all():
            if record in shown:
                continue
            made = _made_under(connection, device, Writers.unpack(packed).default)
            if made is not None and made <= seq:
                yield kind, record


def _anything_taken(connection: Connection) -> bool:
    return bool(
        connection.exec_driver_sql(
            "SELECT EXISTS (SELECT 1 FROM changeset WHERE state IN ('applied', 'conflict'))"
        ).scalar_one()
    )


def _made_under(connection: Connection, device: int | None, op_id: str | None) -> int | None:
    """The number under which the township took an own op in; None for those of others."""
    place = (op_id or "").split(".")
    if len(place) != 4 or place[0] != str(device):
        return None
    found = connection.exec_driver_sql(_TAKEN, (int(place[1]), int(place[2]))).scalar_one_or_none()
    return int(found) if found is not None else None
