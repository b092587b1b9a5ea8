"""Snapshots of buckets: what a new laptop loads instead of the whole log.

``refresh`` makes them in the background, one bucket after the other; ``offers`` and ``chunks``
hand them out. A snapshot never changes once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, delete, func, insert, select

from sync import chain, wire
from sync.server import tables
from sync.server.chunking import Part, Stored, parts
from sync.server.engine import Store
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from township.storage.pages import ChunkLine, ChunkName, Manifest, Offer
from township.values import moment_text

WORTH = 1 << 20
"""Bytes of the log from which a bucket gets a snapshot: below, the log is as fast."""
_GROWTH = 4
"""A new one is made when the log since then is larger than this part of the old one."""
_KEPT = timedelta(days=3)
"""How long a snapshot stays after a newer one is there: laptops may be loading it."""
_TOGETHER = 500
_MANIFESTS = msgspec.msgpack.Decoder(Manifest)


@retrying
def refresh(
    store: Store,
    township_id: bytes,
    key: Ed25519PrivateKey,
    now: datetime,
    *,
    worth: int = WORTH,
    stopped: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Make the snapshots that are missing or old, remove those nobody needs.

    Returns the buckets that got a new one; ``stopped`` is asked before each. One call at a
    time; a call that was cut off leaves nothing but parts, which the next one removes or uses.
    """
    with store.reading() as connection:
        due = _due(connection, township_id, worth)
    made = [
        bucket for bucket in due if not stopped() and _make(store, township_id, key, bucket, now)
    ]
    before = moment_text(now - _KEPT)
    with store.reading() as connection:
        idle = not any(_useless(connection, township_id, before))
    if not idle:
        with store.writing() as connection:
            lock_head(connection, township_id)
            _remove(connection, township_id, *_useless(connection, township_id, before))
    return made


def offers(connection: Connection, township_id: bytes, buckets: Iterable[str]) -> dict[str, Offer]:
    """The newest snapshots of those of these buckets that have one."""
    c = tables.snapshot.c
    found: dict[str, Offer] = {}
    rows = connection.execute(
        select(c.bucket, c.manifest, c.signature)
        .where(c.township_id == township_id, c.bucket.in_(sorted(buckets)))
        .order_by(c.bucket, c.seq)
    )
    for bucket, manifest, signature in rows:
        found[bucket] = Offer(manifest, signature)
    return found


def chunks(
    connection: Connection, township_id: bytes, names: Sequence[ChunkName], granted: set[str]
) -> list[bytes | None]:
    """The bytes of these chunks in order, as many as fit into one answer.

    None for a chunk that is not there, or whose bucket the device may not see.
    """
    given: list[bytes | None] = []
    size = 0
    for name in names:
        data = _chunk(connection, township_id, name) if name.bucket in granted else None
        size += len(data or b"")
        if given and size > wire.MAX_GIVEN:
            break
        given.append(data)
    return given


def _chunk(connection: Connection, township_id: bytes, name: ChunkName) -> bytes | None:
    c = tables.snapshot_chunk.c
    found: bytes | None = connection.scalar(
        select(c.data).where(
            c.township_id == township_id, c.bucket == name.bucket, c.hash == name.hash
        )
    )
    return found


def _due(connection: Connection, township_id: bytes, worth: int) -> list[str]:
    """Buckets of whose log enough is not in a snapshot."""
    b, s, f = tables.bucket.c, tables.snapshot.c, tables.stretch.c
    newest = {
        row.bucket: row
        for row in connection.execute(
            select(s.bucket, s.seq, s.size).where(s.township_id == township_id).order_by(s.seq)
        )
    }
    found = []
    for bucket in connection.scalars(select(b.bucket).where(b.township_id == township_id)).all():
        old = newest.get(bucket)
        after, least = (old.seq, max(worth, old.size // _GROWTH)) if old else (0, worth)
        size = connection.scalar(
            select(func.sum(f.size)).where(
                f.township_id == township_id, f.bucket == bucket, f.seq > after
            )
        )
        if int(size or 0) >= least:
            found.append(bucket)
    return found


def _make(
    store: Store, township_id: bytes, key: Ed25519PrivateKey, bucket: str, now: datetime
) -> bool:
    """Make the snapshot of one bucket, a part at a time; False when there will be none.

    Somebody else made it, or a part does not fit a message: then laptops take the log.
    """
    lines: list[ChunkLine] = []
    size = 0
    with store.reading() as connection:
        c = tables.township.c
        seq: int = connection.execute(
            select(c.head_seq).where(c.township_id == township_id)
        ).scalar_one()
        for part in parts(_records(connection, township_id, bucket)):
            if part.line.size > wire.MAX_GIVEN:
                return False
            _keep(store, township_id, bucket, part)
            lines.append(part.line)
            size += part.plain
    if not lines:
        return False
    manifest = msgspec.msgpack.encode(Manifest(township_id, bucket, seq, lines))
    row = {
        "township_id": township_id,
        "bucket": bucket,
        "seq": seq,
        "manifest": manifest,
        "signature": key.sign(chain.snapshot_bytes(manifest)),
        "size": size,
        "made_at": moment_text(now),
    }
    with store.writing() as connection:
        lock_head(connection, township_id)
        return _enter(connection, row, {line.hash for line in lines})


def _enter(connection: Connection, row: dict[str, object], hashes: set[bytes]) -> bool:
    """Enter a finished snapshot, unless a part was removed or the same one made meanwhile."""
    s, c = tables.snapshot.c, tables.snapshot_chunk.c
    of_bucket = (c.township_id == row["township_id"], c.bucket == row["bucket"])
    there = set(connection.scalars(select(c.hash).where(*of_bucket)))
    newer = select(s.seq).where(
        s.township_id == row["township_id"], s.bucket == row["bucket"], s.seq >= row["seq"]
    )
    if not hashes <= there or connection.scalars(newer).first() is not None:
        return False
    connection.execute(insert(tables.snapshot), [row])
    return True


def _records(connection: Connection, township_id: bytes, bucket: str) -> Iterator[Stored]:
    c = tables.record.c
    rows = connection.execution_options(yield_per=_TOGETHER).execute(
        select(c.kind, c.id, c.state, c.writers, c.stamps)
        .where(c.township_id == township_id, c.bucket == bucket)
        .order_by(c.kind, c.id)
    )
    return (Stored._make(row) for row in rows)


def _keep(store: Store, township_id: bytes, bucket: str, part: Part) -> None:
    """Store a part that no earlier snapshot has."""
    c = tables.snapshot_chunk.c
    known = select(c.hash).where(
        c.township_id == township_id, c.bucket == bucket, c.hash == part.line.hash
    )
    row = {"township_id": township_id, "bucket": bucket, "hash": part.line.hash, "data": part.data}
    with store.writing() as connection:
        lock_head(connection, township_id)
        if connection.scalar(known) is None:
            connection.execute(insert(tables.snapshot_chunk), [row])


def _useless(
    connection: Connection, township_id: bytes, before: str
) -> tuple[list[tuple[str, int]], list[tuple[str, bytes]]]:
    """Snapshots whose successor is older than ``before``, and parts without a snapshot."""
    s, c = tables.snapshot.c, tables.snapshot_chunk.c
    rows = connection.execute(
        select(s.bucket, s.seq, s.manifest, s.made_at)
        .where(s.township_id == township_id)
        .order_by(s.bucket, s.seq.desc())
    ).all()
    old: list[tuple[str, int]] = []
    needed: set[tuple[str, bytes]] = set()
    bucket, successor = "", ""
    for row in rows:
        if row.bucket == bucket and successor < before:
            old.append((row.bucket, row.seq))
        else:
            manifest = _MANIFESTS.decode(row.manifest)
            needed |= {(row.bucket, line.hash) for line in manifest.chunks}
        bucket, successor = row.bucket, row.made_at
    names = connection.execute(select(c.bucket, c.hash).where(c.township_id == township_id))
    loose = [(name, hash_) for name, hash_ in names if (name, hash_) not in needed]
    return old, loose


def _remove(
    connection: Connection,
    township_id: bytes,
    old: list[tuple[str, int]],
    loose: list[tuple[str, bytes]],
) -> None:
    s, c = tables.snapshot.c, tables.snapshot_chunk.c
    for bucket, seq in old:
        connection.execute(
            delete(tables.snapshot).where(
                s.township_id == township_id, s.bucket == bucket, s.seq == seq
            )
        )
    for bucket, hash_ in loose:
        connection.execute(
            delete(tables.snapshot_chunk).where(
                c.township_id == township_id, c.bucket == bucket, c.hash == hash_
            )
        )
