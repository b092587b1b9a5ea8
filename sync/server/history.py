"""The Merkle tree over the township's log: grown with it, read for checkpoints and proofs."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select

from sync import history
from sync.server import tables
from sync.server.engine import insert_many
from sync.wire import History

BLOCK = 256
"""Entries under one stored hash: a proof reads no more leaves than this at each end."""


class Tree:
    """The tree as one connection sees it."""

    def __init__(self, connection: Connection, township_id: bytes) -> None:
        self._connection = connection
        self._township_id = township_id
        self._known: dict[tuple[int, int], bytes] = {}

    def root(self, low: int, high: int) -> bytes:
        """The hash over entries ``low`` to ``high`` - 1, counted from 0."""
        if low == high:
            return history.EMPTY
        found = self._known.get((low, high))
        if found is None:
            found = self._known[low, high] = self._find(low, high)
        return found

    def _find(self, low: int, high: int) -> bytes:
        size = high - low
        if size <= BLOCK:
            return self._stored(low, size) or history.root_of(self._leaves(low, high))
        if stored := self._stored(low, size):
            return stored
        middle = low + history.split(size)
        return history.node(self.root(low, middle), self.root(middle, high))

    def _stored(self, low: int, size: int) -> bytes | None:
        """A full subtree: its size is a power of two, and it begins at a multiple of it."""
        if size < BLOCK or size & (size - 1) or low % size:
            return None
        c = tables.history_block.c
        found: bytes | None = self._connection.scalar(
            select(c.hash).where(
                c.township_id == self._township_id,
                c.level == (size // BLOCK).bit_length() - 1,
                c.number == low // size,
            )
        )
        return found

    def _leaves(self, low: int, high: int) -> Sequence[bytes]:
        c = tables.log.c
        rows = self._connection.execute(
            select(c.leaf)
            .where(c.township_id == self._township_id, c.seq > low, c.seq <= high)
            .order_by(c.seq)
        )
        return [row.leaf for row in rows]


def grow(connection: Connection, township_id: bytes, size: int) -> None:
    """Store the hashes of subtrees that the log, now of ``size`` entries, has filled."""
    c = tables.history_block.c
    level, blocks, tree = 0, size // BLOCK, Tree(connection, township_id)
    while blocks:
        known = connection.scalar(
            select(func.max(c.number)).where(c.township_id == township_id, c.level == level)
        )
        first = 0 if known is None else known + 1
        if first == blocks:
            return  # then nothing above has been filled either
        span = BLOCK << level
        insert_many(
            connection,
            tables.history_block,
            [
                (township_id, level, number, tree.root(number * span, (number + 1) * span))
                for number in range(first, blocks)
            ],
        )
        level, blocks = level + 1, blocks // 2


def prove(
    connection: Connection, township_id: bytes, key: Ed25519PrivateKey, size: int, known: int
) -> History:
    """A signed checkpoint of the log's first ``size`` entries.

    With the proof that it continues the log of ``known`` entries, where that is possible.
    """
    tree = Tree(connection, township_id)
    root = tree.root(0, size)
    signature = key.sign(history.checkpoint_bytes(township_id, size, root))
    proof = history.consistency(known, size, tree.root) if known <= size else []
    return History(size, root, signature, proof)
