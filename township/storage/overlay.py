"""Records with pending local edits: what the township holds, and the local edits on top of it.

``shadow`` keeps the township's value of every column that a pending edit covers. When the
township's side of a record changes, or a pending changeset is settled, its row is made anew:
the township's view, then the edits that are still pending, in their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from township import changes
from township.changes import Op, Writers
from township.storage import bulk, tables
from township.storage.bulk import Key, in_chunks
from township.storage.folding import Arrived, Change, Columns, Source, arrivals, numbered
from township.storage.pages import Outcome


@dataclass
class PendingRecord:
    """The pending changesets of one record by number, and whether one of them made it."""

    dseqs: list[int] = field(default_factory=list)
    inserted: bool = False
    kind: str = ""


@dataclass
class View:
    """One side of a record: its columns without ``writers``, and the writers."""

    columns: Columns
    writers: Writers


def pending_among(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, PendingRecord]:
    """Which of these records carry pending local changes."""
    found: dict[bytes, PendingRecord] = {}
    c = tables.pending.c
    for chunk in in_chunks(ids):
        rows = connection.execute(
            select(c.record_id, c.dseq, c.inserts, c.kind)
            .where(c.record_id.in_(chunk))
            .order_by(c.dseq)
        )
        for record_id, dseq, inserts, kind in rows:
            record = found.setdefault(record_id, PendingRecord(kind=kind))
            record.dseqs.append(dseq)
            record.inserted = record.inserted or bool(inserts)
    return found


_TAKEN_IN = """SELECT changeset.dseq FROM changeset LEFT JOIN decision
 ON decision.incarnation = changeset.incarnation AND decision.dseq = changeset.dseq
 WHERE changeset.incarnation = ? AND changeset.state IN ('applied', 'conflict')
 AND coalesce(decision.seq, changeset.seq) <= ?"""


def taken_in(connection: Connection, incarnation: int, seq: int) -> set[int]:
    """Own changesets whose effect the township's record under this number holds already.

    What is put or loaded whole comes in an answer after the verdicts on all that was sent
    before it was made; so every such changeset has its number. What came out of quarantine was
    taken in under the number of that decision.
    """
    rows = connection.exec_driver_sql(_TAKEN_IN, (incarnation, seq))
    return set(rows.scalars())


class Overlay:
    """Makes rows with pending edits anew, inside one transaction."""

    def __init__(self, connection: Connection, incarnation: int) -> None:
        self._connection = connection
        self._incarnation = incarnation
        self._changesets: dict[int, tuple[Source, list[tuple[int, Op]]]] = {}

    def rebase(
        self, key: Key, pending: PendingRecord, change: Change | None, settled: set[int]
    ) -> None:
        """Bring ``change`` into the township's side and drop ``settled`` from the pending edits."""
        record_id = key[1]
        beneath = self.beneath(key, pending)
        if change is not None:
            beneath = _advance(beneath, change)
        self._forget(record_id, settled)
        self.remake(key, beneath, [dseq for dseq in pending.dseqs if dseq not in settled])

    def stay(self, key: Key, pending: PendingRecord, settled: Collection[int]) -> None:
        """Drop ``settled`` from the pending edits of a record that stays in sight as it is.

        Where it lies now will show it whole, without any of these edits, or it will be let go.
        """
        kind, record_id = key
        rest = [dseq for dseq in pending.dseqs if dseq not in settled]
        made = any(
            a.op.action == "insert" and a.op.record == record_id
            for dseq in rest
            for a in self.own(dseq)
        )
        row = None if made else bulk.read_row(self._connection, kind, record_id)
        self._forget(record_id, settled)
        self.remake(key, _view(row), rest)

    def remake(self, key: Key, beneath: View | None, dseqs: Iterable[int]) -> None:
        """Write a record anew: what the township holds, then these own changesets on top."""
        kind, record_id = key
        edits = [
            a
            for dseq in dseqs
            for a in self.own(dseq)
            if a.op.record == record_id or a.op.action == "move"
        ]
        local = _local(record_id, edits)
        if beneath is not None:
            shown, covered = _cover(beneath, local)
            self._write(key, shown, covered)
        elif any(a.op.action == "insert" for a in edits):
            self._write(key, View(local.columns, Writers(local.default, local.writers)), [])
        else:
            bulk.drop_row(self._connection, kind, record_id)

    def load(self, dseqs: Iterable[int]) -> None:
        """Read these of the laptop's own changesets at once."""
        c = tables.changeset.c
        for chunk in in_chunks(sorted(set(dseqs) - self._changesets.keys())):
            rows = self._connection.execute(
                select(c.dseq, c.header, c.ops).where(
                    c.incarnation == self._incarnation, c.dseq.in_(chunk)
                )
            )
            for dseq, header, packed in rows:
                decoded = changes.decode_header(header)
                ops = numbered(decoded, msgspec.msgpack.decode(packed))
                self._changesets[dseq] = (Source.of(decoded), ops)

    def own(
        self, dseq: int, outcome: Outcome | None = None, among: Collection[int] | None = None
    ) -> list[Arrived]:
        """The operations of one of the laptop's own changesets, as decided by the township.

        Only those in the places ``among`` where these are named; erased ones are left out.
        """
        if dseq not in self._changesets:
            self.load([dseq])
        source, ops = self._changesets[dseq]
        chosen = ops if among is None else [(at, op) for at, op in ops if at in among]
        return arrivals(source, chosen, outcome)

    def beneath(self, key: Key, pending: PendingRecord) -> View | None:
        """What the township holds of a record; None when it does not know it yet."""
        kind, record_id = key
        view = _view(bulk.read_row(self._connection, kind, record_id))
        if view is None or pending.inserted:
            return None
        c = tables.shadow.c
        rows = self._connection.execute(
            select(c.field, c.value, c.writer).where(c.record_id == record_id)
        )
        for name, value, writer in rows:
            view.columns[name] = msgspec.msgpack.decode(value) if value is not None else None
            if name not in bulk.STAMPS:
                _set_writer(view.writers, name, writer)
        return view

    def _forget(self, record_id: bytes, settled: Collection[int]) -> None:
        c = tables.pending.c
        self._connection.execute(
            delete(tables.pending).where(c.record_id == record_id, c.dseq.in_(settled))
        )
        self._connection.execute(
            delete(tables.shadow).where(tables.shadow.c.record_id == record_id)
        )

    def _write(self, key: Key, shown: View, covered: list[dict[str, Any]]) -> None:
        kind, record_id = key
        bulk.write_row(
            self._connection, kind, record_id, {**shown.columns, "writers": shown.writers.pack()}
        )
        if covered:
            rows = [{**shadow, "record_id": record_id, "kind": kind} for shadow in covered]
            self._connection.execute(insert(tables.shadow), rows)


def _view(row: Columns | None) -> View | None:
    """A row as people see it."""
    if row is None:
        return None
    packed = row.pop("writers")
    return View(row, Writers.unpack(packed if isinstance(packed, bytes) else None))


def _set_writer(writers: Writers, name: str, writer: str | None) -> None:
    """Put back who wrote a field; the record's default need not be spelled out."""
    if writer is None or writer == writers.default:
        writers.fields.pop(name, None)
    else:
        writers.fields[name] = writer


def _advance(beneath: View | None, change: Change) -> View | None:
    if change.gone:
        return None
    if change.inserted:
        return View(dict(change.columns), Writers(change.default, dict(change.writers)))
    if beneath is None:
        return None
    writers = Writers(beneath.writers.default, {**beneath.writers.fields, **change.writers})
    return View({**beneath.columns, **change.columns}, writers)


def _local(record_id: bytes, edits: Iterable[Arrived]) -> Change:
    """Own edits of one record. A household's move takes along what hangs on it."""
    local = Change()
    for arrived in edits:
        op = arrived.op
        if op.record == record_id:
            action = "set" if op.action == "move" else op.action
            local.fold(arrived._replace(op=msgspec.structs.replace(op, action=action)))
        else:
            local.columns["zone_id"] = op.fields["zone_id"][0]
    return local


def _cover(beneath: View, local: Change) -> tuple[View, list[dict[str, Any]]]:
    """The row that people see, and the shadow rows of all that the edits cover."""
    if local.columns:  # whether it lives is covered by every edit: see capture
        local.columns.setdefault("deleted_at", beneath.columns.get("deleted_at"))
    covered = [
        {
            "field": name,
            "value": msgspec.msgpack.encode(beneath.columns.get(name)),
            "writer": beneath.writers.of(name) if name in local.writers else None,
        }
        for name in local.columns
    ]
    writers = Writers(beneath.writers.default, {**beneath.writers.fields, **local.writers})
    return View({**beneath.columns, **local.columns}, writers), covered
