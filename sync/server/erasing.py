"""Carrying out erasures: contents leave log, records, snapshots and pictures of the township.

The office's laptop deletes or empties, and asks by a record of kind ``erasure``. The keeper's
thread does it: first, in one transaction, the records are put anew without what has to go, so that
nobody can bring it back any more; then the operations of the past become hashes (``erased_log``),
batch by batch; then the erasure is noted as done, which tells every laptop to do the same. Cut off
anywhere, the next sweep goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select

from sync.server import devices, erased_log, quarantine, tables
from sync.server.devices import TOWNSHIP_DEVICE
from sync.server.engine import Store
from sync.server.erased_again import KIND, fields_of, targets
from sync.server.files import KIND as PICTURE
from sync.server.files import picture_of
from sync.server.log import Log
from sync.server.reading import Head, heads
from sync.server.rows import Key
from sync.server.scribe import Scribe
from sync.server.sequencer import lock_head, move_head
from sync.server.taking import Taking, structure
from sync.server.trying import retrying
from township.values import Value, moment_text

_TOGETHER = 100
"""Entries changed in one transaction, so that others need not wait long."""
_CORRECTED = "corrected"


@dataclass(frozen=True)
class _Wanted:
    """One erasure that is not done; ``fields`` empty: the whole records."""

    id: bytes
    keys: frozenset[Key]
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class _Round:
    """What this sweep can do: the past of ``due`` goes, ``done`` are erasures all through."""

    due: frozenset[Key]
    left: frozenset[Key]
    """Those of them that still hold contents, to be put anew."""
    done: tuple[_Wanted, ...]
    gone: frozenset[Key] = frozenset()
    """Stubs of records that were erased earlier: what came too late on them goes with the next."""

    def __bool__(self) -> bool:
        return bool(self.due or self.done)

    def doomed(self, data: bytes) -> bool:
        """Is this an operation on a record that is due, or gone?

        Those that say no more than where a record hangs stay: who comes later must still hear
        that it left a bucket, and what stayed of it.
        """
        for head in heads([data]) or ():
            key = (head.kind, head.record)
            return (key in self.due or key in self.gone) and not _bare(head)
        return False


def _bare(head: Head) -> bool:
    if head.action != "put":
        return head.action == "leave"
    op = head.whole()
    state: dict[str, Any] = op.fields["state"]
    return op.fields["stamps"][-1] is not None and structure(state) == state


def sweep(store: Store, township_id: bytes, now: datetime) -> int:
    """Carry out what can be carried out; returns how many erasures are done with it.

    An erasure waits as long as one of its records lives again, holds a value in a field that was
    to be emptied, or is worked on by a changeset in quarantine.
    """
    if not _look(store, township_id):
        return 0
    found, head = _begin(store, township_id, now)
    seqs, late = _past(store, township_id, found, head)
    late, seen = _put_late(store, township_id, late, now)
    found = replace(found, gone=found.gone & late)
    for start in range(0, len(seqs), _TOGETHER):
        _erase(store, township_id, seqs[start : start + _TOGETHER], found)
    done = _say(store, township_id, found, seen, now)
    if found.left or seqs:
        store.settle()
    return done


@retrying
def _look(store: Store, township_id: bytes) -> bool:
    """Is there anything to do? Mostly there is not, and nobody has to wait for the answer."""
    with store.reading() as connection:
        return bool(_round(connection, township_id))


@retrying
def _begin(store: Store, township_id: bytes, now: datetime) -> tuple[_Round, int]:
    """All that is not the log; returns what is due, and how long the log was before."""
    with store.writing() as connection:
        head = lock_head(connection, township_id)
        found = _round(connection, township_id)
        if found.left:
            _drop_snapshots(connection, township_id, found.left)
            _drop_pictures(connection, township_id, found.left)
            _write(connection, township_id, head, now, found.left, {})
    return found, head


@retrying
def _past(
    store: Store, township_id: bytes, found: _Round, head: int
) -> tuple[list[int], frozenset[Key]]:
    """The entries up to this one that hold what has to go; and what came too late, of records."""
    if not found.due:
        return [], frozenset()
    late: set[Key] = set()
    seqs = []
    with store.reading() as connection:
        for seq, ops in erased_log.entries_with(connection, township_id, 0, found.doomed):
            if seq <= head:
                seqs.append(seq)
                late |= {(one.kind, one.record) for one in heads(ops) or ()} - found.left
    return seqs, frozenset(late)


@retrying
def _put_late(
    store: Store, township_id: bytes, keys: frozenset[Key], now: datetime
) -> tuple[frozenset[Key], int]:
    """Records that were worked on after they had been put anew are put again.

    Nothing of that has come into effect but who wrote their fields last. Returns those that
    exist, and how long the log is then.
    """
    with store.writing() as connection:
        head = lock_head(connection, township_id)
        late = frozenset(_buckets(connection, township_id, keys))
        if late:
            head = _write(connection, township_id, head, now, late, {})
    return late, head


@retrying
def _erase(store: Store, township_id: bytes, seqs: Sequence[int], found: _Round) -> None:
    with store.writing() as connection:
        lock_head(connection, township_id)
        erased_log.erase(connection, township_id, seqs, found.doomed)


@retrying
def _say(store: Store, township_id: bytes, found: _Round, seen: int, now: datetime) -> int:
    """The township says what is done; returns how many.

    Nothing if somebody has worked on these records meanwhile: then the next sweep goes on.
    """
    notes = {(KIND, one.id): {"done_at": moment_text(now)} for one in found.done}
    with store.writing() as connection:
        head = lock_head(connection, township_id)
        if any(erased_log.entries_with(connection, township_id, seen, found.doomed)):
            return 0
        if notes:
            _write(connection, township_id, head, now, (), notes)
    return len(notes)


def _write(
    connection: Connection,
    township_id: bytes,
    head: int,
    now: datetime,
    keys: Iterable[Key],
    notes: Mapping[Key, Mapping[str, Value]],
) -> int:
    """The township's own changesets: records whole, then notes; returns their newest number."""
    device = devices.find(connection, township_id, TOWNSHIP_DEVICE)
    assert device is not None
    with Scribe(connection) as scribe:
        taking = Taking(scribe, device, head, now, certain=True)
        taking.renew(sorted(keys), notes)
    move_head(connection, township_id, taking.seq)
    return taking.seq


def _round(connection: Connection, township_id: bytes) -> _Round:
    wanted, gone = _wanted(connection, township_id)
    if not wanted:
        return _Round(frozenset(), frozenset(), ())
    held = _held(connection, township_id)
    due: set[Key] = set()
    left: set[Key] = set()
    done: list[_Wanted] = []
    for one in wanted:
        ready = _ready(connection, township_id, one)
        due |= ready.keys() - held
        left |= {key for key, holds in ready.items() if holds} - held
        known = _buckets(connection, township_id, one.keys)
        if held.isdisjoint(one.keys) and all(key in ready for key in known):
            done.append(one)
    stubs = gone - held - _living(connection, township_id, gone)
    return _Round(frozenset(due), frozenset(left), tuple(done), stubs)


def _wanted(connection: Connection, township_id: bytes) -> tuple[list[_Wanted], frozenset[Key]]:
    """What is not done, and the whole records that are."""
    c = tables.record.c
    rows = connection.execute(
        select(c.id, c.state)
        .where(c.township_id == township_id, c.kind == KIND, c.deleted.is_(False))
        .order_by(c.id)
    )
    found: list[_Wanted] = []
    gone: set[Key] = set()
    for id_, packed in rows:
        state = msgspec.msgpack.decode(packed)
        keys, fields = targets(state), fields_of(state)
        if keys and state.get("done_at") is None:
            found.append(_Wanted(id_, keys, fields, state.get("reason") or ""))
        elif not fields:
            gone |= keys
    return found, frozenset(gone)


def _ready(connection: Connection, township_id: bytes, one: _Wanted) -> dict[Key, bool]:
    """Those of its records that can go, and whether anything is left of each."""
    ready: dict[Key, bool] = {}
    for row in _rows(connection, township_id, one.keys):
        values = msgspec.msgpack.decode(row.state)
        if one.fields:
            empty = all(values.get(name) is None for name in one.fields)
            if empty or one.reason == _CORRECTED:
                ready[row.kind, row.id] = True
        elif row.deleted:
            left = any(v is not None for n, v in values.items() if n not in structure(values))
            ready[row.kind, row.id] = left
    return ready


def _held(connection: Connection, township_id: bytes) -> frozenset[Key]:
    """Records on which work waits in quarantine: it may still come in, so nothing of it goes."""
    seqs = [one.seq for one, _ in quarantine.waiting(connection, township_id)]
    entries = Log(connection, township_id).those(seqs)
    found = (head for entry in entries for head in heads(entry.ops) or ())
    return frozenset((head.kind, head.record) for head in found)


def _rows(connection: Connection, township_id: bytes, keys: Iterable[Key]) -> list[Any]:
    c = tables.record.c
    by_kind: dict[str, list[bytes]] = {}
    for kind, id_ in sorted(keys):
        by_kind.setdefault(kind, []).append(id_)
    return [
        row
        for kind, ids in by_kind.items()
        for start in range(0, len(ids), _TOGETHER)
        for row in connection.execute(
            select(c.kind, c.id, c.bucket, c.state, c.deleted).where(
                c.township_id == township_id,
                c.kind == kind,
                c.id.in_(ids[start : start + _TOGETHER]),
            )
        )
    ]


def _living(connection: Connection, township_id: bytes, keys: Iterable[Key]) -> frozenset[Key]:
    """Those that a restored township did not know when it was asked, and got from a laptop since.

    What lives keeps its past.
    """
    rows = _rows(connection, township_id, keys)
    return frozenset((row.kind, row.id) for row in rows if not row.deleted)


def _buckets(connection: Connection, township_id: bytes, keys: Iterable[Key]) -> dict[Key, str]:
    """Where those of these records lie that the township knows."""
    return {(row.kind, row.id): row.bucket for row in _rows(connection, township_id, keys)}


def _drop_snapshots(connection: Connection, township_id: bytes, keys: Iterable[Key]) -> None:
    """Snapshots show what was, also in zones that a record has left.

    Laptops that are loading one take the log or the next one.
    """
    buckets = set()
    for key, bucket in _buckets(connection, township_id, keys).items():
        place = bucket[bucket.index("/") :]
        buckets |= {bucket, *(zone + place for zone in _former(connection, township_id, key))}
    for table in (tables.snapshot, tables.snapshot_chunk):
        connection.execute(
            delete(table).where(
                table.c.township_id == township_id, table.c.bucket.in_(sorted(buckets))
            )
        )


def _former(connection: Connection, township_id: bytes, key: Key) -> list[str]:
    c = tables.moved.c
    place = (c.township_id == township_id, c.kind == key[0], c.id == key[1])
    return (connection.scalar(select(c.zones).where(*place)) or "").split()


def _drop_pictures(connection: Connection, township_id: bytes, due: Iterable[Key]) -> None:
    """The bytes of erased photographs, unless a living record names the same."""
    keys = [key for key in due if key[0] == PICTURE]
    rows = [row for row in _rows(connection, township_id, keys) if row.deleted]
    names = {picture_of(row.state)[0] for row in rows}
    if not names:
        return
    c = tables.record.c
    living = connection.scalars(
        select(c.state).where(c.township_id == township_id, c.kind == PICTURE, c.deleted.is_(False))
    )
    names -= {picture_of(state)[0] for state in living}
    for table in (tables.file, tables.file_part):
        connection.execute(
            delete(table).where(
                table.c.township_id == township_id, table.c.sha256.in_(sorted(names))
            )
        )
