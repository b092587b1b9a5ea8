"""Reading the feed: what buckets show of a part of the log, for one laptop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from sync.server import tables
from sync.server.log import Place
from sync.server.segments import MOST, lines_of
from township.storage.pages import Own


class Line(NamedTuple):
    """What a bucket shows of one changeset; ``own``: the laptop wrote it."""

    place: Place
    size: int
    ops: bytes | None
    device: int
    dseq: int
    own: bool

    @property
    def seq(self) -> int:
        """The number of the entry."""
        return self.place.seq


Piece = Own | list[Line]
"""A run of the laptop's own changesets as it wrote them, or the lines of one changeset."""


_c = tables.stretch.c
_SHOWN = select(
    _c.seq,
    _c.first,
    _c.segment,
    _c.device,
    _c.incarnation,
    _c.dseq,
    _c.size,
    _c.lines,
    _c.ops,
    _c.altered,
).where(
    _c.township_id == bindparam("township"),
    _c.bucket.in_(bindparam("names", expanding=True)),
    _c.seq > bindparam("after"),
    _c.seq < bindparam("most"),
    _c.first <= bindparam("until"),
)


@dataclass(frozen=True)
class Feed:
    """The feed for one incarnation of a device."""

    connection: Connection
    township_id: bytes
    device: int
    incarnation: int

    def pieces(self, buckets: Sequence[str], after: int, end: int) -> list[Piece]:
        """What these buckets show of entries after ``after`` up to ``end``, in order."""
        lines: list[Line] = []
        own: dict[tuple[int, int], list[int]] = {}
        for row in self._rows(buckets, after, end):
            at, sizes = lines_of(row.lines, row.first, row.segment, row.size)
            mine = (row.device, row.incarnation) == (self.device, self.incarnation)
            if mine and row.ops is None and not row.altered:
                own.setdefault((row.segment, row.dseq - row.seq), []).extend(at)
            else:
                lines += _lines(row, at, sizes, after, end, own=mine)
        lines.sort(key=_PLACE)
        pieces: list[Piece] = [list(found) for _, found in groupby(lines, key=_PLACE)]
        runs = [run for place in sorted(own) for run in _runs(*place, own[place], after, end)]
        return sorted([*pieces, *runs], key=_first) if runs else pieces

    def _rows(self, buckets: Sequence[str], after: int, end: int) -> Iterable[Any]:
        asked = {"township": self.township_id, "names": buckets, "after": after, "until": end}
        # whatever begins up to ``end`` ends before ``most``
        return self.connection.execute(_SHOWN, {**asked, "most": end + MOST}).all()


_PLACE = attrgetter("place")


def _first(piece: Piece) -> int:
    return piece.seq if isinstance(piece, Own) else piece[0].seq


def _lines(
    row: Any, at: list[int], sizes: list[int], after: int, end: int, *, own: bool
) -> Iterator[Line]:
    segment, device, altered, ops = row.segment, row.device, bool(row.altered), row.ops
    behind = row.dseq - row.seq
    for offset, size in zip(at, sizes, strict=True):
        seq = segment + offset
        if after < seq <= end:
            yield Line(Place(seq, segment, altered), size, ops, device, seq + behind, own)


def _runs(segment: int, behind: int, at: list[int], after: int, end: int) -> Iterator[Own]:
    """The numbers that follow each other; ``behind`` is what a dseq is more than its seq."""
    low, high = after - segment, end - segment
    seqs = sorted([segment + offset for offset in at if low < offset <= high])
    if seqs and seqs[-1] - seqs[0] == len(seqs) - 1:
        yield Own(seqs[0], seqs[0] + behind, len(seqs))
        return
    begun = 0
    for index, seq in enumerate(seqs, 1):
        if index == len(seqs) or seqs[index] != seq + 1:
            yield Own(seqs[begun], seqs[begun] + behind, index - begun)
            begun = index
