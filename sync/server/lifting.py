"""After an update of the server: what it stores by field names gets the new names.

The log's bytes stay. Records, and decisions of the log that name fields, are what this program
would have made of them; snapshots are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update

from sync.server import quarantine, tables
from sync.server.engine import Store
from sync.server.log import Log
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from township import upcasting
from township.changes import SCHEMA, Changeset, Writers, decode_op, is_erased
from township.storage.pages import Outcome
from township.upcasting import Cast

_TOGETHER = 500


@retrying
def lift(store: Store, township_id: bytes) -> None:
    """Bring a township up to this program's record schema, in one transaction."""
    c = tables.township.c
    place = c.township_id == township_id
    with store.reading() as connection:
        if connection.scalar(select(c.schema).where(place)) in (None, SCHEMA):
            return
    with store.writing() as connection:
        lock_head(connection, township_id)
        before: int = connection.execute(select(c.schema).where(place)).scalar_one()
        if cast := upcasting.cast(before):
            _records(connection, township_id, cast)
            _outcomes(connection, township_id, cast)
            for table in (tables.snapshot, tables.snapshot_chunk):
                connection.execute(delete(table).where(table.c.township_id == township_id))
        connection.execute(update(tables.township).where(place).values(schema=SCHEMA))


def _records(connection: Connection, township_id: bytes, cast: Cast) -> None:
    c = tables.record.c
    for kind in sorted(cast.kinds()):
        here = (c.township_id == township_id, c.kind == kind)
        ids = connection.scalars(select(c.id).where(*here).order_by(c.id)).all()
        for start in range(0, len(ids), _TOGETHER):
            chunk = ids[start : start + _TOGETHER]
            rows = connection.execute(
                select(c.id, c.state, c.writers).where(*here, c.id.in_(chunk))
            ).all()
            connection.execute(
                update(tables.record)
                .where(*here, c.id == bindparam("at"))
                .values(state=bindparam("to_state"), writers=bindparam("to_writers")),
                [
                    {
                        "at": row.id,
                        "to_state": msgspec.msgpack.encode(
                            cast.values(kind, msgspec.msgpack.decode(row.state))
                        ),
                        "to_writers": cast.writers(kind, Writers.unpack(row.writers)).pack(),
                    }
                    for row in rows
                ],
            )


def _outcomes(connection: Connection, township_id: bytes, cast: Cast) -> None:
    c, log = tables.outcome.c, Log(connection, township_id)
    here = c.township_id == township_id
    seqs = connection.scalars(select(c.seq).where(here).order_by(c.seq)).all()
    for start in range(0, len(seqs), _TOGETHER):
        lifted = []
        for entry in log.those(seqs[start : start + _TOGETHER]):
            changeset = Changeset(entry.header, entry.ops)
            ops = quarantine.shown(log, entry.device, changeset).ops
            assert entry.outcome is not None
            lifted.append({"at": entry.seq, "to": _outcome(ops, entry.outcome, cast)})
        connection.execute(
            update(tables.outcome)
            .where(here, c.seq == bindparam("at"))
            .values(outcome=bindparam("to")),
            lifted,
        )


def _outcome(ops: Sequence[bytes], packed: bytes, cast: Cast) -> bytes:
    kinds = ["" if is_erased(data) else decode_op(data).kind for data in ops]
    outcome = msgspec.msgpack.decode(packed, type=Outcome)
    lost = {
        index: [heir for name in names for heir in cast.names(kinds[index], name)]
        for index, names in outcome.lost.items()
    }
    merged = {index: cast.values(kinds[index], values) for index, values in outcome.merged.items()}
    return msgspec.msgpack.encode(msgspec.structs.replace(outcome, lost=lost, merged=merged))
