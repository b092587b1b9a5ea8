"""Erased operations in the log: which entries hold them, and what stands there afterwards.

An entry keeps its header, its number, its leaf and the hash of each of its operations, so that
chain, signature and tree stay as they are. What the operation said is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

import msgspec
from sqlalchemy import Connection, update

from sync.server import quarantine, tables
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
    contents, gone = {}, {}
    for entry in Log(connection, township_id).those(seqs):
        at = {at for at, op in enumerate(entry.ops) if not is_erased(op) and doomed(op)}
        kept = [op_hash(op) if n in at else op for n, op in enumerate(entry.ops)]
        contents[entry.seq], gone[entry.seq] = Changeset(entry.header, kept), at
    rewrite(connection, township_id, contents)
    _forget(connection, township_id, gone)


def _forget(connection: Connection, township_id: bytes, gone: Mapping[int, set[int]]) -> None:
    """The outcome of what was let in from quarantine lies beside the decision."""
    said = quarantine.decisions(connection, township_id, gone)
    places = {said.get(seq, seq): at for seq, at in gone.items()}
    c = tables.outcome.c
    for seq, packed in Log(connection, township_id).outcomes(places).items():
        here = (c.township_id == township_id, c.seq == seq)
        outcome = _outcome(packed, places[seq])
        connection.execute(update(tables.outcome).where(*here).values(outcome=outcome))


def _outcome(packed: bytes, gone: set[int]) -> bytes:
    outcome = msgspec.msgpack.decode(packed, type=Outcome)
    merged = {at: values for at, values in outcome.merged.items() if at not in gone}
    return msgspec.msgpack.encode(msgspec.structs.replace(outcome, merged=merged))
