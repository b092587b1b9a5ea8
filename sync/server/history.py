"""The Merkle tree over the township's log: grown with it, read for checkpoints and proofs."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from sync import history
from sync.server import tables
from sync.server.engine import insert_many
from sync.wire import History

BLOCK = 256
"""Entries under one stored hash: a proof reads no more leaves than this at each end."""


Blocks = dict[tuple[int, int], bytes]
"""(level, number) → the stored hash of a full subtree."""


class Tree:
    """The tree as one connection sees it.

    ``newest`` are the leaves at its end that need not be read, the first of them ``first``;
    ``blocks`` remembers stored hashes from one look to the next: they never change.
    """

    def __init__(
        self,
        connection: Connection,
        township_id: bytes,
        first: int = 0,
        newest: Sequence[bytes] = (),
        blocks: Blocks | None = None,
    ) -> None:
        self._connection = connection
        self._township_id = township_id
        self._first = first
        self._newest = newest
        self._blocks = blocks if blocks is not None else {}
        self._known: dict[tuple[int, int], bytes] = {}
        self._read_blocks: dict[int, Sequence[bytes]] = {}

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
            return self._stored(low, size) or history.root_of(self.leaves(low, high))
        if stored := self._stored(low, size):
            return stored
        middle = low + history.split(size)
        return history.node(self.root(low, middle), self.root(middle, high))

    def _stored(self, low: int, size: int) -> bytes | None:
        """A full subtree: its size is a power of two, and it begins at a multiple of it."""
        if size < BLOCK or size & (size - 1) or low % size:
            return None
        return self.block((size // BLOCK).bit_length() - 1, low // size)

    def block(self, level: int, number: int) -> bytes | None:
        """The stored hash of a full subtree."""
        found = self._blocks.get((level, number))
        if found is None:
            c = tables.history_block.c
            found = self._connection.scalar(
                select(c.hash).where(
                    c.township_id == self._township_id, c.level == level, c.number == number
                )
            )
            if found is not None:
                self._blocks[level, number] = found
        return found

    def leaves(self, low: int, high: int) -> Sequence[bytes]:
        """The leaves of these entries."""
        if self._newest and high > self._first:
            older = self.leaves(low, self._first) if low < self._first else ()
            return [*older, *self._newest[max(0, low - self._first) : high - self._first]]
        start = low - low % BLOCK
        if high > start + BLOCK:
            return self._read(low, high)
        if start not in self._read_blocks:  # a proof asks for many parts of the same block
            self._read_blocks[start] = self._read(start, start + BLOCK)
        return self._read_blocks[start][low - start : high - start]

    def _read(self, low: int, high: int) -> Sequence[bytes]:
        c = tables.log.c
        return self._connection.scalars(
            select(c.leaf)
            .where(c.township_id == self._township_id, c.seq > low, c.seq <= high)
            .order_by(c.seq)
        ).all()


def grow(connection: Connection, township_id: bytes, size: int, newest: Sequence[bytes]) -> None:
    """Store the hashes of subtrees that the log, now of ``size`` entries, has filled.

    ``newest`` are the leaves just added.
    """
    tree = Tree(connection, township_id, size - len(newest), newest)
    level, first = 0, (size - len(newest)) // BLOCK
    filled = [
        history.root_of(tree.leaves(number * BLOCK, (number + 1) * BLOCK))
        for number in range(first, size // BLOCK)
    ]
    rows: list[tuple[bytes, int, int, bytes]] = []
    while filled:
        rows += [(township_id, level, number, hash_) for number, hash_ in enumerate(filled, first)]
        if first % 2 and (left := tree.block(level, first - 1)):
            filled.insert(0, left)
        pairs = zip(filled[::2], filled[1::2], strict=False)
        filled = [history.node(left, right) for left, right in pairs]
        level, first = level + 1, first // 2
    insert_many(connection, tables.history_block, rows)


def prove(
    connection: Connection,
    township_id: bytes,
    key: Ed25519PrivateKey,
    size: int,
    known: int,
    blocks: Blocks | None = None,
) -> History:
    """A signed checkpoint of the log's first ``size`` entries.

    With the proof that it continues the log of ``known`` entries, where that is possible.
    """
    tree = Tree(connection, township_id, blocks=blocks)
    root = tree.root(0, size)
    signature = key.sign(history.checkpoint_bytes(township_id, size, root))
    proof = history.consistency(known, size, tree.root) if known <= size else []
    return History(size, root, signature, proof)
