"""工作日志 by its author: a day without a visit, changes, deletion, and joint visits confirmed.

Source: domain §4.3, §5.1 rules 1–4. Until the month is closed the author may change what he
wrote; later only what the assessor has sent back. A day that gains something by a late change is
as late as that change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Visit, WorkLog
from township.rules import assessment as rules
from township.rules.days import FIELD_KINDS
from township.storage.work import UnitOfWork
from township.usecases import work_clock
from township.usecases.assessment_people import staff_of_day, staff_of_month, unit_of
from township.usecases.assessments import signed_sheets
from township.usecases.field_days import offers
from township.usecases.township_settings import settings_of

SESSIONS = ("am", "pm", "eve")


@dataclass(frozen=True)
class LogEntry:
    """What the form of a day gives."""

    worked_on: date | None
    work_kind: str | None
    sessions: tuple[str, ...]
    zone_id: bytes | None = None
    places: tuple[bytes, ...] = ()
    summary: str | None = None


def own_zones(session: Session, cadre_id: bytes, on: date) -> list[bytes]:
    """The zones in which somebody serves on a day, by any role, the first first."""
    staff = staff_of_day(session, on)
    return [zone for zone, _ in staff.zones if staff.roles_in(cadre_id, zone)]


def save_log(work: UnitOfWork, entry: LogEntry) -> bytes:
    """Write down work of a day without a visit; returns the log's id.

    On a day that has a log already, work in the field adds its half days; a meeting or other
    work adds its words only, as it makes no day. Raises InvalidInput or NotAllowed.
    """
    _check(work, entry)
    log = own_log(work.session, work.author, entry.worked_on)
    if log is None:
        zones = own_zones(work.session, work.author, entry.worked_on or work_clock.today(work))
        zone = entry.zone_id or next(iter(zones), None)
        if zone is None:
            raise InvalidInput({"zone_id": "请选择责任区"})
        log = WorkLog(zone_id=zone, cadre_id=work.author, worked_on=entry.worked_on)
        log.entered_on = work_clock.entered_on(work)
        work.add(log)
        _fill(log, entry)
    else:
        _may_edit(work, log)
        _join(work, log, entry)
    log.state = "submitted"
    return log.id


def edit_log(work: UnitOfWork, log_id: bytes, entry: LogEntry) -> None:
    """Change the author's own log of a day. Raises NotFound, InvalidInput or NotAllowed."""
    log = own(work, log_id)
    _check(work, entry)
    if entry.worked_on != log.worked_on:
        raise InvalidInput({"worked_on": "日期不能改。请删除这一天，再登记到对的日期"})
    visits = visits_of(work.session, log.id)
    needed = {one.session for one in visits if one.way != "phone"}
    if not needed <= set(entry.sessions):
        raise InvalidInput({"sessions": "有走访的时段不能去掉，请先改走访"})
    if any(one.way == "in_home" for one in visits) and entry.work_kind not in FIELD_KINDS:
        raise InvalidInput({"work_kind": "这一天有入户走访，请选择入户走访、驻村工作或应急处置"})
    before = (set(log.sessions or ()), log.work_kind)
    _fill(log, entry)
    if (set(log.sessions), log.work_kind) != before:
        log.changed_on = work_clock.today(work)
    log.state = "submitted"


def remove_log(work: UnitOfWork, log_id: bytes) -> None:
    """Delete the author's own log of a day without visits. Raises NotFound or NotAllowed."""
    log = own(work, log_id)
    if visits_of(work.session, log.id):
        raise NotAllowed("这一天有走访，请先逐次删除走访。")
    work.delete(log)


def bring_log_back(work: UnitOfWork, log_id: bytes) -> None:
    """Undo ``remove_log``. Raises NotFound."""
    log = work.session.get(WorkLog, log_id)
    if log is None:
        raise NotFound("这一天的日志不在本机。")
    work.restore(log)


def confirm_joint(work: UnitOfWork, on: date) -> bytes:
    """Say that the author came along on this day: it becomes a day of his too.

    Raises NotFound when nobody wrote it down, or the day has a log.
    """
    found = next(iter(offers(work.session, work.author, on, on)), None)
    if found is None:
        raise NotFound("这一天没有等您确认的同行走访，可能已经确认或被改动。")
    log = WorkLog(
        zone_id=found.zone_id,
        cadre_id=work.author,
        worked_on=on,
        work_kind="household_visit" if found.at_home else "in_village",
        sessions=found.sessions,
        places=found.groups,
        state="submitted",
        entered_on=work_clock.entered_on(work),
    )
    work.add(log)
    return log.id


def edit_problem(session: Session, log: WorkLog, today: date) -> str | None:
    """Why the author may not change a log now; None: he may."""
    year, month = log.worked_on.year, log.worked_on.month
    member = staff_of_month(session, year, month).member(log.cadre_id)
    sheets = signed_sheets(session, year, month)
    return rules.edit_problem(
        log.worked_on,
        log.state,
        today,
        signed=member is not None and bool(sheets.get(unit_of(member))),
        settings=settings_of(session),
    )


def own_log(session: Session, cadre_id: bytes, on: date | None) -> WorkLog | None:
    """A cadre's log of a day."""
    return session.scalars(
        select(WorkLog)
        .where(WorkLog.cadre_id == cadre_id, WorkLog.worked_on == on)
        .where(WorkLog.deleted_at.is_(None))
        .order_by(WorkLog.id)
    ).first()


def _check(work: UnitOfWork, entry: LogEntry) -> None:
    problems = {}
    for name in ("worked_on", "work_kind", "summary"):
        if problem := WorkLog.field(name).problem(getattr(entry, name)):
            problems[name] = problem
    if entry.worked_on is not None and entry.worked_on > work_clock.today(work):
        problems["worked_on"] = work_clock.not_later_than_today(work, "日期")
    if not entry.sessions:
        problems["sessions"] = "请选择时段"
    if problems:
        raise InvalidInput(problems)


def _fill(log: WorkLog, entry: LogEntry) -> None:
    log.work_kind = entry.work_kind or "other"
    log.sessions = tuple(one for one in SESSIONS if one in entry.sessions)
    log.places, log.summary = entry.places, (entry.summary or "").strip() or None


def _join(work: UnitOfWork, log: WorkLog, entry: LogEntry) -> None:
    """Another piece of work on a day that has a log."""
    told = "\n".join(filter(None, (log.summary, (entry.summary or "").strip())))
    log.summary = told or None
    log.places = tuple(dict.fromkeys((*(log.places or ()), *entry.places)))
    if entry.work_kind in FIELD_KINDS:
        counted = log.work_kind in FIELD_KINDS
        before = set(log.sessions or ()) if counted else set()
        merged = before | set(entry.sessions)
        if not counted:
            log.work_kind = entry.work_kind or "other"
        if merged != set(log.sessions or ()) or not counted:
            log.changed_on = work_clock.today(work)
        log.sessions = tuple(one for one in SESSIONS if one in merged)
    elif log.work_kind not in FIELD_KINDS:
        merged = {*(log.sessions or ()), *entry.sessions}
        log.sessions = tuple(one for one in SESSIONS if one in merged)
        log.work_kind = "meeting" if entry.work_kind == "meeting" else log.work_kind


def own(work: UnitOfWork, log_id: bytes) -> WorkLog:
    """The author's own log, which may be changed now. Raises NotFound or NotAllowed."""
    log = work.session.get(WorkLog, log_id)
    if log is None or log.deleted_at is not None:
        raise NotFound("这一天的日志不在本机，可能已被删除。")
    if log.cadre_id != work.author:
        raise NotAllowed("只能改自己的工作日志。")
    _may_edit(work, log)
    return log


def _may_edit(work: UnitOfWork, log: WorkLog) -> None:
    if problem := edit_problem(work.session, log, work_clock.today(work)):
        raise NotAllowed(problem)


def visits_of(session: Session, log_id: bytes) -> Sequence[Visit]:
    """The visits that hang on a log."""
    return session.scalars(
        select(Visit).where(Visit.work_log_id == log_id, Visit.deleted_at.is_(None))
    ).all()
