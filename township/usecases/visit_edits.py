"""Changing and deleting a saved visit by its author; the day follows. Source: domain §5.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Attachment, Dispute, Need, Situation, Task, Visit, WorkLog
from township.rules.days import FIELD_KINDS
from township.storage.work import UnitOfWork
from township.usecases import work_clock
from township.usecases.work_logs import SESSIONS, own, visits_of


@dataclass(frozen=True)
class VisitEdit:
    """What may be changed of a saved visit: not the household and not the day."""

    session: str | None
    way: str | None
    purpose: str | None
    resident_present: bool | None
    companions: tuple[bytes, ...] = ()
    policies_told: tuple[str, ...] = ()
    talk: str | None = None
    resident_ok: str | None = None
    next_visit_on: date | None = None


def edit_visit(work: UnitOfWork, visit_id: bytes, entry: VisitEdit) -> None:
    """Change the author's own visit; its day follows. Raises NotFound, InvalidInput, NotAllowed."""
    visit, log = _own_visit(work, visit_id)
    names = ("session", "way", "purpose", "resident_present", "talk", "resident_ok")
    problems = {name: Visit.field(name).problem(getattr(entry, name)) for name in names}
    if entry.next_visit_on is not None and entry.next_visit_on <= visit.visited_on:
        problems["next_visit_on"] = "下次走访日期要晚于这次走访"
    if found := {name: text for name, text in problems.items() if text}:
        raise InvalidInput(found)
    before = (visit.session, visit.way)
    for name in (*names, "companions", "policies_told", "next_visit_on"):
        setattr(visit, name, getattr(entry, name))
    if (visit.session, visit.way) != before:
        _follow(work, log, before)
    log.state = "submitted" if log.state == "returned" else log.state


def remove_visit(work: UnitOfWork, visit_id: bytes) -> None:
    """Delete the author's own visit with its photographs, and the day when nothing is left of it.

    Raises NotFound, and NotAllowed once something was raised in it.
    """
    visit, log = _own_visit(work, visit_id)
    for kind, source in (
        (Need, Need.visit_id),
        (Situation, Situation.visit_id),
        (Dispute, Dispute.visit_id),
        (Task, Task.source_id),
    ):
        raised = select(kind.id).where(source == visit.id, kind.deleted_at.is_(None))
        if work.session.scalar(raised.limit(1)) is not None:
            raise NotAllowed(f"这次走访登记了{kind.label}，不能删除。有错请改走访内容。")
    others = [one for one in visits_of(work.session, log.id) if one.id != visit.id]
    for photo in _photos(work.session, visit.id):
        if photo.deleted_at is None:
            work.delete(photo)
    work.delete(visit)
    if not others and not log.summary and log.work_kind in ("household_visit", "other"):
        work.delete(log)
        return
    left = {one.session for one in others if one.way != "phone"}
    if left and log.work_kind == "household_visit":
        log.sessions = tuple(one for one in SESSIONS if one in left)


def bring_visit_back(work: UnitOfWork, visit_id: bytes) -> None:
    """Undo ``remove_visit``. Raises NotFound."""
    visit = work.session.get(Visit, visit_id)
    log = work.session.get(WorkLog, visit.work_log_id) if visit else None
    if visit is None or log is None:
        raise NotFound("这次走访不在本机。")
    gone = visit.deleted_at
    if log.deleted_at is not None:
        work.restore(log)
    for photo in _photos(work.session, visit.id):
        if photo.deleted_at == gone:
            work.restore(photo)
    work.restore(visit)
    if visit.way != "phone" and visit.session not in (log.sessions or ()):
        _add_session(log, visit.session)


def _follow(work: UnitOfWork, log: WorkLog, before: tuple[str, str]) -> None:
    """The day after a visit of it has another session or way."""
    visits = visits_of(work.session, log.id)
    there = {one.session for one in visits if one.way != "phone"}
    kept = set(log.sessions or ()) - ({before[0]} if before[1] != "phone" else set())
    merged = there | kept or {one.session for one in visits}
    log.sessions = tuple(one for one in SESSIONS if one in merged)
    if any(one.way == "in_home" for one in visits) and log.work_kind not in FIELD_KINDS:
        log.work_kind = "household_visit"
    if not there and log.work_kind == "household_visit":
        log.work_kind = "other"
    log.changed_on = work_clock.today(work)
    if log.state == "counted":
        log.state = "submitted"


def _add_session(log: WorkLog, session: str) -> None:
    merged = {*(log.sessions or ()), session}
    log.sessions = tuple(one for one in SESSIONS if one in merged)


def _own_visit(work: UnitOfWork, visit_id: bytes) -> tuple[Visit, WorkLog]:
    visit = work.session.get(Visit, visit_id)
    if visit is None or visit.deleted_at is not None:
        raise NotFound("这次走访不在本机，可能已被删除。")
    return visit, own(work, visit.work_log_id)


def _photos(session: Session, visit_id: bytes) -> Sequence[Attachment]:
    return session.scalars(select(Attachment).where(Attachment.visit_id == visit_id)).all()
