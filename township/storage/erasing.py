"""What the township has erased leaves this laptop too.

The records themselves come anew with the page (``put``); here go the laptop's own changesets of
the past, of which only the hashes stay, so that its chain can still be proven.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select, update

from township.changes import decode_op, is_erased, op_hash
from township.storage import files, tables
from township.storage.bulk import Key, in_chunks
from township.storage.settings import keep, setting

KIND = "erasure"
_SEARCHED = frozenset({"household", "person"})
_PURGE_SEARCH = "search.purge"
_TOGETHER = 500
_WAITING = ("pending", "quarantined")
"""Work that the township has not taken: it may have to be offered, and goes when it is."""


def carry_out(connection: Connection, erasures: Iterable[bytes]) -> None:
    """Do here what these erasures ask for, as far as the township has done it."""
    targets = _targets(connection, erasures)
    if not targets:
        return
    _erase_own_work(connection, targets)
    files.tidy(connection)
    if any(kind in _SEARCHED for kind, _ in targets):
        keep(connection, _PURGE_SEARCH, "1")


def search_is_to_be_purged(connection: Connection) -> bool:
    """Does the search index still hold words of something erased? Asked once."""
    if setting(connection, _PURGE_SEARCH) != "1":
        return False
    keep(connection, _PURGE_SEARCH, "0")
    return True


def _targets(connection: Connection, erasures: Iterable[bytes]) -> set[Key]:
    found: set[Key] = set()
    for chunk in in_chunks(erasures):
        marks = ",".join("?" * len(chunk))
        rows = connection.exec_driver_sql(
            f"SELECT target_kind, targets FROM erasure WHERE id IN ({marks})"
            " AND done_at IS NOT NULL AND targets IS NOT NULL",
            chunk,
        )
        for kind, packed in rows:
            found |= {(kind, one) for one in msgspec.msgpack.decode(packed)}
    return found


def _erase_own_work(connection: Connection, targets: set[Key]) -> None:
    """Put hashes in the place of operations on these records, in all that was answered."""
    c = tables.changeset.c
    places = connection.execute(
        select(c.incarnation, c.dseq, c.ops).where(c.state.not_in(_WAITING))
    )
    changed = []
    while rows := places.fetchmany(_TOGETHER):
        for incarnation, dseq, packed in rows:
            ops: list[bytes] = msgspec.msgpack.decode(packed)
            kept = [op_hash(op) if _doomed(op, targets) else op for op in ops]
            if kept != ops:
                changed.append((incarnation, dseq, msgspec.msgpack.encode(kept)))
    for incarnation, dseq, packed in changed:
        here = (c.incarnation == incarnation, c.dseq == dseq)
        connection.execute(update(tables.changeset).where(*here).values(ops=packed))


def _doomed(data: bytes, targets: set[Key]) -> bool:
    if is_erased(data):
        return False
    op = decode_op(data)
    return (op.kind, op.record) in targets
