"""Pages of the log for one device: what its buckets show after its cursors, in log order."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter

import msgspec
from sqlalchemy import Connection, bindparam, select

from sync.server import quarantine, tables
from sync.server.devices import TOWNSHIP_DEVICE, Device
from sync.server.log import Log, Place
from sync.server.stretches import Feed, Line
from township.changes import Changeset, is_erased
from township.storage.pages import Entry, Outcome, Own, Page

_FIRST_WINDOW = 1024
_LARGEST_WINDOW = 1 << 16
_GLUED = 1 << 20
"""Bytes by which a page may grow for what the township itself wrote right after an entry."""
_OWN_SIZE = 16
"""Bytes that an entry without operations counts for."""


_HEAD = select(tables.township.c.head_seq).where(
    tables.township.c.township_id == bindparam("township")
)


@dataclass
class _Plan:
    """Which changesets a page carries: own ones, and others with their operations (None: all)."""

    runs: list[Own] = field(default_factory=list)
    altered: dict[Line, list[int] | None] = field(default_factory=dict)
    others: dict[Place, list[int] | None] = field(default_factory=dict)
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
    head: int = connection.execute(_HEAD, {"township": device.township_id}).scalar_one()
    if not cursors:
        return Page([], [], {}, head, False)
    start = min(cursors.values())
    ceiling = min((seq for seq in cursors.values() if seq > start), default=head)
    active = [bucket for bucket, seq in cursors.items() if seq == start]
    feed = Feed(connection, device.township_id, device.number, incarnation)
    log = Log(connection, device.township_id)
    plan = _plan(feed, active, start, min(ceiling, head), page_bytes)
    moved = dict.fromkeys(active, max(plan.reached, start))
    more = any(seq < head for seq in {**cursors, **moved}.values())
    return Page(_entries(log, plan.others), _own(log, plan), moved, head, more)


def _plan(feed: Feed, buckets: list[str], start: int, ceiling: int, page_bytes: int) -> _Plan:
    """Choose entries window by window: a laptop with few buckets skips much of the log."""
    plan = _Plan(reached=start)
    window, size = _FIRST_WINDOW, 0
    while plan.reached < ceiling:
        end = min(plan.reached + window, ceiling)
        for piece in feed.pieces(buckets, plan.reached, end):
            if isinstance(piece, Own):
                room = max((page_bytes - size) // _OWN_SIZE, 0 if size else 1)
                size += _OWN_SIZE * min(room, piece.count)
                if not _choose_run(plan, piece, room):
                    return plan
                continue
            weight = _weight(piece)
            most = page_bytes + (_GLUED if piece[0].device == TOWNSHIP_DEVICE else 0)
            if size and size + weight > most:
                plan.reached = piece[0].seq - 1
                return plan
            _choose(plan, piece)
            size += weight
        plan.reached = end
        window = min(window * 2, _LARGEST_WINDOW)
    return plan


def _weight(lines: list[Line]) -> int:
    """The bytes that one changeset counts for."""
    others = 0 if lines[0].own else sum(line.size for line in lines)
    return _OWN_SIZE + others


def _choose(plan: _Plan, lines: list[Line]) -> None:
    """Put one changeset on the page; others get nothing that only its author is to know."""
    first, shown = lines[0], _union([line.ops for line in lines])
    if not first.own:
        if shown != []:
            plan.others[first.place] = shown
    elif first.place.altered:
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


def _union(parts: list[bytes | None]) -> list[int] | None:
    if parts == [None]:
        return None
    indexes: set[int] = set()
    for part in parts:
        indexes.update(msgspec.msgpack.decode(part or b"\x90", type=list[int]))
    return sorted(indexes)


_SEQ = attrgetter("seq")


def _own(log: Log, plan: _Plan) -> list[Own]:
    """The device's own changesets, as few words as possible."""
    outcomes = log.outcomes([line.seq for line in plan.altered])
    altered = []
    for line, indexes in plan.altered.items():
        outcome = msgspec.msgpack.decode(outcomes[line.seq], type=Outcome)
        shown = indexes if outcome.moved else None
        altered.append(Own(line.seq, line.dseq, 1, outcome, shown))
    return sorted([*plan.runs, *altered], key=_SEQ) if altered else plan.runs


def _entries(log: Log, shown: dict[Place, list[int] | None]) -> list[Entry]:
    outcomes = log.outcomes([place.seq for place in shown if place.altered])
    found = zip(log.changesets(shown), shown.values(), strict=True)
    entries = (
        _entry(seq, quarantine.shown(log, device, changeset), outcomes.get(seq), indexes)
        for (seq, device, changeset), indexes in found
    )
    return [entry for entry in entries if entry.ops]


def _entry(
    seq: int, changeset: Changeset, outcome: bytes | None, indexes: list[int] | None
) -> Entry:
    header, ops = changeset.header, changeset.ops
    decided = msgspec.msgpack.decode(outcome, type=Outcome) if outcome else None
    here = range(len(ops)) if indexes is None else indexes
    if erased := {index for index in here if is_erased(ops[index])}:
        indexes = [index for index in here if index not in erased]
    if indexes is None or len(indexes) == len(ops):
        return Entry(seq, header, list(ops), None, _only(decided, set(range(len(ops)))))
    shown = [ops[index] for index in indexes]
    return Entry(seq, header, shown, indexes, _only(decided, set(indexes)))


def _only(outcome: Outcome | None, indexes: set[int]) -> Outcome | None:
    """What a device may know of an outcome: that of the operations it sees."""
    if outcome is None:
        return None
    lost = {i: names for i, names in outcome.lost.items() if i in indexes}
    merged = {i: values for i, values in outcome.merged.items() if i in indexes}
    return Outcome(lost, merged) if lost or merged else None
