"""Pages of the log for one device: what its buckets show after its cursors, in log order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, not_, select

from sync.server import quarantine, tables
from sync.server.devices import TOWNSHIP_DEVICE, Device
from township.changes import is_erased
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

    runs: list[Own] = field(default_factory=list)
    altered: dict[_Line, list[int] | None] = field(default_factory=dict)
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
    return Page(_entries(place, plan.others), _own(place, plan), moved, head, more)


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
        for piece in _pieces(place, buckets, plan.reached, end):
            if isinstance(piece, Own):
                room = max((page_bytes - size) // _OWN_SIZE, 0 if size else 1)
                size += _OWN_SIZE * min(room, piece.count)
                if not _choose_run(plan, piece, room):
                    return plan
                continue
            weight = _weight(place, piece)
            most = page_bytes + (_GLUED if piece[0].device == TOWNSHIP_DEVICE else 0)
            if size and size + weight > most:
                plan.reached = piece[0].seq - 1
                return plan
            _choose(plan, place, piece)
            size += weight
        plan.reached = end
        window = min(window * 2, _LARGEST_WINDOW)
    return plan


_Piece = Own | list[_Line]
"""A run of the device's own changesets as it wrote them, or the lines of one changeset."""


def _pieces(place: Place, buckets: list[str], after: int, end: int) -> list[_Piece]:
    """What these buckets show of a stretch of the log, in order."""
    lines = groupby(_window(place, buckets, after, end), key=_SEQ)
    pieces: list[_Piece] = [list(found) for _, found in lines]
    runs = _runs(place, buckets, after, end)
    return sorted([*pieces, *runs], key=_first) if runs else pieces


_SEQ = attrgetter("seq")


def _first(piece: _Piece) -> int:
    return piece.seq if isinstance(piece, Own) else piece[0].seq


def _weight(place: Place, lines: list[_Line]) -> int:
    """The bytes that one changeset counts for."""
    others = 0 if place.wrote(lines[0]) else sum(line.size for line in lines)
    return _OWN_SIZE + others


def _choose(plan: _Plan, place: Place, lines: list[_Line]) -> None:
    """Put one changeset on the page; others get nothing that only its author is to know."""
    first, shown = lines[0], _union([line.ops for line in lines])
    if not place.wrote(first):
        if shown != []:
            plan.others[first.seq] = shown
    elif first.altered:
        plan.altered[first] = shown
    else:
        _choose_run(plan, Own(first.seq, first.dseq, 1), 1)


def _choose_run(plan: _Plan, run: Own, room: int) -> bool:
    """Put a run on the page, or the first ``room`` of it; returns whether it is all there."""
    count = min(run.count, room)
    last = plan.runs[-1] if plan.runs else None
    if last and (last.seq + last.count, last.dseq + last.count) == (run.seq, run.dseq):
        plan.runs[-1] = Own(last.seq, last.dseq, last.count + count)
    elif count:
        plan.runs.append(Own(run.seq, run.dseq, count))
    plan.reached = run.seq + count - 1
    return count == run.count


def _runs(place: Place, buckets: list[str], after: int, end: int) -> list[Own]:
    """The device's own changesets that lie whole in one bucket, where both numbers run on."""
    c = tables.feed.c
    number = func.row_number().over(order_by=c.seq)
    plain = (
        select(c.seq, c.dseq, (c.seq - number).label("a"), (c.dseq - number).label("b"))
        .where(_within(place, buckets, after, end), _plain(place))
        .subquery()
    )
    found = place.connection.execute(
        select(func.min(plain.c.seq), func.min(plain.c.dseq), func.count())
        .group_by(plain.c.a, plain.c.b)
        .order_by(func.min(plain.c.seq))
    )
    return [Own(*row) for row in found]


def _within(place: Place, buckets: list[str], after: int, end: int) -> ColumnElement[bool]:
    c = tables.feed.c
    return and_(
        c.township_id == place.township_id, c.bucket.in_(buckets), c.seq > after, c.seq <= end
    )


def _plain(place: Place) -> ColumnElement[bool]:
    """Of this device's own making, in one bucket, taken as it was written."""
    c = tables.feed.c
    mine = and_(c.device == place.device, c.incarnation == place.incarnation)
    return and_(mine, c.altered.is_(False), c.ops.is_(None))


def _window(place: Place, buckets: list[str], after: int, end: int) -> list[_Line]:
    """All but the plain own changesets."""
    c = tables.feed.c
    rows = place.connection.execute(
        select(c.seq, c.ops, c.size, c.device, c.incarnation, c.dseq, c.altered)
        .where(_within(place, buckets, after, end), not_(_plain(place)))
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


def _own(place: Place, plan: _Plan) -> list[Own]:
    """The device's own changesets, as few words as possible."""
    outcomes = {row.seq: row.outcome for row in _logged(place, [a.seq for a in plan.altered])}
    altered = []
    for line, indexes in plan.altered.items():
        outcome = msgspec.msgpack.decode(outcomes[line.seq], type=Outcome)
        shown = indexes if outcome.moved else None
        altered.append(Own(line.seq, line.dseq, 1, outcome, shown))
    return sorted([*plan.runs, *altered], key=_SEQ) if altered else plan.runs


def _entries(place: Place, shown: dict[int, list[int] | None]) -> list[Entry]:
    entries = (
        _entry(row.seq, row.header, row.ops, row.outcome, shown[row.seq])
        for row in _logged(place, list(shown))
    )
    return [entry for entry in entries if entry.ops]


def _logged(place: Place, seqs: list[int]) -> Iterator[Any]:
    """These changesets of the log in order."""
    c = tables.log.c
    columns = select(c.seq, c.header, c.ops, c.outcome, c.device)
    for start in range(0, len(seqs), _CHUNK):
        chunk = seqs[start : start + _CHUNK]
        rows = place.connection.execute(
            columns.where(c.township_id == place.township_id, c.seq.in_(chunk)).order_by(c.seq)
        ).all()
        yield from quarantine.shown(place.connection, place.township_id, rows)


def _entry(
    seq: int, header: bytes, packed: bytes, outcome: bytes | None, indexes: list[int] | None
) -> Entry:
    decided = msgspec.msgpack.decode(outcome, type=Outcome) if outcome else None
    ops: list[bytes] = msgspec.msgpack.decode(packed)
    here = range(len(ops)) if indexes is None else indexes
    if erased := {index for index in here if is_erased(ops[index])}:
        indexes = [index for index in here if index not in erased]
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
