"""Erased operations in the log: which entries hold them, and what stands there afterwards.

An entry keeps its header, its number, its leaf and the hash of each of its operations, so that
chain, signature and tree stay as they are. What the operation said is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import msgspec
from sqlalchemy import Connection, update

from sync.server import tables
from sync.server.log import Log
from sync.server.rewriting import rewrite
from township.changes import Changeset, is_erased, op_hash
from township.storage.pages import Outcome

Doomed = Callable[[bytes], bool]
"""Shall the contents of an operation go? Asked with its bytes."""


def entries_with(
    connection: Connection, township_id: bytes, after: int, doomed: Doomed
) -> Iterator[tuple[int, list[bytes]]]:
    """The numbers of entries after this one that hold such operations, and these."""
    with closing(Log(connection, township_id).walk(after)) as entries:
        for entry in entries:
            if found := [op for op in entry.ops if not is_erased(op) and doomed(op)]:
                yield entry.seq, found


def erase(connection: Connection, township_id: bytes, seqs: Sequence[int], doomed: Doomed) -> None:
    """Put hashes in the place of such operations in these entries.

    Values that came out of merging them go as well. Under the head lock.
    """
    contents = {}
    for entry in Log(connection, township_id).those(seqs):
        gone = {at for at, op in enumerate(entry.ops) if not is_erased(op) and doomed(op)}
        kept = [op_hash(op) if at in gone else op for at, op in enumerate(entry.ops)]
        contents[entry.seq] = Changeset(entry.header, kept)
        if entry.outcome is not None:
            _forget(connection, township_id, entry.seq, _outcome(entry.outcome, gone))
    rewrite(connection, township_id, contents)


def _forget(connection: Connection, township_id: bytes, seq: int, outcome: bytes) -> None:
    c = tables.outcome.c
    here = (c.township_id == township_id, c.seq == seq)
    connection.execute(update(tables.outcome).where(*here).values(outcome=outcome))


def _outcome(packed: bytes, gone: set[int]) -> bytes:
    outcome = msgspec.msgpack.decode(packed, type=Outcome)
    merged = {at: values for at, values in outcome.merged.items() if at not in gone}
    return msgspec.msgpack.encode(msgspec.structs.replace(outcome, merged=merged))
