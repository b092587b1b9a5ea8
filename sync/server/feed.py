"""Pages of the log for one device: what its buckets show after its cursors, in log order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from sync.server import tables
from sync.server.devices import TOWNSHIP_DEVICE, Device
from township.storage.pages import Entry, Outcome, Own, Page

_FIRST_WINDOW = 1024
_LARGEST_WINDOW = 1 << 16
_CHUNK = 500
_GLUED = 1 << 20
"""Bytes by which a page may grow for what the township itself wrote right after an entry."""
_OWN_SIZE = 16
"""Bytes that an entry without operations counts for."""


class _Line(NamedTuple):
    """One row of the feed."""

    seq: int
    ops: bytes | None
    size: int
    device: int
    incarnation: int
    dseq: int
    altered: bool


@dataclass
class _Plan:
    """Which changesets a page carries: own ones, and others with their operations (None: all)."""

    own: dict[_Line, list[int] | None] = field(default_factory=dict)
    others: dict[int, list[int] | None] = field(default_factory=dict)
    reached: int = 0


def page(
    connection: Connection,
    device: Device,
    incarnation: int,
    cursors: dict[str, int],
    page_bytes: int,
) -> Page:
    """The next page after these cursors, at most ``page_bytes`` of operations or one changeset.

    Buckets that lag behind the others (a new grant) are brought up first; the cursors returned
    are those of the buckets that this page moved.
    """
    c = tables.township.c
    head: int = connection.execute(
        select(c.head_seq).where(c.township_id == device.township_id)
    ).scalar_one()
    if not cursors:
        return Page([], [], {}, head, False)
    start = min(cursors.values())
    ceiling = min((seq for seq in cursors.values() if seq > start), default=head)
    active = [bucket for bucket, seq in cursors.items() if seq == start]
    place = Place(connection, device.township_id, device.number, incarnation)
    plan = _plan(place, active, start, min(ceiling, head), page_bytes)
    moved = dict.fromkeys(active, max(plan.reached, start))
    more = any(seq < head for seq in {**cursors, **moved}.values())
    return Page(_entries(place, plan.others), _own_runs(place, plan.own), moved, head, more)


@dataclass(frozen=True)
class Place:
    """For whom pages are made, and where from."""

    connection: Connection
    township_id: bytes
    device: int
    incarnation: int

    def wrote(self, line: _Line) -> bool:
        """Is this the device's own work?"""
        return line.device == self.device and line.incarnation == self.incarnation


def _plan(place: Place, buckets: list[str], start: int, ceiling: int, page_bytes: int) -> _Plan:
    """Choose entries window by window: a laptop with few buckets skips much of the log."""
    plan = _Plan(reached=start)
    window, size = _FIRST_WINDOW, 0
    while plan.reached < ceiling:
        end = min(plan.reached + window, ceiling)
        for seq, found in groupby(_window(place, buckets, plan.reached, end), key=_SEQ):
            lines = list(found)
            weight = _weight(place, lines)
            room = page_bytes + (_GLUED if lines[0].device == TOWNSHIP_DEVICE else 0)
            if size and size + weight > room:
                plan.reached = seq - 1
                return plan
            _choose(plan, place, lines)
            size += weight
        plan.reached = end
        window = min(window * 2, _LARGEST_WINDOW)
    return plan


_SEQ = attrgetter("seq")


def _weight(place: Place, lines: list[_Line]) -> int:
    """The bytes that one changeset counts for."""
    others = 0 if place.wrote(lines[0]) else sum(line.size for line in lines)
    return _OWN_SIZE + others


def _choose(plan: _Plan, place: Place, lines: list[_Line]) -> None:
    """Put one changeset on the page; others get nothing that only its author is to know."""
    first, shown = lines[0], _union([line.ops for line in lines])
    if place.wrote(first):
        plan.own[first] = shown
    elif shown != []:
        plan.others[first.seq] = shown


def _window(place: Place, buckets: list[str], after: int, end: int) -> list[_Line]:
    c = tables.feed.c
    rows = place.connection.execute(
        select(c.seq, c.ops, c.size, c.device, c.incarnation, c.dseq, c.altered)
        .where(
            c.township_id == place.township_id,
            c.bucket.in_(buckets),
            c.seq > after,
            c.seq <= end,
        )
        .order_by(c.seq)
    )
    return [_Line._make(row) for row in rows.all()]


def _union(parts: list[bytes | None]) -> list[int] | None:
    if parts == [None]:
        return None
    indexes: set[int] = set()
    for part in parts:
        indexes.update(msgspec.msgpack.decode(part or b"\x90", type=list[int]))
    return sorted(indexes)


def _own_runs(place: Place, lines: dict[_Line, list[int] | None]) -> list[Own]:
    """The device's own changesets, as few words as possible."""
    altered = [line.seq for line in lines if line.altered]
    outcomes = {row.seq: row.outcome for row in _logged(place, altered)}
    runs: list[Own] = []
    first, count = None, 0
    for line in lines:
        packed = outcomes.get(line.seq) if line.altered else None
        if first and count and not packed and _follows(first, count, line):
            count += 1
            continue
        if first and count:
            runs.append(Own(first.seq, first.dseq, count))
        first, count = line, 0 if packed else 1
        if packed:
            outcome = msgspec.msgpack.decode(packed, type=Outcome)
            shown = lines[line] if outcome.moved else None
            runs.append(Own(line.seq, line.dseq, 1, outcome, shown))
    if first and count:
        runs.append(Own(first.seq, first.dseq, count))
    return runs


def _follows(first: _Line, count: int, line: _Line) -> bool:
    return line.seq == first.seq + count and line.dseq == first.dseq + count


def _entries(place: Place, shown: dict[int, list[int] | None]) -> list[Entry]:
    return [
        _entry(row.seq, row.header, row.ops, row.outcome, shown[row.seq])
        for row in _logged(place, list(shown))
    ]


def _logged(place: Place, seqs: list[int]) -> Iterator[Any]:
    """These changesets of the log in order."""
    c = tables.log.c
    columns = select(c.seq, c.header, c.ops, c.outcome)
    for start in range(0, len(seqs), _CHUNK):
        chunk = seqs[start : start + _CHUNK]
        yield from place.connection.execute(
            columns.where(c.township_id == place.township_id, c.seq.in_(chunk)).order_by(c.seq)
        ).all()


def _entry(
    seq: int, header: bytes, packed: bytes, outcome: bytes | None, indexes: list[int] | None
) -> Entry:
    decided = msgspec.msgpack.decode(outcome, type=Outcome) if outcome else None
    ops: list[bytes] = msgspec.msgpack.decode(packed)
    if indexes is None or len(indexes) == len(ops):
        return Entry(seq, header, ops, None, _only(decided, set(range(len(ops)))))
    shown = [ops[index] for index in indexes]
    return Entry(seq, header, shown, indexes, _only(decided, set(indexes)))


def _only(outcome: Outcome | None, indexes: set[int]) -> Outcome | None:
    """What a device may know of an outcome: that of the operations it sees."""
    if outcome is None:
        return None
    lost = {i: names for i, names in outcome.lost.items() if i in indexes}
    merged = {i: values for i, values in outcome.merged.items() if i in indexes}
    return Outcome(lost, merged) if lost or merged else None
