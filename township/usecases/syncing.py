"""How the sync stands, and settling conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from township.errors import NotFound, WorldError
from township.fields import Sensitivity
from township.records import Cadre, Conflict, Household, Person, Record, record_kinds
from township.storage import contact, rereading, tables
from township.storage.work import UnitOfWork
from township.usecases import moving
from township.usecases.names import name_of
from township.values import from_stored, moment_from_text

KEPT, OTHER = "kept", "other"
"""Decisions of a conflict: the township's value stays, or the other one takes its place."""


@dataclass(frozen=True)
class SyncState:
    """How many own changesets wait, and how the last sync ended.

    ``comparing``: the township was restored from a backup, and not everything was read anew yet.
    ``forgotten``: it does not know this laptop any more.
    """

    waiting: int
    last_at: datetime | None
    problem: str | None
    refused: int
    conflicts: int
    comparing: bool = False
    forgotten: bool = False


@dataclass(frozen=True)
class OpenConflict:
    """Two values for one field, in the words of the people who typed them.

    ``field`` None: somebody deleted the record while another was changing it. ``kind`` and
    ``author`` are the record's, for what may be done with it;
    ``moves``: the other value moves a household to another zone.
    """

    id: bytes
    kind: str
    author: bytes | None
    moves: bool
    record: str
    where: str
    field: str | None
    kept: str
    kept_by: str
    other: str
    other_by: str
    masked: bool = False
    """Whether both values are sensitive, so that only ``in_full`` tells them apart."""


def sync_state(session: Session) -> SyncState:
    """How the sync stands now."""
    c = tables.changeset.c
    device = session.execute(select(tables.device)).one_or_none()
    p = tables.put_aside.c
    settled = exists().where(p.incarnation == c.incarnation, p.dseq == c.dseq)
    counted = select(c.state, func.count().label("n")).where(c.state != "applied", ~settled)
    counts = {row.state: int(row.n) for row in session.execute(counted.group_by(c.state))}
    open_ = select(func.count()).select_from(Conflict).where(_open())
    last = device.last_sync_at if device else None
    return SyncState(
        waiting=counts.get("pending", 0),
        last_at=moment_from_text(last) if last else None,
        problem=device.last_sync_problem if device else None,
        refused=counts.get("rejected", 0) + counts.get("quarantined", 0),
        conflicts=session.scalar(open_) or 0,
        comparing=rereading.running(session.connection()),
        forgotten=contact.is_unknown(session.connection()),
    )


def open_conflicts(session: Session, most: int = 100) -> list[OpenConflict]:
    """Conflicts that nobody has decided yet, oldest first."""
    found = session.scalars(select(Conflict).where(_open()).order_by(Conflict.id).limit(most))
    return [_described(session, conflict) for conflict in found.all()]


def decide(work: UnitOfWork, conflict_id: bytes, decision: str) -> None:
    """Settle a conflict: ``KEPT`` or ``OTHER``; uncommitted. Raises NotFound, and
    WorldError when the other value is for a field that this program does not know.

    The decision is a change like any other: it is captured, sent and shown to everybody.
    """
    conflict = open_conflict(work.session, conflict_id)
    target = _target(work.session, conflict)
    lost_move = moving.lost_move(work.session, conflict)
    if lost_move:
        moving.decide(work, lost_move, again=decision == OTHER)
    elif decision == OTHER and target is not None:
        if conflict.field_name is None:
            work.delete(target)
        elif conflict.field_name not in target.fields():
            raise WorldError("这一项由新版程序填写，本机还看不懂。请先升级程序，再处理这条冲突。")
        else:
            kind = target.field(conflict.field_name).kind
            value = from_stored(kind, msgspec.msgpack.decode(conflict.other_value or b"\xc0"))
            setattr(target, conflict.field_name, value)
    for one in lost_move or (conflict,):
        one.decision, one.decided_by = decision, work.author


def _open() -> ColumnElement[bool]:
    return and_(Conflict.decision.is_(None), Conflict.deleted_at.is_(None))


def _target(session: Session, conflict: Conflict) -> Record | None:
    kind = record_kinds().get(conflict.target_kind)
    return session.get(kind, conflict.target_id) if kind else None


def in_full(session: Session, conflict_id: bytes) -> OpenConflict:
    """A conflict with both values unmasked: only for ``usecases.access_values``."""
    return _described(session, open_conflict(session, conflict_id), clear=True)


def open_conflict(session: Session, conflict_id: bytes) -> Conflict:
    """A conflict that nobody has decided. Raises NotFound."""
    conflict = session.get(Conflict, conflict_id)
    if conflict is None or conflict.deleted_at is not None or conflict.decision:
        raise NotFound("这条冲突已经由别人处理过了。")
    return conflict


def _described(session: Session, conflict: Conflict, *, clear: bool = False) -> OpenConflict:
    target = _target(session, conflict)
    name = conflict.field_name
    field = target.fields().get(name) if target is not None and name else None

    def shown(packed: bytes | None) -> str:
        if field is None or packed is None:
            return ""
        value = from_stored(field.kind, msgspec.msgpack.decode(packed))
        text = field.clear(value) if clear else field.show(value)
        return name_of(session, field.target, value) or text or "（空）"

    return OpenConflict(
        conflict.id,
        conflict.target_kind,
        target.created_by if target is not None else None,
        moving.lost_move(session, conflict) is not None,
        target.label if target is not None else conflict.target_kind,
        _where(session, target),
        field.label if field else name,
        shown(conflict.kept_value),
        _signed(session, conflict.kept_by, conflict.shown("kept_at")),
        shown(conflict.other_value),
        _signed(session, conflict.other_by, conflict.shown("other_at")),
        masked=field is not None and field.sensitivity is Sensitivity.S and not clear,
    )


def _where(session: Session, target: Record | None) -> str:
    """The household a record belongs to, by number and head."""
    if target is None:
        return ""
    home_id = target.id if isinstance(target, Household) else getattr(target, "household_id", None)
    home = session.get(Household, home_id) if home_id else None
    if home is None:
        return ""
    head = session.get(Person, home.head_person_id) if home.head_person_id else None
    return f"{home.no} {head.name}" if head else home.no


def _signed(session: Session, cadre_id: bytes | None, at: str) -> str:
    cadre = session.get(Cadre, cadre_id) if cadre_id else None
    return " · ".join(part for part in (cadre.name if cadre else "", at) if part)
