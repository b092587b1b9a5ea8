"""Segments of the log: many entries as one row, packed and opened again.

A row of the database costs more than what an entry holds, so entries that belong together share
one (decision 034). The bytes of headers and operations come out as they went in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import zstandard

from township.changes import Changeset

MOST = 256
"""Entries in a segment; none spans more numbers of the log than this."""
_MOST_BYTES = 64 << 10
"""Of operations: a laptop that needs one entry has the whole segment opened."""
_LEVEL = 1
_HASH, _SALT = 32, 16
ERASED = bytes(_SALT)
"""In the place of a salt that was forgotten with the content."""

Lines = tuple[list[int], list[int]]
"""Entries of a segment, counted from 0, and the bytes of operations of each."""

_encode = msgspec.msgpack.Encoder().encode
_changesets = msgspec.msgpack.Decoder(list[Changeset])
_lines = msgspec.msgpack.Decoder(tuple[list[int], list[int]])


class Origin(NamedTuple):
    """Place of a changeset in its device's chain."""

    device: int
    incarnation: int
    dseq: int


class Shown(NamedTuple):
    """What a bucket shows of an entry; ``origin`` is of the changeset that takes effect by it.

    ``ops`` are packed indexes, None for all; ``altered``: not as the author wrote them.
    """

    bucket: str
    origin: Origin
    size: int
    ops: bytes | None
    altered: bool


class Logged(NamedTuple):
    """One entry of the log; ``outcome`` is packed. ``salt`` None: its content was erased."""

    seq: int
    device: int
    incarnation: int
    dseq: int
    hash: bytes
    status: str
    reason: str | None
    header: bytes
    ops: Sequence[bytes]
    outcome: bytes | None
    signature: bytes | None
    received_at: str
    salt: bytes | None
    leaf: bytes


class Draft:
    """A segment while entries are added to it; ``first`` is the place of the first."""

    __slots__ = (
        "changesets",
        "first",
        "hashes",
        "leaves",
        "lines",
        "reason",
        "salts",
        "seq",
        "signature",
        "single",
        "size",
        "status",
    )

    def __init__(self, seq: int, first: Origin, status: str, reason: str | None) -> None:
        self.seq = seq
        self.first = first
        self.status = status
        self.reason = reason
        self.size = 0
        self.changesets: list[Changeset] = []
        self.hashes: list[bytes] = []
        self.salts: list[bytes] = []
        self.leaves: list[bytes] = []
        self.signature: bytes | None = None
        self.lines: dict[str, Lines] = {}
        self.single: list[tuple[int, Shown]] = []

    def takes(self, origin: Origin, status: str, reason: str | None) -> bool:
        """May this be the next entry?"""
        return (
            not self.full
            and (self.status, self.reason) == (status, reason)
            and origin == self.first._replace(dseq=self.first.dseq + self.count)
        )

    @property
    def count(self) -> int:
        """The entries so far."""
        return len(self.changesets)

    @property
    def full(self) -> bool:
        """Must the next entry begin another segment?"""
        return self.count >= MOST or self.size >= _MOST_BYTES or self.signature is not None

    def room(self, sizes: Iterable[int]) -> int:
        """How many of entries with operations of so many bytes it takes, if it ``takes`` one."""
        count, size = 0, self.size
        for more in islice(sizes, MOST - self.count):
            count, size = count + 1, size + more
            if size >= _MOST_BYTES:
                break
        return count

    def extend(
        self,
        changesets: Sequence[Changeset],
        hashes: Sequence[bytes],
        salts: Sequence[bytes],
        leaves: Sequence[bytes],
        signature: bytes | None,
    ) -> None:
        """Add entries of which it ``takes`` the first and for which it has ``room``.

        ``signature`` is on the last of them.
        """
        self.changesets += changesets
        self.hashes += hashes
        self.salts += salts
        self.leaves += leaves
        self.signature = signature
        self.size += sum([len(op) for changeset in changesets for op in changeset.ops])

    def show_all(self, buckets: Sequence[str], sizes: Sequence[int]) -> None:
        """The entries to be added next lie each whole in its bucket, as their author wrote them."""
        lines = self.lines
        for at, (bucket, size) in enumerate(zip(buckets, sizes, strict=True), self.count):
            if bucket not in lines:
                lines[bucket] = [], []
            places, weights = lines[bucket]
            places.append(at)
            weights.append(size)

    def show(self, shown: Shown) -> None:
        """What a bucket shows of the entry to be added next."""
        next_ = self.first._replace(dseq=self.first.dseq + self.count)
        if shown.ops is None and not shown.altered and shown.origin == next_:
            self.show_all([shown.bucket], [shown.size])
        else:
            self.single.append((self.count, shown))

    def buckets(self) -> set[str]:
        """Those that show something of it."""
        return {*self.lines, *(shown.bucket for _, shown in self.single)}

    def row(self, township_id: bytes, received_at: str) -> tuple[Any, ...]:
        """The row of the table."""
        return (
            township_id,
            self.seq,
            self.count,
            *self.first,
            self.status,
            self.reason,
            received_at,
            self.signature,
            b"".join(self.leaves),
            b"".join(self.hashes),
            b"".join(self.salts),
            pack(self.changesets),
        )

    def stretches(self, township_id: bytes) -> list[tuple[Any, ...]]:
        """The rows of the feed."""
        place = self.seq, self.first.device, self.first.incarnation
        seq, dseq, rows = self.seq, self.first.dseq, list[tuple[Any, ...]]()
        for bucket, (at, sizes) in self.lines.items():
            last, packed = at[-1], _encode((at, sizes)) if len(at) > 1 else None
            range_ = township_id, bucket, seq + last, seq + at[0]
            rows.append((*range_, *place, dseq + last, sum(sizes), packed, None, False))
        for one, (bucket, origin, size, ops, altered) in self.single:
            range_ = township_id, bucket, seq + one, seq + one
            rows.append((*range_, seq, *origin, size, None, ops, altered))
        return rows


def pack(works: Sequence[Changeset]) -> bytes:
    """Headers and operations as a segment keeps them: msgpack, compressed."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(_encode(works))


def unpack(data: bytes) -> list[Changeset]:
    """The changeset of each entry, as its author made it."""
    return _changesets.decode(zstandard.ZstdDecompressor().decompress(data))


def lines_of(packed: bytes | None, first: int, segment: int, size: int) -> Lines:
    """The lines of a row of the feed."""
    return _lines.decode(packed) if packed else ([first - segment], [size])


def opened(row: Any, outcomes: dict[int, bytes]) -> list[Logged]:
    """All entries of a row of the table."""
    return [entry(row, index, one, outcomes) for index, one in enumerate(unpack(row.data))]


def entry(row: Any, index: int, changeset: Changeset, outcomes: dict[int, bytes]) -> Logged:
    """One entry of a row of the table."""
    last = index == row.length - 1
    salt = _piece(row.salts, index, _SALT)
    return Logged(
        row.seq + index,
        row.device,
        row.incarnation,
        row.dseq + index,
        _piece(row.hashes, index, _HASH),
        row.status,
        row.reason,
        changeset.header,
        changeset.ops,
        outcomes.get(row.seq + index),
        row.signature if last else None,
        row.received_at,
        None if salt == ERASED else salt,
        _piece(row.leaves, index, _HASH),
    )


def pieces(joined: bytes, size: int = _HASH) -> list[bytes]:
    """Hashes that were stored one after the other."""
    return [joined[at : at + size] for at in range(0, len(joined), size)]


def _piece(joined: bytes, index: int, size: int) -> bytes:
    return joined[index * size : (index + 1) * size]
