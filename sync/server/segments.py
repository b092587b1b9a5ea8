"""Segments of the log: many entries as one row, packed and opened again.

A row of the database costs more than what an entry holds, so entries that belong together share
one (decision 034). The bytes of headers and operations come out as they went in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import zstandard

MOST = 256
"""Entries in a segment; none spans more numbers of the log than this."""
_MOST_BYTES = 64 << 10
"""Of headers and operations: a laptop that needs one entry has the whole segment opened."""
_LEVEL = 1
_HASH, _SALT = 32, 16
ERASED = bytes(_SALT)
"""In the place of a salt that was forgotten with the content."""

Work = tuple[bytes, Sequence[bytes]]
"""Header and operations of a changeset."""

Lines = tuple[list[int], list[int]]
"""Entries of a segment, counted from 0, and the bytes of operations of each."""

_encode = msgspec.msgpack.Encoder().encode
_works = msgspec.msgpack.Decoder(list[tuple[bytes, list[bytes]]])
_lines = msgspec.msgpack.Decoder(tuple[list[int], list[int]])


class Origin(NamedTuple):
    """Place of a changeset in its device's chain."""

    device: int
    incarnation: int
    dseq: int


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
        "count",
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
        "works",
    )

    def __init__(self, seq: int, first: Origin, status: str, reason: str | None) -> None:
        self.seq = seq
        self.first = first
        self.status = status
        self.reason = reason
        self.count = self.size = 0
        self.works: list[Work] = []
        self.hashes: list[bytes] = []
        self.salts: list[bytes] = []
        self.leaves: list[bytes] = []
        self.signature: bytes | None = None
        self.lines: dict[str, Lines] = {}
        self.single: list[tuple[str, int, int, bytes | None, bool]] = []

    def takes(self, origin: Origin, status: str, reason: str | None) -> bool:
        """May this be the next entry?"""
        return (
            not self.full
            and (self.status, self.reason) == (status, reason)
            and origin == self.first._replace(dseq=self.first.dseq + self.count)
        )

    @property
    def full(self) -> bool:
        """Must the next entry begin another segment?"""
        return self.count >= MOST or self.size >= _MOST_BYTES or self.signature is not None

    def add(
        self, work: Work, hash_: bytes, salt: bytes, leaf: bytes, signature: bytes | None = None
    ) -> None:
        """Add an entry that it ``takes``."""
        self.works.append(work)
        self.hashes.append(hash_)
        self.salts.append(salt)
        self.leaves.append(leaf)
        self.signature = signature
        self.count += 1
        self.size += len(work[0]) + sum(map(len, work[1]))

    def show(self, bucket: str, size: int) -> None:
        """The entry to be added next lies whole in this bucket, as its author wrote it."""
        lines = self.lines.get(bucket)
        if lines is None:
            lines = self.lines[bucket] = [], []
        lines[0].append(self.count)
        lines[1].append(size)

    def show_part(self, bucket: str, size: int, ops: bytes | None, *, altered: bool) -> None:
        """The entry to be added next shows these operations in a bucket (None: all)."""
        self.single.append((bucket, self.count, size, ops, altered))

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
            pack(self.works),
        )

    def stretches(self, township_id: bytes) -> list[tuple[Any, ...]]:
        """The rows of the feed."""
        place = self.seq, self.first.device, self.first.incarnation
        seq, dseq, rows = self.seq, self.first.dseq, list[tuple[Any, ...]]()
        for bucket, (at, sizes) in self.lines.items():
            last, packed = at[-1], _encode((at, sizes)) if len(at) > 1 else None
            range_ = township_id, bucket, seq + last, seq + at[0]
            rows.append((*range_, *place, dseq + last, sum(sizes), packed, None, False))
        for bucket, one, size, ops, altered in self.single:
            range_ = township_id, bucket, seq + one, seq + one
            rows.append((*range_, *place, dseq + one, size, None, ops, altered))
        return rows


def pack(works: Sequence[Work]) -> bytes:
    """Headers and operations as a segment keeps them: msgpack, compressed."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(_encode(works))


def unpack(data: bytes) -> list[tuple[bytes, list[bytes]]]:
    """Header and operations of each entry."""
    return _works.decode(zstandard.ZstdDecompressor().decompress(data))


def lines_of(packed: bytes | None, first: int, segment: int, size: int) -> Lines:
    """The lines of a row of the feed."""
    return _lines.decode(packed) if packed else ([first - segment], [size])


def opened(row: Any, outcomes: dict[int, bytes]) -> list[Logged]:
    """All entries of a row of the table."""
    return [entry(row, index, work, outcomes) for index, work in enumerate(unpack(row.data))]


def entry(row: Any, index: int, work: Work, outcomes: dict[int, bytes]) -> Logged:
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
        *work,
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
