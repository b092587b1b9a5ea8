"""What the township has erased leaves this laptop too.

The records themselves come anew with the page (``put``); here go the laptop's own changesets of
the past, of which only the hashes stay, so that its chain can still be proven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from township.changes import decode_op, is_erased, op_hash
from township.records import Erasure
from township.storage import files, tables
from township.storage.bulk import Key, in_chunks
from township.storage.settings import keep, setting

KIND = "erasure"
_SEARCHED = frozenset({"household", "person"})
_PURGE_SEARCH = "search.purge"
_TOGETHER = 500
_WAITING = ("pending", "quarantined")
"""Work that the township has not taken: it may have to be offered, and goes when it is."""


def carry_out(connection: Connection, erasures: Mapping[bytes, int]) -> None:
    """Do here what these erasures ask for, as far as the township has done it.

    The numbers are those of the log under which they came: what is later stays. What came too late
    before, on records that were erased whole by others, goes now.
    """
    done = _done(connection, erasures)
    if not done:
        return
    _erase_own_work(connection, done)
    files.tidy(connection)
    if any(kind in _SEARCHED for kind, _ in done):
        keep(connection, _PURGE_SEARCH, "1")


def search_is_to_be_purged(connection: Connection) -> bool:
    """Does the search index still hold words of something erased? Asked once."""
    if setting(connection, _PURGE_SEARCH) != "1":
        return False
    keep(connection, _PURGE_SEARCH, "0")
    return True


def _done(connection: Connection, erasures: Mapping[bytes, int]) -> dict[Key, int]:
    """Record → up to which number of the log its past is gone; empty when none is new."""
    if not any(_read(connection, chunk) for chunk in in_chunks(erasures)):
        return {}
    found: dict[Key, int] = {}
    newest = max(erasures.values())
    for row in _read(connection, ()):
        seq = erasures.get(row.id, 0 if row.field_names else newest)
        for one in msgspec.msgpack.decode(row.targets):
            key = (row.target_kind, one)
            found[key] = max(seq, found.get(key, 0))
    return found


def _read(connection: Connection, ids: Sequence[bytes]) -> Sequence[Any]:
    """These erasures, or all when none is named, as far as the township has done them."""
    c = Erasure.__table__.c
    wanted = select(c.id, c.target_kind, c.targets, c.field_names).where(
        c.done_at.is_not(None), c.targets.is_not(None)
    )
    return connection.execute(wanted.where(c.id.in_(ids)) if ids else wanted).all()


def _erase_own_work(connection: Connection, done: Mapping[Key, int]) -> None:
    """Put hashes in the place of operations on these records, in all that was answered."""
    c = tables.changeset.c
    places = connection.execute(
        select(c.incarnation, c.dseq, c.seq, c.ops).where(c.state.not_in(_WAITING))
    )
    changed = []
    while rows := places.fetchmany(_TOGETHER):
        for incarnation, dseq, seq, packed in rows:
            ops: list[bytes] = msgspec.msgpack.decode(packed)
            kept = [op_hash(op) if _doomed(op, seq or 0, done) else op for op in ops]
            if kept != ops:
                changed.append((incarnation, dseq, msgspec.msgpack.encode(kept)))
    for incarnation, dseq, packed in changed:
        here = (c.incarnation == incarnation, c.dseq == dseq)
        connection.execute(update(tables.changeset).where(*here).values(ops=packed))


def _doomed(data: bytes, seq: int, done: Mapping[Key, int]) -> bool:
    if is_erased(data):
        return False
    op = decode_op(data)
    return seq <= done.get((op.kind, op.record), -1)
