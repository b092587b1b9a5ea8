"""入户走访: one visit with all that was raised there, saved in one piece (domain §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput
from township.records import (
    Household,
    Need,
    Record,
    Situation,
    Visit,
    WorkLog,
    new_id,
)
from township.rules import needs as need_rules
from township.rules.days import FIELD_KINDS
from township.storage.work import UnitOfWork
from township.usecases import visit_parts, work_clock
from township.usecases.disputes import DisputeEntry
from township.usecases.given_numbers import given
from township.usecases.photos import PhotoEntry, add_photos
from township.usecases.situation_clock import clocked
from township.usecases.situation_clock import now as true_now
from township.usecases.situation_routing import report_to, responsible
from township.usecases.tasks import TaskEntry
from township.usecases.township_settings import settings_of
from township.values import CHINA

_SESSIONS = ("am", "pm", "eve")
_USUAL = {"am": time(10), "pm": time(15), "eve": time(20)}
"""When something seen in a session of an earlier day is taken to have happened."""
_RANK = {None: 0, "other": 0, "meeting": 1, "in_village": 2, "household_visit": 3, "emergency": 3}
_KIND = {"in_home": "household_visit", "met_outside": "in_village"}


@dataclass(frozen=True)
class NeedEntry:
    """A need raised during a visit."""

    text: str | None
    topic: str | None


@dataclass(frozen=True)
class SituationEntry:
    """One of the five conditions seen during a visit."""

    kind: str | None
    level: str | None
    summary: str | None
    place: str | None = None


@dataclass(frozen=True)
class VisitEntry:
    """What the visit form gives. ``sessions`` are the half days spent; the first is the visit's."""

    household_id: bytes | None
    visited_on: date | None
    sessions: tuple[str, ...]
    way: str | None
    purpose: str | None
    resident_present: bool | None = True
    companions: tuple[bytes, ...] = ()
    policies_told: tuple[str, ...] = ()
    talk: str | None = None
    carry_over: str | None = None
    resident_ok: str | None = None
    next_visit_on: date | None = None
    needs: tuple[NeedEntry, ...] = ()
    situations: tuple[SituationEntry, ...] = ()
    disputes: tuple[DisputeEntry, ...] = ()
    """In each the household is one party."""
    tasks: tuple[TaskEntry, ...] = ()
    photos: tuple[PhotoEntry, ...] = ()


def log_visit(work: UnitOfWork, entry: VisitEntry) -> bytes:
    """Record a visit in the author's log of that day; returns the visit's id, uncommitted.

    Raises InvalidInput; problems of what was raised there are named ``needs.0.text`` and so on.
    """
    session = work.session
    household = _household(session, entry)
    log = _log(work, household, entry)
    visit = _visit(entry, household, log)
    visit.entered_on = work_clock.entered_on(work)
    work.add(visit)
    _add_needs(work, entry, visit)
    _add_situations(work, entry, visit, household)
    visit_parts.add_disputes(work, visit, entry.disputes)
    visit_parts.add_tasks(work, visit, entry.tasks)
    add_photos(work, visit, entry.photos)
    return visit.id


def previous_talk(session: Session, household_id: bytes) -> str:
    """What was talked about at the newest earlier visit; empty when there was none."""
    newest = (
        select(Visit.talk)
        .where(Visit.household_id == household_id, Visit.deleted_at.is_(None))
        .where(Visit.talk.is_not(None))
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
        .limit(1)
    )
    return session.scalar(newest) or ""


def _household(session: Session, entry: VisitEntry) -> Household:
    """The household of an entry without problems. Raises InvalidInput with all problems."""
    found = session.get(Household, entry.household_id) if entry.household_id else None
    problems: dict[str, str] = {}
    if found is None or found.deleted_at is not None:
        problems["household_id"] = "请选择走访的户" if found is None else "这一户已被删除"
    problems |= _problems(Visit, entry, ("visited_on", "way", "purpose", "resident_present"))
    problems |= _problems(Visit, entry, ("talk", "carry_over", "resident_ok", "policies_told"))
    if not entry.sessions:
        problems["sessions"] = "请选择时段"
    for at, need in enumerate(entry.needs):
        problems |= _problems(Need, need, ("text", "topic"), f"needs.{at}.")
    for at, seen in enumerate(entry.situations):
        where = f"situations.{at}."
        problems |= _problems(Situation, seen, ("level", "summary", "place"), where)
        if problem := Situation.field("situation_kind").problem(seen.kind):
            problems[f"{where}kind"] = problem
    problems |= visit_parts.problems(session, entry.disputes, entry.tasks, entry.visited_on)
    if problems or found is None:
        raise InvalidInput(problems)
    return found


def _problems(
    kind: type[Record], entry: object, names: Iterable[str], where: str = ""
) -> dict[str, str]:
    found = {name: kind.field(name).problem(getattr(entry, name)) for name in names}
    return {where + name: problem for name, problem in found.items() if problem}


def _log(work: UnitOfWork, household: Household, entry: VisitEntry) -> WorkLog:
    """The author's log of the day, made or brought up to date. Raises InvalidInput."""
    on = entry.visited_on
    if on is None or on > work_clock.today(work):
        raise InvalidInput({"visited_on": work_clock.not_later_than_today(work, "走访日期")})
    if entry.next_visit_on is not None and entry.next_visit_on <= on:
        raise InvalidInput({"next_visit_on": "下次走访日期要晚于这次走访"})
    log = work.session.scalars(
        select(WorkLog)
        .where(WorkLog.cadre_id == work.author, WorkLog.worked_on == on)
        .where(WorkLog.deleted_at.is_(None))
        .order_by(WorkLog.id)
    ).first()
    if log is None:
        log = WorkLog(id=new_id(), zone_id=household.zone_id, cadre_id=work.author, worked_on=on)
        log.work_kind, log.sessions, log.places = "other", (), ()
        log.entered_on = work_clock.entered_on(work)
        work.add(log)
        _extend(work.session, log, household, entry)
        return log
    before = (log.sessions, log.work_kind in FIELD_KINDS)
    _extend(work.session, log, household, entry)
    if (log.sessions, log.work_kind in FIELD_KINDS) != before:
        log.changed_on = work_clock.today(work)  # as late as this is the day
    return log


def _extend(session: Session, log: WorkLog, household: Household, entry: VisitEntry) -> None:
    """Merge sessions, places and kind of work; phone contact adds none to other work's day."""
    before = log.sessions or ()
    if entry.way == "phone":
        merged = before or entry.sessions
    else:
        earlier = () if _makes_no_day(session, log) else before
        merged = (*earlier, *entry.sessions)
        kind = _KIND.get(entry.way or "", "other")
        log.work_kind = max(log.work_kind, kind, key=lambda one: _RANK.get(one, 0))
        if household.group_id and household.group_id not in (log.places or ()):
            log.places = (*(log.places or ()), household.group_id)
    log.sessions = tuple(one for one in _SESSIONS if one in merged)
    if log.state != "counted" or set(log.sessions) != set(before):
        log.state = "submitted"


def _makes_no_day(session: Session, log: WorkLog) -> bool:
    """Whether a log's sessions came from a meeting, phone contact or other work alone."""
    if log.work_kind == "meeting":
        return True
    if log.work_kind != "other":
        return False
    of_log = (Visit.work_log_id == log.id, Visit.deleted_at.is_(None))
    ways = set(session.scalars(select(Visit.way).where(*of_log).distinct()))
    return ways <= {"phone"}


def _visit(entry: VisitEntry, household: Household, log: WorkLog) -> Visit:
    return Visit(
        id=new_id(),
        zone_id=household.zone_id,
        work_log_id=log.id,
        household_id=household.id,
        visited_on=entry.visited_on,
        session=next(one for one in _SESSIONS if one in entry.sessions),
        way=entry.way,
        companions=entry.companions,
        purpose=entry.purpose,
        policies_told=entry.policies_told,
        talk=entry.talk,
        carry_over=entry.carry_over,
        resident_present=entry.resident_present,
        resident_ok=entry.resident_ok,
        next_visit_on=entry.next_visit_on,
    )


def _add_needs(work: UnitOfWork, entry: VisitEntry, visit: Visit) -> None:
    if not entry.needs:
        return
    line = responsible(work.session, visit.zone_id, "LL", visit.visited_on)
    numbers = given(work, Need, visit.visited_on.year, len(entry.needs))
    for no, need in zip(numbers, entry.needs, strict=True):
        work.add(
            Need(
                zone_id=visit.zone_id,
                household_id=visit.household_id,
                visit_id=visit.id,
                no=no,
                raised_on=visit.visited_on,
                channel="phone" if visit.way == "phone" else "visit",
                text=need.text,
                topic=need.topic,
                owner_point=work.author,
                owner_line=line,
                due_on=need_rules.default_due(visit.visited_on, None, settings_of(work.session)),
                state="new",
            )
        )


def _add_situations(
    work: UnitOfWork, entry: VisitEntry, visit: Visit, household: Household
) -> None:
    if not entry.situations:
        return
    now, said = true_now(work), clocked(work)
    seen_at = _seen_at(visit, now)
    numbers = given(work, Situation, visit.visited_on.year, len(entry.situations))
    for no, seen in zip(numbers, entry.situations, strict=True):
        kind = seen.kind or ""
        # For 舆情 who said it is not kept, so neither is the household (domain §4.4).
        home = None if seen.kind == "opinion" else household.id
        work.add(
            Situation(
                zone_id=visit.zone_id,
                no=no,
                situation_kind=seen.kind,
                level=seen.level,
                visit_id=None if seen.kind == "opinion" else visit.id,
                household_id=home,
                happened_at=seen_at,
                found_at=seen_at,
                group_id=household.group_id,
                place=seen.place,
                summary=seen.summary,
                report_to=report_to(work.session, visit.zone_id, kind, visit.visited_on),
                reported_at=now,
                clocked_at=said,
                reported_by=work.author,
            )
        )


def _seen_at(visit: Visit, now: datetime) -> datetime:
    usual = datetime.combine(visit.visited_on, _USUAL[visit.session], CHINA)
    return now if visit.visited_on == now.astimezone(CHINA).date() else usual
