"""Entries of the log and of the feed, made one after the other and written together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from sync import history
from sync.server import tables
from sync.server.history import Memory, grow
from sync.server.scribe import Batch
from township.changes import Changeset, Header
from township.storage.pages import Outcome
from township.values import moment_text

STINT = 1000
"""Entries that are written while the next ones are made."""
_SALT = 16
_encode = msgspec.msgpack.Encoder().encode

Packed = tuple[bytes, bytes, bytes | None]
"""Header, operations and outcome as the log keeps them."""


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
        self._township_id = township_id
        self._received_at = moment_text(now)
        self._salts = _salts()
        self._log: list[tuple[Any, ...]] = []
        self._feed: list[tuple[Any, ...]] = []
        self.leaves: list[bytes] = []
        self._memory = memory
        self._buckets: set[str] = set()

    def next(self) -> int:
        """Give out the next number."""
        self.seq += 1
        return self.seq

    @property
    def waiting(self) -> int:
        """How many entries are not written yet."""
        return len(self._log)

    def place(
        self,
        turn: Turn,
        buckets: Sequence[str | None],
        told: Mapping[int, list[str]],
        *,
        altered: bool,
    ) -> None:
        """Enter a changeset into the feed of each bucket that it touches.

        Ops without a bucket are shown to nobody; their author hears in the ``told`` buckets
        that they are in.
        """
        if len(buckets) == 1 and buckets[0] is not None and not told:
            self.place_whole(turn, buckets[0], altered=altered)
            return
        ops = turn.changeset.ops
        all_ = dict.fromkeys([*buckets, *chain.from_iterable(told.values())])
        names = [name for name in all_ if name is not None]
        if len(names) == 1 and not told:
            self.place_whole(turn, names[0], altered=altered)
            return
        for bucket in names:
            indexes = [index for index, name in enumerate(buckets) if name == bucket]
            size = sum(len(ops[index]) for index in indexes)
            self._show(turn.header, bucket, _encode(indexes), size, altered)

    def place_whole(self, turn: Turn, bucket: str, *, altered: bool) -> None:
        """Enter a changeset that lies in one bucket into its feed."""
        self._show(turn.header, bucket, None, sum(map(len, turn.changeset.ops)), altered)

    def _show(
        self, header: Header, bucket: str, indexes: bytes | None, size: int, altered: bool
    ) -> None:
        origin = header.device, header.incarnation, header.dseq
        self._feed.append((self._township_id, bucket, self.seq, indexes, size, *origin, altered))

    def keep(self, turn: Turn, status: str, reason: str | None, outcome: Outcome | None) -> Packed:
        """Append to the log."""
        changeset, header, hash_, signature = turn
        origin = header.device, header.incarnation, header.dseq
        packed = _encode(changeset.ops)
        packed_outcome = _encode(outcome) if outcome else None
        salt = next(self._salts)
        leaf = history.entry_leaf(self.seq, *origin, status, salt, hash_)
        self.leaves.append(leaf)
        self._log.append(
            (
                self._township_id,
                self.seq,
                *origin,
                hash_,
                status,
                reason,
                changeset.header,
                packed,
                packed_outcome,
                signature,
                self._received_at,
                salt,
                leaf,
            )
        )
        return changeset.header, packed, packed_outcome

    def rows(self) -> list[Batch]:
        """What is ready to be written; each row comes once."""
        batches: list[Batch] = [(tables.log, self._log), (tables.feed, self._feed)]
        self._buckets.update(entry[1] for entry in self._feed)
        self._log, self._feed = [], []
        return batches

    def finish(self, connection: Connection) -> None:
        """What rests on all rows, once they are written: the history tree, new buckets."""
        grow(connection, self._township_id, self.seq, self.leaves, self._memory)
        self._enter_buckets(connection)

    def _enter_buckets(self, connection: Connection) -> None:
        c, names, township_id = tables.bucket.c, self._buckets, self._township_id
        known = select(c.bucket).where(c.township_id == township_id, c.bucket.in_(names))
        new = names - set(connection.scalars(known))
        if new:
            connection.execute(
                insert(tables.bucket),
                [{"township_id": township_id, "bucket": name} for name in sorted(new)],
            )


def _salts() -> Iterator[bytes]:
    """Random bytes without end.

    Asking the system lets other threads run, and the scribe is slow to give Python back.
    """
    while True:
        block = os.urandom(_SALT * STINT)
        for start in range(0, len(block), _SALT):
            yield block[start : start + _SALT]
