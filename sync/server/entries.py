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
from sync.server.history import grow
from sync.server.scribe import Batch
from township.changes import Changeset, Header
from township.storage.pages import Outcome
from township.values import moment_text

STINT = 1000
"""Entries that are written while the next ones are made."""
_SALT = 16

Packed = tuple[bytes, bytes, bytes | None]
"""Header, operations and outcome as the log keeps them."""


class Turn(NamedTuple):
    """A changeset whose place in its chain is proven; the last of a push brings a signature."""

    changeset: Changeset
    header: Header
    hash: bytes
    signature: bytes | None = None


class Entries:
    """What one push adds to the log; ``seq`` is the newest number given out."""

    def __init__(self, township_id: bytes, seq: int, now: datetime) -> None:
        self.seq = seq
        self._township_id = township_id
        self._received_at = moment_text(now)
        self._salts = _salts()
        self._log: list[tuple[Any, ...]] = []
        self._feed: list[tuple[Any, ...]] = []
        self._leaves: list[bytes] = []
        self._buckets: set[str] = set()

    def next(self) -> None:
        """Give out the next number."""
        self.seq += 1

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
        header, ops = turn.header, turn.changeset.ops
        all_ = buckets
        if len(buckets) > 1 or told:
            all_ = list(dict.fromkeys([*buckets, *chain.from_iterable(told.values())]))
        names = [name for name in all_ if name is not None]
        for bucket in names:
            packed, size = None, sum(map(len, ops))
            if len(names) > 1 or told:
                indexes = [index for index, name in enumerate(buckets) if name == bucket]
                packed = msgspec.msgpack.encode(indexes)
                size = sum(len(ops[index]) for index in indexes)
            self._feed.append(
                (
                    self._township_id,
                    bucket,
                    self.seq,
                    packed,
                    size,
                    header.device,
                    header.incarnation,
                    header.dseq,
                    altered,
                )
            )

    def keep(self, turn: Turn, status: str, reason: str | None, outcome: Outcome | None) -> Packed:
        """Append to the log."""
        header, packed = turn.header, msgspec.msgpack.encode(turn.changeset.ops)
        packed_outcome = msgspec.msgpack.encode(outcome) if outcome else None
        salt = next(self._salts)
        commitment = history.commitment(salt, turn.hash)
        leaf = history.leaf(
            history.entry_bytes(
                self.seq, header.device, header.incarnation, header.dseq, status, commitment
            )
        )
        self._leaves.append(leaf)
        self._log.append(
            (
                self._township_id,
                self.seq,
                header.device,
                header.incarnation,
                header.dseq,
                turn.hash,
                status,
                reason,
                turn.changeset.header,
                packed,
                packed_outcome,
                turn.signature,
                self._received_at,
                salt,
                leaf,
            )
        )
        return turn.changeset.header, packed, packed_outcome

    def rows(self) -> list[Batch]:
        """What is ready to be written; each row comes once."""
        batches: list[Batch] = [(tables.log, self._log), (tables.feed, self._feed)]
        self._buckets.update(entry[1] for entry in self._feed)
        self._log, self._feed = [], []
        return batches

    def finish(self, connection: Connection) -> None:
        """What rests on all rows, once they are written: the history tree, new buckets."""
        grow(connection, self._township_id, self.seq, self._leaves)
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
