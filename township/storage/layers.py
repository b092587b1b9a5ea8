"""All records with pending edits made anew at once: after a new chain, or a restored township."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from township.storage import rereading, scope, tables
from township.storage.arrival import mark_households
from township.storage.bulk import Key
from township.storage.overlay import Overlay, PendingRecord, View


def pending_records(connection: Connection) -> dict[Key, PendingRecord]:
    """Every record with pending local edits."""
    c = tables.pending.c
    found: dict[Key, PendingRecord] = {}
    for row in connection.execute(select(c.kind, c.record_id, c.dseq, c.inserts).order_by(c.dseq)):
        record = found.setdefault((row.kind, row.record_id), PendingRecord())
        record.dseqs.append(row.dseq)
        record.inserted = record.inserted or bool(row.inserts)
    return found


def beneath(
    overlay: Overlay, pending: Mapping[Key, PendingRecord], also: Iterable[Key] = ()
) -> dict[Key, View | None]:
    """What lies beneath the edits of these records, and the whole of those without any."""
    return {
        key: overlay.beneath(key, pending.get(key) or PendingRecord())
        for key in (*pending, *(key for key in also if key not in pending))
    }


def touched(connection: Connection, overlay: Overlay, dseqs: Iterable[int]) -> dict[Key, list[int]]:
    """Which of these own changesets edit which records of this laptop."""
    found: dict[Key, list[int]] = {}
    for dseq in dseqs:
        kept = (a.op for a in overlay.own(dseq) if not scope.only_leaves(connection, a.op))
        for key in dict.fromkeys((op.kind, op.record) for op in kept):
            found.setdefault(key, []).append(dseq)
    return found


def renew(
    connection: Connection,
    overlay: Overlay,
    views: Mapping[Key, View | None],
    edits: Mapping[Key, list[int]],
    awaited: Container[Key],
) -> set[str]:
    """Write records anew: ``views``, and on top of them these own changesets.

    An edit of a record that is not here is waited for only if it is among ``awaited``.
    Returns the kinds concerned.
    """
    connection.execute(delete(tables.pending))
    connection.execute(delete(tables.shadow))
    buckets: set[str] = set()
    for key, view in views.items():
        mine = [
            (dseq, arrived.op)
            for dseq in edits.get(key, ())
            for arrived in overlay.own(dseq)
            if (arrived.op.kind, arrived.op.record) == key
        ]
        inserts = {dseq for dseq, op in mine if op.action == "insert"}
        under = None if inserts else view
        if key in awaited or under is not None or inserts:
            _note(connection, key, edits.get(key, ()), inserts)
        overlay.remake(key, under, edits.get(key, ()))
        buckets |= {op.bucket for _, op in mine}
    rereading.made_here(connection)
    scope.note_guests(connection, buckets)
    homes = {record for kind, record in views if kind == "household"}
    mark_households(connection, homes, [record for kind, record in views if kind == "person"])
    return {kind for kind, _ in views}


def _note(connection: Connection, key: Key, dseqs: Iterable[int], inserts: set[int]) -> None:
    kind, record_id = key
    rows = [
        {"record_id": record_id, "dseq": dseq, "kind": kind, "inserts": int(dseq in inserts)}
        for dseq in dseqs
    ]
    if rows:
        connection.execute(insert(tables.pending), rows)
