"""Reading the township's log; ``segments`` tells how it is kept, ``entries`` writes it."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, func, select

from sync.server import segments, tables
from sync.server.segments import Logged, Origin, pieces
from township.changes import Changeset

_CHUNK = 500
_TOGETHER = 8
"""Segments that are read with one statement."""
_REMEMBERED = 4
"""Segments that stay open: readers mostly go on where they were."""


class Place(NamedTuple):
    """Where an entry lies, and whether there is an outcome for it."""

    seq: int
    segment: int
    altered: bool


class Log:
    """The log as one connection sees it."""

    def __init__(self, connection: Connection, township_id: bytes) -> None:
        self._connection = connection
        self._township_id = township_id
        self._open: dict[int, tuple[Any, list[Changeset]]] = {}

    def at(self, seq: int) -> Logged | None:
        """The entry with this number."""
        for row, _ in self._open.values():
            if row.seq <= seq < row.seq + row.length:
                return self._entry(row, seq - row.seq)
        row = self._row(self._segments().where(_C.seq <= seq).order_by(_C.seq.desc()))
        return self._entry(row, seq - row.seq) if row and seq < row.seq + row.length else None

    def those(self, seqs: Iterable[int]) -> list[Logged]:
        """The entries with these numbers, as far as there are such."""
        return [entry for seq in seqs if (entry := self.at(seq))]

    def of(self, origin: Origin) -> Logged | None:
        """The entry that a device's changeset became."""
        row = self._of(origin)
        return self._entry(row, origin.dseq - row.dseq) if row else None

    def hash_of(self, origin: Origin) -> bytes | None:
        """The chain hash of a device's changeset that is in the log."""
        row = self._of(origin)
        return pieces(row.hashes)[origin.dseq - row.dseq] if row else None

    def told(self, first: Origin, last_dseq: int) -> Iterator[Logged]:
        """The entries of a device's changesets from ``first`` on, without their content."""
        before = (
            select(func.max(_C.dseq))
            .where(*self._chain(first), _C.dseq <= first.dseq)
            .scalar_subquery()
        )
        rows = self._connection.execute(
            select(*_BARE)
            .where(
                *self._chain(first),
                _C.dseq >= func.coalesce(before, first.dseq),
                _C.dseq <= last_dseq,
            )
            .order_by(_C.dseq)
        )
        for row in rows:
            for index in range(row.length):
                if first.dseq <= row.dseq + index <= last_dseq:
                    yield segments.entry(row, index, _NOTHING, {})

    def leaves(self, low: int, high: int) -> Sequence[bytes]:
        """The leaves of entries ``low`` to ``high`` - 1, counted from 0."""
        before = select(func.max(_C.seq)).where(self._mine, _C.seq <= low + 1).scalar_subquery()
        rows = self._connection.execute(
            select(_C.seq, _C.leaves)
            .where(self._mine, _C.seq >= func.coalesce(before, 1), _C.seq <= high)
            .order_by(_C.seq)
        ).all()
        if not rows:
            return []
        skipped = low + 1 - rows[0].seq
        return pieces(b"".join(row.leaves for row in rows))[skipped : skipped + high - low]

    def changesets(self, places: Collection[Place]) -> Iterator[tuple[int, int, Changeset]]:
        """Number, device and changeset of these entries, which come in their order."""
        wanted: dict[int, list[int]] = {}
        for place in places:
            wanted.setdefault(place.segment, []).append(place.seq)
        for chunk in _chunks(wanted, _TOGETHER):
            rows = self._connection.execute(
                select(_C.seq, _C.device, _C.data)
                .where(self._mine, _C.seq.in_(chunk))
                .order_by(_C.seq)
            ).all()
            for segment, device, data in rows:
                found = segments.unpack(data)
                for seq in wanted[segment]:
                    yield seq, device, found[seq - segment]

    def outcomes(self, seqs: Collection[int]) -> dict[int, bytes]:
        """What was decided on those of these entries that are not in effect as written."""
        c, found = tables.outcome.c, dict[int, bytes]()
        for chunk in _chunks(sorted(seqs), _CHUNK):
            rows = self._connection.execute(
                select(c.seq, c.outcome).where(c.township_id == self._township_id, c.seq.in_(chunk))
            )
            found.update((row.seq, row.outcome) for row in rows)
        return found

    def walk(self, after: int = 0) -> Generator[Logged, None, None]:
        """All entries after this number up to the last; close it."""
        statement = self._segments().where(_C.seq + _C.length > after + 1).order_by(_C.seq)
        options = statement.execution_options(yield_per=_TOGETHER)
        with self._connection.execute(options) as rows:
            for some in rows.partitions():
                outcomes = self._outcomes_in(some[0].seq, some[-1].seq + some[-1].length)
                for row in some:
                    yield from segments.opened(row, outcomes)[max(0, after + 1 - row.seq) :]

    @property
    def _mine(self) -> Any:
        return _C.township_id == self._township_id

    def _segments(self) -> Select[Any]:
        return select(tables.segment).where(self._mine)

    def _chain(self, origin: Origin) -> tuple[Any, ...]:
        own = _C.device == origin.device, _C.incarnation == origin.incarnation
        return (self._mine, *own)

    def _of(self, origin: Origin) -> Any:
        for row, _ in self._open.values():
            if (row.device, row.incarnation) == origin[:2] and _holds(row, origin.dseq):
                return row
        mine = (*self._chain(origin), _C.dseq <= origin.dseq)
        row = self._row(select(tables.segment).where(*mine).order_by(_C.dseq.desc()))
        return row if row and _holds(row, origin.dseq) else None

    def _row(self, statement: Select[Any]) -> Any:
        return self._connection.execute(statement.limit(1)).one_or_none()

    def _entry(self, row: Any, index: int) -> Logged:
        if row.seq not in self._open:
            if len(self._open) >= _REMEMBERED:
                self._open.pop(next(iter(self._open)))
            self._open[row.seq] = row, segments.unpack(row.data)
        changeset = self._open[row.seq][1][index]
        return segments.entry(row, index, changeset, self.outcomes([row.seq + index]))

    def _outcomes_in(self, first: int, end: int) -> dict[int, bytes]:
        c = tables.outcome.c
        rows = self._connection.execute(
            select(c.seq, c.outcome).where(
                c.township_id == self._township_id, c.seq >= first, c.seq < end
            )
        )
        return {one.seq: one.outcome for one in rows}


_T = TypeVar("_T")
_C = tables.segment.c
_NOTHING = Changeset(b"", [])
_BARE = [column for column in _C if column.name != "data"]


def _chunks(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _holds(row: Any, dseq: int) -> bool:
    return bool(row.dseq <= dseq < row.dseq + row.length)
