"""Work that waits on a laptop: each visit a changeset of its own, as the form saves it.

The rows are those that ``storage.capture`` writes, but by the driver in bulk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from township import changes
from township.changes import Header, Op, bucket, encode, link, op_hash, salted
from township.demo.rows import Row
from township.storage import bulk
from township.storage.database import Database
from township.storage.folding import Change, Source, arrivals
from township.storage.replica import Replica

_AT_ONCE = 5_000
_APART_MS = 600_000
"""Ten minutes from one visit to the next."""


def fill_outbox(database: Database, author: bytes, visits: Sequence[Row]) -> None:
    """Save these visits with ids of their own, one changeset each."""
    ids = _ids(visits[0].wall_ms)
    for first in range(0, len(visits), _AT_ONCE):
        part = visits[first : first + _AT_ONCE]
        _save(database, author, [(*next(ids), row) for row in part])


def _ids(start_ms: int) -> Iterator[tuple[int, bytes]]:
    """Moments, and UUIDv7 of them with all their random bits."""
    random, wall_ms = Random(7), start_ms
    while True:
        wall_ms += _APART_MS + random.randrange(_APART_MS)
        number = wall_ms << 80 | 7 << 76 | random.getrandbits(12) << 64
        number |= 2 << 62 | random.getrandbits(62)
        yield wall_ms, number.to_bytes(16, "big")


def _save(database: Database, author: bytes, visits: list[tuple[int, bytes, Row]]) -> None:
    me = Replica(database).identity()
    dseq, hash_ = me.last_dseq, me.last_hash
    folded: dict[bulk.Key, Change] = {}
    saved: list[tuple[object, ...]] = []
    for wall_ms, visit_id, row in visits:
        dseq += 1
        zone = row.fields["zone_id"]
        assert isinstance(zone, bytes)
        header = Header(changes.SCHEMA, me.device, me.incarnation, dseq, author, wall_ms, 1)
        op = Op("visit", visit_id, "insert", bucket(zone, "r"), row.fields)
        packed, data = encode(header), encode(salted(op))
        hash_ = link(hash_, packed, [op_hash(data)])
        saved.append((me.incarnation, dseq, packed, msgspec.msgpack.encode([data]), hash_))
        change = folded["visit", visit_id] = Change()
        change.fold(arrivals(Source.of(header), [(0, op)], None)[0])
    with database.writing() as connection:
        bulk.write(connection, folded)
        connection.exec_driver_sql(
            "INSERT INTO changeset (incarnation, dseq, header, ops, hash, state)"
            " VALUES (?, ?, ?, ?, ?, 'pending')",
            saved,
        )
        connection.exec_driver_sql(
            "INSERT INTO pending (record_id, dseq, kind, inserts) VALUES (?, ?, 'visit', 1)",
            [(key[1], me.last_dseq + n) for n, key in enumerate(folded, 1)],
        )
        connection.exec_driver_sql("UPDATE device SET last_dseq = ?, last_hash = ?", (dseq, hash_))
