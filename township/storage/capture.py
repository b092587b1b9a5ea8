"""Capturing what a transaction changed as one changeset, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import inspect, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from township import changes
from township.changes import Op, Writers
from township.errors import NotAllowed, WorldError
from township.records import Household, Record
from township.rules.permissions import is_of, lacking
from township.rules.refusals import refusal
from township.rules.reserved import RESERVED, reserved
from township.storage import moving, scope, tables
from township.storage.roles import roles_of
from township.values import Kind, Value, to_stored

SEARCHED = ("household", "person")
"""Kinds whose words are in the search index."""


def commit(
    session: Session,
    author: bytes,
    now: datetime,
    changed: list[Record],
    deleted: list[Record],
    restored: list[Record],
    moved: Sequence[Household] = (),
) -> tuple[frozenset[str], int | None]:
    """Write the records and their changeset in one transaction.

    Returns the kinds that changed and the changeset's number (None when nothing did).
    """
    device = session.execute(select(tables.device)).one_or_none()
    if device is None:
        raise WorldError("本机还没有登记到镇服务器，不能保存。请先登记本机。")
    dseq = device.last_dseq + 1
    ops: list[tuple[Record, Op]] = []
    for record in _ordered(changed, deleted, restored):
        prefix = f"{device.number}.{device.incarnation}.{dseq}."
        found = (
            _moves(session, record)
            if record in moved
            else _ops_of(session, record, record in deleted, record in restored)
        )
        for op in found:
            ops.append((record, op))
            _note_writer(record, op, f"{prefix}{len(ops) - 1}")
        _stamp(record, author, now)
    if not ops:
        session.rollback()
        return frozenset(), None
    _permit(session, author, ops)
    kept = _let_go(session, ops)
    session.flush()
    kinds = {op.kind for _, op in kept}
    for record, op in ops:
        if op.action == "move":
            zones = (bytes.fromhex(op.bucket[: op.bucket.index("/")]), op.fields["zone_id"][0])
            kinds |= moving.take_along(session.connection(), record.id, zones, dseq)
    scope.note_guests(session.connection(), {op.bucket for _, op in kept})
    _store(session, device, author, now, [op for _, op in ops])
    _note_pending(session, dseq, kept)
    session.commit()
    return frozenset(kinds), dseq


def _permit(session: Session, author: bytes, ops: Sequence[tuple[Record, Op]]) -> None:
    """Nobody saves what the township would not take from him. Raises NotAllowed.

    Roles of a cadre whom this laptop does not know are the township's to judge.
    """
    roles = roles_of(session, author)
    if roles is None:
        return
    for record, op in ops:
        own = record.created_by == author or is_of(op.bucket, author)
        act = lacking(roles, op.kind, op.action, op.fields, own=own)
        if act:
            raise NotAllowed(refusal(roles, act, op.kind))
        if reserved(roles, op.kind, op.action, op.bucket):
            raise NotAllowed(RESERVED)


def _let_go(session: Session, ops: list[tuple[Record, Op]]) -> list[tuple[Record, Op]]:
    """Without the records that only leave: what may not be held here never becomes a row."""
    kept = []
    for record, op in ops:
        if record.outgoing and scope.only_leaves(session.connection(), op):
            session.expunge(record)
        else:
            kept.append((record, op))
    return kept


def _ordered(*lists: list[Record]) -> list[Record]:
    """Every record once, new ones in the order in which they were added."""
    return list({id(record): record for part in lists for record in part}.values())


def _ops_of(session: Session, record: Record, deleted: bool, restored: bool) -> Iterator[Op]:
    """The operations of one record; the writers of each are noted before the next is made."""
    kind, bucket = record.kind(), record.bucket()
    if inspect(record).transient or inspect(record).pending:
        values = {
            name: stored
            for name, field in record.fields().items()
            if (stored := to_stored(field.kind, getattr(record, name))) is not None
        }
        yield Op(kind, record.id, "insert", bucket, values)
        return
    edits = _edits(record)
    if edits or deleted or restored:
        _keep_beneath(session, record, edits)
    if restored:
        yield Op(kind, record.id, "restore", bucket, {})
    if edits:
        yield Op(kind, record.id, "set", bucket, edits)
    if deleted:
        yield Op(kind, record.id, "delete", bucket, {changes.SEEN: record.writers})


def _moves(session: Session, home: Record) -> Iterator[Op]:
    """The operation that moves a household; it decides alone in its changeset."""
    edits = _edits(home)
    if "zone_id" not in edits:
        yield from _ops_of(session, home, deleted=False, restored=False)
        return
    assert edits.keys() <= _PLACE, "nothing else of a household changes while it moves"
    writers = Writers.unpack(home.writers)
    fields = {name: edits.get(name) or _as_it_is(home, name, writers) for name in _PLACE}
    _keep_beneath(session, home, fields)
    zone = _before(home, "zone_id", Kind.REF)
    assert isinstance(zone, bytes)
    yield Op(home.kind(), home.id, "move", changes.bucket(zone, home.data_class), fields)


_PLACE = {"zone_id", "group_id"}


def _as_it_is(home: Record, name: str, writers: Writers) -> list[Any]:
    return [getattr(home, name), writers.of(name)]


def _edits(record: Record) -> dict[str, Any]:
    """Changed fields as [value, base]."""
    writers = Writers.unpack(record.writers)
    edits: dict[str, Any] = {}
    for name, field in record.fields().items():
        new = to_stored(field.kind, getattr(record, name))
        if _before(record, name, field.kind) != new:
            edits[name] = [new, writers.of(name)]
    return edits


def _before(record: Record, name: str, kind: Kind) -> Value:
    """The stored value of a column as it was when the unit of work read it."""
    history = inspect(record).attrs[name].history
    if not history.has_changes():
        return to_stored(kind, getattr(record, name))
    return to_stored(kind, history.deleted[0] if history.deleted else None)


_STAMPS = {"updated_by": Kind.REF, "updated_at": Kind.MOMENT, "deleted_at": Kind.MOMENT}


def _keep_beneath(session: Session, record: Record, edits: dict[str, Any]) -> None:
    """Remember what the township holds in the columns that this changeset covers."""
    if _inserted_here(session, record.id):
        return
    kinds = {name: record.field(name).kind for name in edits} | _STAMPS
    beneath = [
        {
            "record_id": record.id,
            "field": name,
            "kind": record.kind(),
            "value": msgspec.msgpack.encode(_before(record, name, kind)),
            "writer": edits[name][1] if name in edits else None,
        }
        for name, kind in kinds.items()
    ]
    session.execute(insert(tables.shadow).on_conflict_do_nothing(), beneath)


def _inserted_here(session: Session, record_id: bytes) -> bool:
    """Is the whole record still unknown to the township? Then nothing lies beneath it."""
    pending = tables.pending.c
    return (
        session.scalar(
            select(pending.dseq).where(pending.record_id == record_id, pending.inserts == 1)
        )
        is not None
    )


def _note_writer(record: Record, op: Op, writer: str) -> None:
    if op.action == "insert":
        record.writers = Writers(writer).pack()
    elif op.action in ("set", "move"):
        writers = Writers.unpack(record.writers)
        writers.write(op.fields, writer)
        record.writers = writers.pack()


def _stamp(record: Record, author: bytes, now: datetime) -> None:
    if record.created_at is None or inspect(record).pending:  # nobody else says when
        record.created_at, record.created_by = now, author
    record.updated_at, record.updated_by = now, author


def _store(session: Session, device: Any, author: bytes, now: datetime, ops: Sequence[Op]) -> None:
    dseq = device.last_dseq + 1
    header = changes.encode(
        changes.Header(
            changes.SCHEMA,
            device.number,
            device.incarnation,
            dseq,
            author,
            int(now.timestamp() * 1000),
            len(ops),
        )
    )
    encoded = [changes.encode(changes.salted(op)) for op in ops]
    if sum(map(len, encoded)) > changes.MAX_CHANGESET or max(map(len, encoded)) > changes.MAX_OP:
        raise WorldError("一次改动的内容太多，没有保存。请分几次保存。")
    hash_ = changes.link(device.last_hash, header, map(changes.op_hash, encoded))
    session.execute(
        insert(tables.changeset).values(
            incarnation=device.incarnation,
            dseq=dseq,
            header=header,
            ops=msgspec.msgpack.encode(encoded),
            hash=hash_,
            state="pending",
        )
    )
    session.execute(update(tables.device).values(last_dseq=dseq, last_hash=hash_))


def _note_pending(session: Session, dseq: int, ops: Sequence[tuple[Record, Op]]) -> None:
    """Which records wait for the township's answer, and which the search has to learn."""
    waiting = [
        {
            "record_id": op.record,
            "dseq": dseq,
            "kind": op.kind,
            "inserts": int(op.action == "insert"),
        }
        for _, op in ops
    ]
    if waiting:
        session.execute(insert(tables.pending).on_conflict_do_nothing(), waiting)
    _mark_search(session, [record for record, op in ops if op.kind in SEARCHED])


def _mark_search(session: Session, records: list[Record]) -> None:
    ids = {getattr(record, "household_id", record.id) for record in records}
    if ids:
        session.execute(
            insert(tables.search_dirty).on_conflict_do_nothing(),
            [{"household_id": i} for i in ids],
        )
