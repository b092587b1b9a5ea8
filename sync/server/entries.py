"""Entries of the log and of the feed, made one after the other and written together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, bindparam, insert, select

from sync import history
from sync.server import tables
from sync.server.history import Memory, grow
from sync.server.segments import MOST, Draft, Origin, Shown
from township.changes import Changeset, Header
from township.storage.pages import Outcome
from township.values import moment_text

STINT = MOST
"""Entries that are written while the next ones are made."""
_SALT = 16
_SALTS = 1000
_encode = msgspec.msgpack.Encoder().encode


Batch = tuple[Table, Sequence[tuple[Any, ...]]]
"""Rows of a table."""

_KNOWN = select(tables.bucket.c.bucket).where(
    tables.bucket.c.township_id == bindparam("township"),
    tables.bucket.c.bucket.in_(bindparam("names", expanding=True)),
)


class Turn(NamedTuple):
    """A changeset whose place in its chain is proven; the last of a push brings a signature."""

    changeset: Changeset
    header: Header
    hash: bytes
    signature: bytes | None = None


class Entries:
    """What one push adds to the log; ``seq`` is the newest number, ``leaves`` the history's."""

    def __init__(
        self, township_id: bytes, seq: int, now: datetime, memory: Memory | None = None
    ) -> None:
        self.seq = seq
        self.leaves: list[bytes] = []
        self._township_id = township_id
        self._received_at = moment_text(now)
        self._salts = _salts()
        self._drafts: list[Draft] = []
        self._outcomes: list[tuple[Any, ...]] = []
        self._shown: list[Shown] = []
        self._whole: tuple[Turn, str] | None = None
        self._run: list[tuple[Turn, str]] = []
        self._run_first = 0
        self._memory = memory
        self._buckets: set[str] = set()

    def next(self) -> int:
        """Give out the next number."""
        self.seq += 1
        return self.seq

    def place(
        self,
        turn: Turn,
        buckets: Sequence[str | None],
        told: Mapping[int, list[str]],
        *,
        altered: bool,
    ) -> None:
        """Enter a changeset, which is kept next, into the feed of each bucket that it touches.

        Ops without a bucket are shown to nobody; their author hears in the ``told`` buckets
        that they are in.
        """
        if len(buckets) == 1 and buckets[0] and not told and not altered:
            self._whole = turn, buckets[0]
            return
        ops, origin = turn.changeset.ops, _origin(turn.header)
        all_ = dict.fromkeys([*buckets, *chain.from_iterable(told.values())])
        names = [name for name in all_ if name is not None]
        if len(names) == 1 and not told:
            self._shown.append(Shown(names[0], origin, sum(map(len, ops)), None, altered))
            return
        for bucket in names:
            indexes = [index for index, name in enumerate(buckets) if name == bucket]
            size = sum(len(ops[index]) for index in indexes)
            self._shown.append(Shown(bucket, origin, size, _encode(indexes), altered))

    def keep(self, turn: Turn, status: str, reason: str | None, outcome: Outcome | None) -> None:
        """Append to the log."""
        whole, self._whole = self._whole, None
        if whole and whole[0] is turn and status == "applied" and not outcome:
            self._join(whole)
            return
        self._settle()
        if whole:
            placed, bucket = whole
            size = len(placed.changeset.ops[0])
            self._shown.append(Shown(bucket, _origin(placed.header), size, None, False))
        origin = _origin(turn.header)
        draft = self._draft_for(self.seq, origin, status, reason)
        for shown in self._shown:
            draft.show(shown)
        self._shown.clear()
        self._extend(draft, self.seq, origin, [turn])
        if outcome:
            self._outcomes.append((self._township_id, self.seq, _encode(outcome)))

    def _join(self, whole: tuple[Turn, str]) -> None:
        """Let an entry wait for those that follow it in the same chain: together they cost less."""
        if self._run:
            last, header = self._run[-1][0].header, whole[0].header
            after = last.device, last.incarnation, last.dseq + 1
            if (header.device, header.incarnation, header.dseq) != after:
                self._settle()
        if not self._run:
            self._run_first = self.seq
        self._run.append(whole)

    def _settle(self) -> None:
        """Enter those that wait."""
        if self._run:
            run, self._run = self._run, []
            turns, buckets = zip(*run, strict=True)
            self._enter(self._run_first, turns, buckets)

    def keep_plain(self, turns: Sequence[Turn], buckets: Sequence[str]) -> None:
        """Give numbers to changesets of one operation, which are applied as their author wrote
        them, and enter them into log and feed.
        """
        self._settle()
        self._enter(self.seq + 1, turns, buckets)
        self.seq += len(turns)

    def _enter(self, seq: int, turns: Sequence[Turn], buckets: Sequence[str]) -> None:
        """Enter changesets of one operation, which follow each other, from this number on."""
        sizes = [len(turn.changeset.ops[0]) for turn in turns]
        begun = 0
        while begun < len(turns):
            origin = _origin(turns[begun].header)
            draft = self._draft_for(seq + begun, origin, "applied", None)
            end = begun + draft.room(islice(sizes, begun, None))
            draft.show_all(buckets[begun:end], sizes[begun:end])
            self._extend(draft, seq + begun, origin, turns[begun:end])
            begun = end

    def _extend(self, draft: Draft, seq: int, first: Origin, turns: Sequence[Turn]) -> None:
        salts = list(islice(self._salts, len(turns)))
        hashes = [turn.hash for turn in turns]
        leaves = history.entry_leaves(seq, *first, draft.status, salts, hashes)
        changesets = [turn.changeset for turn in turns]
        draft.extend(changesets, hashes, salts, leaves, turns[-1].signature)
        self.leaves += leaves

    def _draft_for(self, seq: int, origin: Origin, status: str, reason: str | None) -> Draft:
        if not self._drafts or not self._drafts[-1].takes(origin, status, reason):
            self._drafts.append(Draft(seq, origin, status, reason))
        return self._drafts[-1]

    def rows(self) -> list[Batch]:
        """What is to be written, each row once."""
        self._settle()
        drafts, self._drafts = self._drafts, []
        outcomes, self._outcomes = self._outcomes, []
        self._buckets.update(*(draft.buckets() for draft in drafts))
        township_id = self._township_id
        return [
            (tables.segment, [draft.row(township_id, self._received_at) for draft in drafts]),
            (tables.stretch, [row for draft in drafts for row in draft.stretches(township_id)]),
            (tables.outcome, outcomes),
        ]

    def finish(self, connection: Connection) -> None:
        """What rests on all rows, once they are written: the history tree, new buckets."""
        grow(connection, self._township_id, self.seq, self.leaves, self._memory)
        self._enter_buckets(connection)

    def _enter_buckets(self, connection: Connection) -> None:
        names, township_id = self._buckets, self._township_id
        asked = {"township": township_id, "names": sorted(names)}
        new = names - set(connection.scalars(_KNOWN, asked))
        if new:
            connection.execute(
                insert(tables.bucket),
                [{"township_id": township_id, "bucket": name} for name in sorted(new)],
            )


def _origin(header: Header) -> Origin:
    return Origin(header.device, header.incarnation, header.dseq)


def _salts() -> Iterator[bytes]:
    """Random bytes without end.

    Asking the system lets other threads run, and the scribe is slow to give Python back.
    """
    while True:
        block = os.urandom(_SALT * _SALTS)
        for start in range(0, len(block), _SALT):
            yield block[start : start + _SALT]
