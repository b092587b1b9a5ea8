"""The record rows that one push touches: read in bulk before, written in bulk after.

New records keep the packed fields of their author; they are only unpacked when the same push
changes them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from sync.merge import State
from sync.server import tables
from sync.server.entries import Turn
from sync.server.reading import Head
from sync.server.scribe import Scribe
from sync.server.stamps import Stamps
from township.changes import Header, Op, Writers, put_fields

_CHUNK = 500
_BUCKET: Final = 3
_STATE: Final = 4
_STAMPS: Final = 8
_NO_OTHERS: dict[str, str] = {}
_encode = msgspec.msgpack.Encoder().encode

Key = tuple[str, bytes]
"""Kind and id of a record."""


class Row:
    """One record as it stands inside the running transaction."""

    __slots__ = ("bucket", "fresh", "lay_in", "seq", "stamps", "state", "touched")

    def __init__(self, bucket: str, state: State, seq: int, stamps: Stamps, *, fresh: bool) -> None:
        self.bucket = self.lay_in = bucket
        self.state = state
        self.seq = seq
        self.stamps = stamps
        self.fresh = fresh
        self.touched = fresh


_New = tuple[bytes, str, bytes, str, bytes, bytes, bool, int, bytes]
"""A record made by this push and not touched again, as its row in the table."""


class Rows:
    """The records of one push by kind and id."""

    def __init__(self, scribe: Scribe, township_id: bytes) -> None:
        self._scribe = scribe
        self._township_id = township_id
        self._rows: dict[Key, Row] = {}
        self._new: dict[Key, _New] = {}
        self._written: dict[Key, _New] = {}

    def load(self, keys: Iterable[Key]) -> None:
        """Read those of these records that exist."""
        by_kind: dict[str, list[bytes]] = {}
        for kind, record_id in keys:
            if "\0" in kind:
                continue  # refused later; PostgreSQL has no such character
            by_kind.setdefault(kind, []).append(record_id)
        for kind, ids in by_kind.items():
            for start in range(0, len(ids), _CHUNK):
                self._load_chunk(kind, ids[start : start + _CHUNK])

    def __contains__(self, key: Key) -> bool:
        """Has this push loaded or made the record?"""
        return key in self._new or key in self._written or key in self._rows

    def first_known(self, keys: Sequence[Key]) -> int:
        """How many of these this push has not loaded or made, nor are named twice, from the
        first on.
        """
        known = self._new, self._written, self._rows
        strangers = all(rows.keys().isdisjoint(keys) for rows in known)
        if strangers and len(set(keys)) == len(keys):
            return len(keys)
        seen: set[Key] = set()
        for at, key in enumerate(keys):
            if key in seen or key in self:
                return at
            seen.add(key)
        return len(keys)

    def lying_in(self, zone: str) -> Iterator[tuple[Key, bytes | dict[str, Any]]]:
        """The records of this push in a zone's buckets, with their fields, packed or not."""
        for key, new in chain(self._new.items(), self._written.items()):
            if new[_BUCKET].startswith(zone):
                yield key, new[_STATE]
        for key, row in self._rows.items():
            if row.bucket.startswith(zone):
                yield key, row.state.values

    def living(self, kind: str) -> list[State]:
        """All records of a kind that are not deleted; for kinds of which there are few."""
        place = {"township": self._township_id, "kind": kind}
        stored = [(kind, one) for one in self._scribe.connection.scalars(_ALL, place)]
        self.load([key for key in stored if key not in self])
        mine = {key for key in chain(self._new, self._written, self._rows) if key[0] == kind}
        states = [self.row(key).state for key in sorted(mine.union(stored))]
        return [state for state in states if not state.deleted]

    def bucket(self, key: Key) -> str | None:
        """The bucket of a record, None when there is no such record."""
        if new := self._new.get(key) or self._written.get(key):
            return new[_BUCKET]
        row = self._rows.get(key)
        return row.bucket if row else None

    def made_by(self, key: Key) -> bytes | None:
        """Who made a record; None: the township itself, or there is no such record."""
        if new := self._new.get(key) or self._written.get(key):
            return Stamps.unpack(new[_STAMPS]).created_by
        row = self._rows.get(key)
        return row.stamps.created_by if row else None

    def row(self, key: Key) -> Row:
        """A record that exists, for changing. Raises KeyError."""
        fresh = key in self._new
        new = self._new.pop(key, None) or self._written.pop(key, None)
        if new is not None:
            *_, bucket, fields, writers, _, seq, stamps = new
            state = State(msgspec.msgpack.decode(fields), Writers.unpack(writers))
            self._rows[key] = Row(bucket, state, seq, Stamps.unpack(stamps), fresh=fresh)
        return self._rows[key]

    def add(self, op: Head | Op, fields: bytes, header: Header, index: int, seq: int) -> None:
        """Make the new record of an insert, the ``index``-th of its changeset."""
        author, moment = header.author or None, header.wall_ms
        writer = f"{header.device}.{header.incarnation}.{header.dseq}.{index}"
        self._new[op.kind, op.record] = (
            self._township_id,
            op.kind,
            op.record,
            op.bucket,
            fields,
            _encode((writer, _NO_OTHERS)),  # what Writers(writer) packs
            False,
            seq,
            _encode((author, moment, author, moment, None)),  # what Stamps.of(header) packs
        )

    def add_many(self, turns: Sequence[Turn], new: Sequence[Head], first: int) -> None:
        """Make the only new record of each of these changesets, numbered from ``first`` on."""
        township = self._township_id
        for seq, (turn, head) in enumerate(zip(turns, new, strict=True), first):
            header, kind, record = turn.header, head.kind, head.record
            author, moment = header.author or None, header.wall_ms
            self._new[kind, record] = (
                township,
                kind,
                record,
                head.bucket,
                bytes(head.fields),
                _encode((f"{header.device}.{header.incarnation}.{header.dseq}.0", _NO_OTHERS)),
                False,
                seq,
                _encode((author, moment, author, moment, None)),
            )

    def put(self, key: Key) -> Op:
        """What the township writes to show a record whole, as it stands now."""
        row = self.row(key)
        stamps = list(msgspec.structs.astuple(row.stamps))
        fields = put_fields(row.state.values, row.state.writers.pack(), stamps)
        return Op(*key, "put", row.bucket, fields)

    @property
    def waiting(self) -> int:
        """How many new records ``fresh`` would give."""
        return len(self._new)

    def fresh(self) -> list[tuple[Any, ...]]:
        """The rows of new records, for the caller to write; each comes once."""
        rows: list[tuple[Any, ...]] = list(self._new.values())
        self._written |= self._new
        self._new.clear()
        return rows

    def save(self) -> None:
        """Write the new and the changed rows. Raises IntegrityError when a new one exists."""
        township, fresh = self._township_id, self.fresh()
        stayed: list[tuple[Any, ...]] = []
        moved: list[tuple[Any, ...]] = []
        for key, row in self._rows.items():
            if row.fresh:
                fresh.append((township, *key, row.bucket, *_values(row)))
            elif row.touched and row.bucket == row.lay_in:
                stayed.append((*_values(row), township, *key))
            elif row.touched:
                moved.append((row.bucket, *_values(row), township, *key))
        self._scribe.write(tables.record, fresh)
        self._update(_COLUMNS, stayed)  # naming the bucket would renew its index too
        self._update(("bucket", *_COLUMNS), moved)

    def _update(self, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Write existing rows past SQLAlchemy's conversions, which cost as much as the database."""
        if rows:
            connection = self._scribe.connection
            mark = "%s" if connection.dialect.name == "postgresql" else "?"
            connection.exec_driver_sql(_update_statement(columns, mark), rows)

    def _load_chunk(self, kind: str, ids: list[bytes]) -> None:
        place = {"township": self._township_id, "kind": kind, "ids": ids}
        found = self._scribe.connection.execute(_FOUND, place)
        for row_id, bucket, packed, writers, deleted, seq, stamps in found:
            state = State(msgspec.msgpack.decode(packed), Writers.unpack(writers), deleted)
            self._rows[kind, row_id] = Row(bucket, state, seq, Stamps.unpack(stamps), fresh=False)


_c = tables.record.c
_FOUND = select(_c.id, _c.bucket, _c.state, _c.writers, _c.deleted, _c.seq, _c.stamps).where(
    _c.township_id == bindparam("township"),
    _c.kind == bindparam("kind"),
    _c.id.in_(bindparam("ids", expanding=True)),
)
_ALL = select(_c.id).where(_c.township_id == bindparam("township"), _c.kind == bindparam("kind"))
_COLUMNS = ("state", "writers", "deleted", "seq", "stamps")


def _values(row: Row) -> tuple[Any, ...]:
    """What goes into ``_COLUMNS``."""
    return (
        msgspec.msgpack.encode(row.state.values),
        row.state.writers.pack(),
        row.state.deleted,
        row.seq,
        row.stamps.pack(),
    )


@cache
def _update_statement(columns: tuple[str, ...], mark: str) -> str:
    values = ", ".join(f"{name} = {mark}" for name in columns)
    return (
        f"UPDATE record SET {values} WHERE township_id = {mark} AND kind = {mark} AND id = {mark}"
    )
