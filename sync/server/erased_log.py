"""Erased operations in the log: the only place that changes what an entry holds.

An entry keeps its header, its number, its leaf and the hash of each of its operations, so that
chain, signature and tree stay as they are. What the operation said is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select, update

from sync.server import tables
from township.changes import is_erased, op_hash
from township.storage.pages import Outcome

_TOGETHER = 500

Doomed = Callable[[bytes], bool]
"""Shall the contents of an operation go? Asked with its bytes."""


def entries_with(
    connection: Connection, township_id: bytes, after: int, doomed: Doomed
) -> Iterator[int]:
    """The numbers of entries after this one that hold such operations."""
    c = tables.log.c
    wanted = select(c.seq, c.ops).where(c.township_id == township_id, c.seq > after)
    rows = connection.execute(wanted.order_by(c.seq).execution_options(yield_per=_TOGETHER))
    for seq, packed in rows:
        if any(not is_erased(op) and doomed(op) for op in msgspec.msgpack.decode(packed)):
            yield seq


def erase(connection: Connection, township_id: bytes, seqs: Sequence[int], doomed: Doomed) -> None:
    """Put hashes in the place of such operations in these entries.

    Values that came out of merging them go as well.
    """
    c = tables.log.c
    for seq in seqs:
        here = (c.township_id == township_id, c.seq == seq)
        row = connection.execute(select(c.ops, c.outcome).where(*here)).one()
        ops: list[bytes] = msgspec.msgpack.decode(row.ops)
        gone = {at for at, op in enumerate(ops) if not is_erased(op) and doomed(op)}
        kept = [op_hash(op) if at in gone else op for at, op in enumerate(ops)]
        values = {"ops": msgspec.msgpack.encode(kept), "outcome": _outcome(row.outcome, gone)}
        connection.execute(update(tables.log).where(*here).values(values))


def _outcome(packed: bytes | None, gone: set[int]) -> bytes | None:
    if packed is None:
        return None
    outcome = msgspec.msgpack.decode(packed, type=Outcome)
    merged = {at: values for at, values in outcome.merged.items() if at not in gone}
    return msgspec.msgpack.encode(msgspec.structs.replace(outcome, merged=merged))
