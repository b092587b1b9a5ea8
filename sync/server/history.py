"""The Merkle tree over the township's log: grown with it, read for checkpoints and proofs."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, bindparam, select

from sync import history
from sync.server import tables
from sync.server.inserting import insert_many
from sync.server.log import Log
from sync.wire import History

BLOCK = 256
"""Entries under one stored hash: a proof reads no more leaves than this at each end."""


_REMEMBERED = 64
"""Blocks whose leaves stay at hand, some 20 KB each."""


class Memory:
    """What need not be read again of a township's tree, because it never changes.

    Only what is committed may be remembered. Threads share it: whatever one of them puts there
    is right, and what another has not seen yet is read from the database.
    """

    def __init__(self) -> None:
        self.blocks: dict[tuple[int, int], bytes] = {}
        """(level, number) → the stored hash of a full subtree."""
        self._leaves: dict[int, Sequence[bytes]] = {}

    def leaves(self, block: int) -> Sequence[bytes]:
        """The first leaves of a block, as many as are known."""
        return self._leaves.get(block, ())

    def keep(self, block: int, leaves: Sequence[bytes]) -> None:
        """Remember the first leaves of a block."""
        if len(leaves) > len(self.leaves(block)):
            self._leaves[block] = leaves
        self._forget_old()

    def _forget_old(self) -> None:
        while len(self._leaves) > _REMEMBERED:
            self._leaves.pop(min(list(self._leaves)), None)

    def grown(self, first: int, leaves: Sequence[bytes]) -> None:
        """Entries from ``first`` on were committed."""
        size = first + len(leaves)
        for block in range(first // BLOCK, -(-size // BLOCK))[-_REMEMBERED:]:
            low = block * BLOCK
            older = self.leaves(block)[: max(0, first - low)]
            if low + len(older) >= first:
                self._leaves[block] = [*older, *leaves[max(0, low - first) : low + BLOCK - first]]
        self._forget_old()


class Memories:
    """One memory for each epoch: a township restored from a backup goes on with another log."""

    def __init__(self) -> None:
        self._by_epoch: dict[bytes, Memory] = {}

    def of(self, epoch: bytes) -> Memory:
        """What is known of the log of this epoch."""
        return self._by_epoch.setdefault(epoch, Memory())


_b = tables.history_block.c
_BLOCK_HASH = select(_b.hash).where(
    _b.township_id == bindparam("township"),
    _b.level == bindparam("level"),
    _b.number == bindparam("number"),
)


class Tree:
    """The tree of the first ``size`` entries as one connection sees it.

    ``newest`` are leaves at its end that need not be read; they may be uncommitted, and those
    before them must not be.
    """

    def __init__(
        self,
        connection: Connection,
        township_id: bytes,
        size: int,
        newest: Sequence[bytes] = (),
        memory: Memory | None = None,
    ) -> None:
        self._connection = connection
        self._township_id = township_id
        self._first = size - len(newest)
        self._newest = newest
        self._memory = memory or Memory()
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
        found = self._memory.blocks.get((level, number))
        if found is None:
            place = {"township": self._township_id, "level": level, "number": number}
            found = self._connection.scalar(_BLOCK_HASH, place)
            if found is not None:
                self._memory.blocks[level, number] = found
        return found

    def leaves(self, low: int, high: int) -> Sequence[bytes]:
        """The leaves of these entries."""
        if high > self._first:
            older = self.leaves(low, self._first) if low < self._first else ()
            return [*older, *self._newest[max(0, low - self._first) : high - self._first]]
        number = low // BLOCK
        start = number * BLOCK
        if high > start + BLOCK:
            return self._read(low, high)
        known = self._memory.leaves(number)
        if len(known) < high - start:  # a proof asks for many parts of the same block
            known = self._read(start, min(start + BLOCK, self._first))
            self._memory.keep(number, known)
        return known[low - start : high - start]

    def _read(self, low: int, high: int) -> Sequence[bytes]:
        return Log(self._connection, self._township_id).leaves(low, high)


def grow(
    connection: Connection,
    township_id: bytes,
    size: int,
    newest: Sequence[bytes],
    memory: Memory | None = None,
) -> None:
    """Store the hashes of subtrees that the log, now of ``size`` entries, has filled.

    ``newest`` are the leaves just added.
    """
    tree = Tree(connection, township_id, size, newest, memory)
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
    memory: Memory | None = None,
) -> History:
    """A signed checkpoint of the log's first ``size`` entries.

    With the proof that it continues the log of ``known`` entries, where that is possible.
    """
    tree = Tree(connection, township_id, size, memory=memory)
    root = tree.root(0, size)
    signature = key.sign(history.checkpoint_bytes(township_id, size, root))
    proof = history.consistency(known, size, tree.root) if known <= size else []
    return History(size, root, signature, proof)
