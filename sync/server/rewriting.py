"""Putting other content in the place of what entries hold: for contents that must be erased.

The only place that changes a segment. Number, origin, chain hash and leaf of an entry stay.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from sync.server import segments, tables
from township.changes import Changeset


def rewrite(connection: Connection, township_id: bytes, contents: Mapping[int, Changeset]) -> None:
    """Put these in the place of what the entries with these numbers hold.

    Under the head lock; each segment is written once. Raises LookupError when there is no such
    entry. Outcomes are rows of their own, which the caller changes.
    """
    c = tables.segment.c
    mine = c.township_id == township_id
    left = dict(contents)
    while left:
        at = min(left)
        newest = select(c.seq, c.data).where(mine, c.seq <= at).order_by(c.seq.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        held = segments.unpack(row.data) if row else []
        if row is None or at >= row.seq + len(held):
            raise LookupError(f"there is no entry {at}")
        found = [left.pop(row.seq + index, one) for index, one in enumerate(held)]
        change = update(tables.segment).where(mine, c.seq == row.seq)
        connection.execute(change.values(data=segments.pack(found)))
