"""Pages of the log for one device: what its buckets show after its cursors, in log order."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, select

from sync.server import tables
from sync.server.devices import Device
from township.storage.pages import Entry, Outcome, Page

_FIRST_WINDOW = 1024
_LARGEST_WINDOW = 1 << 16
_CHUNK = 500
_OWN_SIZE = 16
"""Bytes that an entry without operations counts for."""


@dataclass
class _Plan:
    """Which changesets a page carries, and which of their operations (None: all)."""

    shown: dict[int, list[int] | None] = field(default_factory=dict)
    reached: int = 0


def page(
    connection: Connection,
    device: Device,
    incarnation: int,
    cursors: dict[str, int],
    page_bytes: int,
) -> Page:
    """The next page after these cursors, about ``page_bytes`` of operations, at least one entry.

    Buckets that lag behind the others (a new grant) are brought up first; the cursors returned
    are those of the buckets that this page moved.
    """
    c = tables.township.c
    head: int = connection.execute(
        select(c.head_seq).where(c.township_id == device.township_id)
    ).scalar_one()
    if not cursors:
        return Page([], {}, head, False)
    start = min(cursors.values())
    ceiling = min((seq for seq in cursors.values() if seq > start), default=head)
    active = [bucket for bucket, seq in cursors.items() if seq == start]
    plan = _plan(connection, device, active, start, min(ceiling, head), page_bytes)
    moved = dict.fromkeys(active, max(plan.reached, start))
    more = any(seq < head for seq in {**cursors, **moved}.values())
    return Page(_entries(connection, device, incarnation, plan), moved, head, more)


def _plan(
    connection: Connection,
    device: Device,
    buckets: list[str],
    start: int,
    ceiling: int,
    page_bytes: int,
) -> _Plan:
    """Choose entries window by window: a laptop with few buckets skips much of the log."""
    plan = _Plan(reached=start)
    window, size = _FIRST_WINDOW, 0
    while plan.reached < ceiling:
        end = min(plan.reached + window, ceiling)
        for seq, entries in _window(connection, device, buckets, plan.reached, end).items():
            if size >= page_bytes:
                plan.reached = seq - 1
                return plan
            plan.shown[seq] = _union([ops for ops, _ in entries])
            size += sum(length for _, length in entries) + _OWN_SIZE
        plan.reached = end
        window = min(window * 2, _LARGEST_WINDOW)
    return plan


def _window(
    connection: Connection, device: Device, buckets: list[str], after: int, end: int
) -> dict[int, list[tuple[bytes | None, int]]]:
    c = tables.feed.c
    rows = connection.execute(
        select(c.seq, c.ops, c.size)
        .where(
            c.township_id == device.township_id,
            c.bucket.in_(buckets),
            c.seq > after,
            c.seq <= end,
        )
        .order_by(c.seq)
    )
    found: dict[int, list[tuple[bytes | None, int]]] = {}
    for seq, ops, size in rows:
        found.setdefault(seq, []).append((ops, size))
    return found


def _union(parts: list[bytes | None]) -> list[int] | None:
    if parts == [None]:
        return None
    indexes: set[int] = set()
    for part in parts:
        indexes.update(msgspec.msgpack.decode(part or b"\x90", type=list[int]))
    return sorted(indexes)


def _entries(connection: Connection, device: Device, incarnation: int, plan: _Plan) -> list[Entry]:
    c = tables.log.c
    columns = select(c.seq, c.device, c.incarnation, c.header, c.ops, c.outcome)
    seqs = list(plan.shown)
    found: list[Entry] = []
    for start in range(0, len(seqs), _CHUNK):
        chunk = seqs[start : start + _CHUNK]
        rows = connection.execute(
            columns.where(c.township_id == device.township_id, c.seq.in_(chunk)).order_by(c.seq)
        )
        for row in rows:
            own = row.device == device.number and row.incarnation == incarnation
            found.append(_entry(row.seq, row.header, row.ops, row.outcome, plan, own))
    return found


def _entry(
    seq: int, header: bytes, packed: bytes, outcome: bytes | None, plan: _Plan, own: bool
) -> Entry:
    decided = msgspec.msgpack.decode(outcome, type=Outcome) if outcome else None
    if own:
        return Entry(seq, header, None, None, decided)
    ops: list[bytes] = msgspec.msgpack.decode(packed)
    indexes = plan.shown[seq]
    if indexes is None or len(indexes) == len(ops):
        return Entry(seq, header, ops, None, decided)
    shown = [ops[index] for index in indexes]
    return Entry(seq, header, shown, indexes, _only(decided, set(indexes)))


def _only(outcome: Outcome | None, indexes: set[int]) -> Outcome | None:
    """What a device may know of an outcome: that of the operations it sees."""
    if outcome is None:
        return None
    lost = {i: names for i, names in outcome.lost.items() if i in indexes}
    merged = {i: values for i, values in outcome.merged.items() if i in indexes}
    return Outcome(lost, merged) if lost or merged else None
