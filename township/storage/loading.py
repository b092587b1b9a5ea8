"""A complete snapshot moves from the staging area into the tables, with its cursor, at once.

Records come by columns and go into their table in bulk, in the order of their ids. Local edits
that the township has not taken in stay on top of what the snapshot says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import zstandard
from sqlalchemy import Connection, select

from township.changes import Writers
from township.storage import bulk, erasing, later, rereading, staging, tables, whereabouts
from township.storage.departed import from_bucket
from township.storage.folding import Change
from township.storage.overlay import Overlay, PendingRecord, taken_in
from township.storage.pages import Group, Manifest

_MOST_PLAIN = 16 << 20
_PEOPLE = "person"
_HOMES = "household"
_STAMPS = ("created_by", "created_at", "updated_by", "updated_at", "deleted_at")


def switch(connection: Connection, incarnation: int, manifest: Manifest) -> set[str]:
    """Load a staged snapshot whose parts are all here; returns the kinds that changed.

    One transaction of the caller's. Does nothing when the bucket was lost, or came by the log.
    """
    c = tables.bucket_cursor.c
    cursor = connection.scalar(select(c.seq).where(c.bucket == manifest.bucket))
    kinds: set[str] = set()
    if cursor == 0:
        load = _Load(connection, incarnation, manifest)
        for line in manifest.chunks:
            kinds |= load.chunk(_data(connection, manifest.bucket, line.hash))
        kinds |= load.finish()
        connection.execute(
            tables.bucket_cursor.update()
            .where(c.bucket == manifest.bucket)
            .values(seq=manifest.seq)
        )
    staging.forget(connection, manifest.bucket)
    return kinds


def _data(connection: Connection, bucket: str, hash_: bytes) -> bytes:
    c = tables.staged_chunk.c
    data: bytes = connection.execute(
        select(c.data).where(c.bucket == bucket, c.hash == hash_)
    ).scalar_one()
    return data


def groups(data: bytes) -> list[Group]:
    """The records in a chunk. Raises ZstdError or msgspec.DecodeError."""
    plain = zstandard.ZstdDecompressor(max_window_size=_MOST_PLAIN).decompress(
        data, max_output_size=_MOST_PLAIN
    )
    return _GROUPS.decode(plain)


_GROUPS = msgspec.msgpack.Decoder(list[Group])


class _Load:
    """One snapshot on its way into the tables."""

    def __init__(self, connection: Connection, incarnation: int, manifest: Manifest) -> None:
        self._connection = connection
        self._manifest = manifest
        self._overlay = Overlay(connection, incarnation)
        self._ahead = whereabouts.ahead(connection, {manifest.bucket: manifest.seq})
        self._waits = later.waits(connection)
        self._pending = _pending(connection)
        self._settled = taken_in(connection, incarnation, manifest.seq) if self._pending else set()
        self._shown: set[bytes] = set()

    def chunk(self, data: bytes) -> set[str]:
        """Take the records of one part in; returns their kinds."""
        kinds = set()
        for whole in groups(data):
            self._shown.update(whole.ids)
            group = self._come(whole)
            if group.kind not in bulk.known_kinds():
                self._keep_for_later(group, group.fields)
                continue
            names = bulk.field_names(group.kind)
            if strange := {n: v for n, v in group.fields.items() if n not in names}:
                self._keep_for_later(group, strange)
                group = without(group, strange)
            self._put(group)
            kinds.add(group.kind)
        return kinds

    def finish(self) -> set[str]:
        """Let go what has left the bucket before; returns the kinds of that.

        While all is reread it stays in sight: the bucket where it lies now may come later.
        """
        bucket, seq = self._manifest.bucket, self._manifest.seq
        departed = list(from_bucket(self._connection, bucket, seq, self._shown))
        stays = rereading.running(self._connection)
        change = Change()
        change.leave()
        for key in departed:
            pending = self._pending.get(key[1], PendingRecord())
            settled = self._settled.intersection(pending.dseqs)
            if stays:
                self._overlay.stay(key, pending, settled)
            else:
                self._overlay.rebase(key, pending, change, settled)
        if stays:
            rereading.left(self._connection, departed)
        _mark(self._connection, [record for kind, record in departed if kind == _HOMES])
        return {kind for kind, _ in departed}

    def _come(self, group: Group) -> Group:
        """The records that this laptop does not know to have moved on since then."""
        keys = [(group.kind, record) for record in group.ids]
        gone = whereabouts.among(self._connection, keys, self._ahead)
        if gone:
            group = _some(group, [i for i, key in enumerate(keys) if key not in gone])
        if self._waits:
            later.drop(self._connection, set(keys) - gone, self._manifest.seq)
        return group

    def _put(self, group: Group) -> None:
        columns = columns_of(group)
        places = [i for i, record in enumerate(group.ids) if record in self._pending]
        for place in places:
            self._put_beneath(group.kind, columns, place)
        if places:
            columns = _leave_out(columns, set(places))
        bulk.put_columns(self._connection, group.kind, columns)
        rereading.brought(self._connection, group.ids)
        homes = {_HOMES: group.ids, _PEOPLE: group.fields.get("household_id", ())}
        _mark(self._connection, homes.get(group.kind, ()))
        if group.kind == erasing.KIND:
            erasing.carry_out(self._connection, dict.fromkeys(group.ids, self._manifest.seq))

    def _put_beneath(self, kind: str, columns: dict[str, Sequence[Any]], place: int) -> None:
        """A record with local edits: the snapshot's version beneath, what is pending on top."""
        row = {name: values[place] for name, values in columns.items()}
        record, writers = row.pop("id"), Writers.unpack(row.pop("writers"))
        change = Change()
        change.inserted = True
        change.columns = row
        change.default, change.writers = writers.default, writers.fields
        pending = self._pending[record]
        settled = self._settled.intersection(pending.dseqs)
        self._overlay.rebase((kind, record), pending, change, settled)

    def _keep_for_later(self, group: Group, fields: dict[str, list[Any]]) -> None:
        """What this program does not know waits until it does."""
        rows = [
            (record, group.kind, self._manifest.bucket, self._manifest.seq, _only(group, i, fields))
            for i, record in enumerate(group.ids)
            if group.kind not in bulk.known_kinds()
            or any(values[i] is not None for values in fields.values())
        ]
        if rows:
            self._connection.exec_driver_sql(
                "INSERT OR REPLACE INTO later_record(record_id, kind, bucket, seq, state)"
                " VALUES (?, ?, ?, ?, ?)",
                rows,
            )


def columns_of(group: Group) -> dict[str, Sequence[Any]]:
    """The columns of a group's records by name."""
    stamps: dict[str, Sequence[Any]] = {name: getattr(group, name) for name in _STAMPS}
    return {"id": group.ids, "writers": group.writers, **group.fields, **stamps}


def _some(group: Group, places: Sequence[int]) -> Group:
    """The records of a group in these places."""
    columns = {name: getattr(group, name) for name in ("ids", "writers", *_STAMPS)}
    chosen = {name: [values[i] for i in places] for name, values in columns.items()}
    fields = {name: [values[i] for i in places] for name, values in group.fields.items()}
    return Group(group.kind, **chosen, fields=fields)


def _leave_out(columns: dict[str, Sequence[Any]], places: set[int]) -> dict[str, Sequence[Any]]:
    def rest(values: Sequence[Any]) -> list[Any]:
        return [value for i, value in enumerate(values) if i not in places]

    return {name: rest(values) for name, values in columns.items()}


def without(group: Group, strange: Iterable[str]) -> Group:
    """The group without fields that this program does not know, in the writers too."""
    unknown = set(strange)
    fields = {name: values for name, values in group.fields.items() if name not in unknown}

    def known(packed: bytes) -> bytes:
        writers = Writers.unpack(packed)
        kept = {name: op for name, op in writers.fields.items() if name not in unknown}
        return Writers(writers.default, kept).pack()

    writers = [known(packed) for packed in group.writers]
    return msgspec.structs.replace(group, fields=fields, writers=writers)


def _only(group: Group, place: int, fields: dict[str, list[Any]]) -> bytes:
    """One record of a group with these fields, packed."""

    def one(values: Sequence[Any]) -> list[Any]:
        return [values[place]]

    one_record = Group(
        group.kind,
        one(group.ids),
        one(group.writers),
        one(group.created_by),
        one(group.created_at),
        one(group.updated_by),
        one(group.updated_at),
        one(group.deleted_at),
        {name: one(values) for name, values in fields.items() if values[place] is not None},
    )
    return msgspec.msgpack.encode(one_record)


def _pending(connection: Connection) -> dict[bytes, PendingRecord]:
    """All records with local changes that have not come back yet; seldom many."""
    c = tables.pending.c
    found: dict[bytes, PendingRecord] = {}
    rows = connection.execute(select(c.record_id, c.dseq, c.inserts).order_by(c.dseq))
    for record_id, dseq, inserts in rows:
        record = found.setdefault(record_id, PendingRecord())
        record.dseqs.append(dseq)
        record.inserted = record.inserted or bool(inserts)
    return found


def _mark(connection: Connection, homes: Iterable[bytes | None]) -> None:
    """Put households into the queue of the search index."""
    rows = [(home,) for home in dict.fromkeys(homes) if home is not None]
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO search_dirty VALUES (?)", rows)
