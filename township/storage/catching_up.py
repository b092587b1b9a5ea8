"""What newer programs wrote takes effect once this program understands it.

Until now it waited in ``later_record`` (from snapshots) and ``later_op`` (from the log, after
that). Of kinds that have become known whole records are made; of fields that have become known
the values go into the records that are there. What is still unknown goes on waiting.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from township.changes import Op, Writers, decode_header, decode_op, encode
from township.storage import bulk, loading, tables
from township.storage.arrival import mark_households
from township.storage.bulk import Key
from township.storage.folding import Arrived, Change, Source, arrivals
from township.storage.later import split
from township.storage.pages import Group, Outcome


def run(connection: Connection) -> set[str]:
    """Carry out all that waits and is understood by now; returns the kinds that changed."""
    late = _Late(connection)
    late.records()
    late.operations()
    return late.write()


class _Late:
    """One catching up, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: dict[Key, Change] = {}
        self._whole: set[Key] = set()

    def records(self) -> None:
        """What came with snapshots."""
        c = tables.later_record.c
        for row in self._connection.execute(select(tables.later_record)).all():
            if row.kind not in bulk.known_kinds():
                continue
            group = msgspec.msgpack.decode(row.state, type=Group)
            names = bulk.field_names(row.kind)
            known = {name: v[0] for name, v in group.fields.items() if name in names}
            strange = {name: v for name, v in group.fields.items() if name not in names}
            if self._is_here(row.kind, row.record_id):
                self._fields(row.kind, row.record_id, known, Writers.unpack(group.writers[0]))
            else:
                self._record(group, known)
            here = (c.record_id == row.record_id, c.kind == row.kind)
            if not strange:
                self._connection.execute(delete(tables.later_record).where(*here))
            elif known:
                rest = msgspec.msgpack.encode(msgspec.structs.replace(group, fields=strange))
                statement = update(tables.later_record).where(*here).values(state=rest)
                self._connection.execute(statement)

    def operations(self) -> None:
        """What came with the log, in its order."""
        c = tables.later_op.c
        rows = self._connection.execute(select(tables.later_op).order_by(c.seq, c.place)).all()
        for row in rows:
            now, then = split(decode_op(row.op))
            if now is None or (not now.fields and then is not None):
                continue  # still all unknown; its stamps were noted when it came
            self._operation(row, now)
            here = (c.seq == row.seq, c.place == row.place)
            if then is None:
                self._connection.execute(delete(tables.later_op).where(*here))
            else:
                self._connection.execute(
                    update(tables.later_op).where(*here).values(op=encode(then))
                )

    def write(self) -> set[str]:
        """All into the tables, and into the queue of the search index."""
        bulk.write(self._connection, self._changes)
        homes = {record for kind, record in self._changes if kind == "household"}
        people = [record for kind, record in self._changes if kind == "person"]
        mark_households(self._connection, homes, people)
        return {kind for kind, _ in self._changes}

    def _operation(self, row: Any, op: Op) -> None:
        outcome = None
        if row.outcome is not None:
            outcome = msgspec.msgpack.decode(row.outcome, type=Outcome)
        source = Source.of(decode_header(row.header))
        [arrived] = arrivals(source, [(row.place, op)], outcome)
        key = (op.kind, op.record)
        if key in self._whole or not self._is_here(*key):
            self._whole.add(key)
            self._change(key).fold(arrived)
        elif op.action == "insert":
            self._fields(*key, op.fields, Writers(arrived.op_id))
        elif op.action == "set":
            self._set(key, arrived)

    def _set(self, key: Key, arrived: Arrived) -> None:
        """New fields of a record that is here: their values only, stamps were noted before."""
        made = Change()
        made.fold(arrived)
        change = self._change(key)
        change.columns |= {n: v for n, v in made.columns.items() if n not in bulk.STAMPS}
        change.writers |= made.writers

    def _fields(self, kind: str, record: bytes, known: dict[str, Any], writers: Writers) -> None:
        change = self._change((kind, record))
        change.columns |= known
        here = Writers.unpack(bulk.writers_of(self._connection, kind, [record]).get(record)).default
        for name in known:
            writer = writers.of(name)
            if writer is not None and writer != here:
                change.writers[name] = writer

    def _record(self, group: Group, known: dict[str, Any]) -> None:
        """A whole record of a kind that has become known."""
        key = (group.kind, group.ids[0])
        self._whole.add(key)
        change = self._change(key)
        columns = loading.columns_of(loading.without(group, group.fields.keys() - known.keys()))
        row = {name: values[0] for name, values in columns.items()}
        writers = Writers.unpack(row.pop("writers"))
        del row["id"]
        change.inserted, change.columns = True, row
        change.default, change.writers = writers.default, writers.fields

    def _change(self, key: Key) -> Change:
        return self._changes.setdefault(key, Change())

    def _is_here(self, kind: str, record: bytes) -> bool:
        return record in bulk.writers_of(self._connection, kind, [record])
