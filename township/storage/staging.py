"""Snapshots on their way in: their parts wait here, unseen, until the last one has come.

The parts are kept as they came, compressed: little is written twice, and a load that was cut
off at any point goes on with the part that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from township.storage import tables
from township.storage.pages import ChunkName, Manifest

_s = tables.staged_snapshot.c
_MANIFESTS = select(_s.manifest).order_by(_s.bucket)
_PARTS = select(tables.staged_chunk.c.bucket, tables.staged_chunk.c.hash)


@dataclass(frozen=True)
class Staged:
    """A snapshot that is being loaded, and the hashes of the parts that are here."""

    manifest: Manifest
    here: frozenset[bytes]

    @property
    def complete(self) -> bool:
        """Is every part here?"""
        return all(line.hash in self.here for line in self.manifest.chunks)


def anything(connection: Connection) -> bool:
    """Is a snapshot being loaded, or are parts of one here?"""
    found = connection.exec_driver_sql(
        "SELECT EXISTS (SELECT 1 FROM staged_snapshot) OR EXISTS (SELECT 1 FROM staged_chunk)"
    )
    return bool(found.scalar_one())


def all_staged(connection: Connection) -> list[Staged]:
    """The snapshots that this laptop is loading, by bucket."""
    here: dict[str, set[bytes]] = {}
    for name in all_parts(connection):
        here.setdefault(name.bucket, set()).add(name.hash)
    packed = connection.scalars(_MANIFESTS).all()
    manifests = (msgspec.msgpack.decode(one, type=Manifest) for one in packed)
    return [Staged(m, frozenset(here.get(m.bucket, ()))) for m in manifests]


def all_parts(connection: Connection) -> list[ChunkName]:
    """The parts that are here."""
    return [ChunkName(*row) for row in connection.execute(_PARTS)]


def begin(connection: Connection, manifest: Manifest) -> None:
    """Load this snapshot; parts of an earlier one that it has too stay."""
    packed = msgspec.msgpack.encode(manifest)
    c = tables.staged_chunk.c
    statement = insert(tables.staged_snapshot).values(bucket=manifest.bucket, manifest=packed)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["bucket"], set_={"manifest": packed})
    )
    wanted = {line.hash for line in manifest.chunks}
    here = connection.scalars(select(c.hash).where(c.bucket == manifest.bucket)).all()
    for hash_ in set(here) - wanted:
        connection.execute(
            delete(tables.staged_chunk).where(c.bucket == manifest.bucket, c.hash == hash_)
        )


def put(connection: Connection, parts: Iterable[tuple[ChunkName, bytes]]) -> None:
    """Keep parts that have come."""
    rows = [{"bucket": name.bucket, "hash": name.hash, "data": data} for name, data in parts]
    if rows:
        statement = insert(tables.staged_chunk)
        connection.execute(statement.on_conflict_do_nothing(), rows)


def give_up(connection: Connection, bucket: str) -> None:
    """The snapshot is not to be had any more; parts that are here may fit the next one."""
    c = tables.staged_snapshot.c
    connection.execute(delete(tables.staged_snapshot).where(c.bucket == bucket))


def forget(connection: Connection, bucket: str) -> None:
    """Nothing of a snapshot of this bucket is needed any more."""
    give_up(connection, bucket)
    connection.execute(delete(tables.staged_chunk).where(tables.staged_chunk.c.bucket == bucket))


def tidy(connection: Connection) -> None:
    """Snapshots of buckets that came by the log meanwhile, or were lost, are not needed."""
    c = tables.bucket_cursor.c
    new = select(c.bucket).where(c.seq == 0)
    for table in (tables.staged_snapshot, tables.staged_chunk):
        connection.execute(delete(table).where(table.c.bucket.not_in(new)))


def clear(connection: Connection) -> None:
    """No snapshot that is being loaded is to be trusted any more."""
    connection.execute(delete(tables.staged_snapshot))
    connection.execute(delete(tables.staged_chunk))


def evict(connection: Connection, bucket: str) -> None:
    """The bucket is lost: nothing that came by a snapshot stays here."""
    forget(connection, bucket)
    connection.execute(delete(tables.later_record).where(tables.later_record.c.bucket == bucket))
