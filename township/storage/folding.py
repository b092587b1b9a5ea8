"""Folding the operations of a page into one change per record.

The township has decided already (``pages.Outcome``); here its decisions are only carried out,
in the order of its log, so that every laptop comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from township import upcasting
from township.changes import Header, Op, Writers, decode_op, is_erased
from township.storage.pages import Outcome
from township.values import Value

Columns = dict[str, Value]
"""Column → stored value: fields, stamps and the mark of deletion."""

MERGED = "m"
"""Ends the writer of a value that came out of joining two sets (``sync.merge``)."""


class Arrived(NamedTuple):
    """One operation as it comes out of the log."""

    op: Op
    op_id: str
    author: bytes | None
    moment: str
    lost: list[str] | None
    merged: Columns


class Change:
    """What a page does to one record."""

    __slots__ = ("columns", "default", "gone", "inserted", "put_at", "writers")

    def __init__(self) -> None:
        self.inserted = False
        self.gone = False
        """It has left for a bucket that this page does not show."""
        self.put_at = 0
        """Number under which the township put it into its bucket, whole."""
        self.columns: Columns = {}
        self.default: str | None = None
        self.writers: dict[str, str] = {}

    def fold(self, arrived: Arrived) -> None:
        """Carry out one more operation of one that was made or changed by somebody."""
        op, op_id, author, moment, lost, merged = arrived
        columns = self.columns
        if op.action == "move":
            return  # the township puts what has moved
        if op.action == "insert":
            self.gone = False
            self.inserted = True
            self.default, self.writers = op_id, {}
            self.columns = columns = dict(op.fields)
            columns["created_by"], columns["created_at"] = author, moment
            columns["deleted_at"] = None
        elif lost == []:
            return
        elif op.action == "set":
            for name, pair in op.fields.items():
                if lost is None or name not in lost:
                    columns[name] = merged.get(name, pair[0])
                    self.writers[name] = op_id + MERGED if name in merged else op_id
        else:
            columns["deleted_at"] = moment if op.action == "delete" else None
        columns["updated_by"], columns["updated_at"] = author, moment

    def leave(self) -> None:
        """The record goes to another bucket."""
        self.inserted, self.gone = False, True
        self.columns, self.default, self.writers = {}, None, {}

    def put(self, op: Op, seq: int) -> None:
        """The record comes from another bucket, as the township has it."""
        writers = Writers.unpack(op.fields["writers"])
        self.inserted, self.gone, self.put_at = True, False, seq
        self.columns = {**op.fields["state"], **stamps_of(op)}
        self.default, self.writers = writers.default, writers.fields

    def writers_after(self, before: bytes | None) -> bytes:
        """The record's packed writers once this change is made."""
        if self.inserted:
            return Writers(self.default, self.writers).pack()
        writers = Writers.unpack(before)
        writers.fields.update(self.writers)
        return writers.pack()


def stamps_of(op: Op) -> Columns:
    """The stamps in a ``put`` as columns."""
    made_by, made_ms, changed_by, changed_ms, deleted_ms = op.fields["stamps"]
    return {
        "created_by": made_by,
        "created_at": wall_text(made_ms),
        "updated_by": changed_by,
        "updated_at": wall_text(changed_ms),
        "deleted_at": wall_text(deleted_ms) if deleted_ms is not None else None,
    }


class Source(NamedTuple):
    """Header of a changeset, as its operations need it."""

    prefix: str
    author: bytes | None
    moment: str

    @classmethod
    def of(cls, header: Header) -> Source:
        """What a header says of all operations below it."""
        prefix = f"{header.device}.{header.incarnation}.{header.dseq}."
        return cls(prefix, header.author or None, wall_text(header.wall_ms))


def changes_of(header: Header, encoded: Iterable[bytes]) -> list[Op]:
    """The operations below a header, in the words of this program; erased ones are left out."""
    return [op for _, op in numbered(header, encoded)]


def numbered(header: Header, encoded: Iterable[bytes]) -> list[tuple[int, Op]]:
    """The same with their places in the changeset."""
    ops = [(at, decode_op(data)) for at, data in enumerate(encoded) if not is_erased(data)]
    cast = upcasting.cast(header.schema)
    return [(at, cast.op(op)) for at, op in ops] if cast else ops


def arrivals(
    source: Source, ops: Iterable[tuple[int, Op]], outcome: Outcome | None
) -> list[Arrived]:
    """The operations of one changeset with what the township decided on each."""
    prefix, author, moment = source.prefix, source.author, source.moment
    if outcome is None:
        return [Arrived(op, f"{prefix}{i}", author, moment, None, {}) for i, op in ops]
    return [
        Arrived(op, f"{prefix}{i}", author, moment, outcome.lost.get(i), outcome.merged.get(i, {}))
        for i, op in ops
    ]


_DAY = 86_400
_EPOCH = date(1970, 1, 1)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)


_LATEST_MS = int(_LATEST.timestamp() * 1000)
_SECONDS = [f"{second:02}" for second in range(60)]
_MINUTES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]


def wall_text(wall_ms: int) -> str:
    """A laptop's clock as a stored moment; impossible times become the nearest possible one."""
    days, second = divmod(min(max(wall_ms, 0), _LATEST_MS) // 1000, _DAY)
    return f"{_day_text(days)}T{_MINUTES[second // 60]}:{_SECONDS[second % 60]}Z"


@lru_cache(4096)
def _day_text(days: int) -> str:
    """The date so many days after 1970: a page has thousands of moments on few days."""
    return (_EPOCH + timedelta(days)).isoformat()
