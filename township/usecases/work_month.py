"""工作日志: one cadre's month, day by day, and the households a visit can be logged for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Cadre, Household, Person, Visit, WorkLog, ZoneStaff
from township.rules import days as rules
from township.rules.days import DayLog, DayResult
from township.rules.settings import Settings
from township.storage import search
from township.usecases.township_settings import settings_of
from township.usecases.viewers import viewer_of
from township.values import CHINA


@dataclass(frozen=True)
class VisitLine:
    """One visit in a day's list; ``household`` is head and number."""

    id: bytes
    household: str
    session: str
    way: str
    purpose: str
    talk: str


@dataclass(frozen=True)
class WorkDay:
    """One date with a log: what it counts and the visits of that day."""

    on: date
    sessions: str
    kind: str
    result: DayResult
    visits: tuple[VisitLine, ...]


@dataclass(frozen=True)
class WorkMonth:
    """One cadre's month; halves are half days."""

    village: bool
    target: int
    counted: int
    pending: int
    days: dict[date, WorkDay]


def work_month(session: Session, cadre_id: bytes, year: int, month: int) -> WorkMonth:
    """The days of a month that have a log, judged by the rules for the cadre's roles.

    A month goes by the settings with which it began.
    """
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    settings = settings_of(session, first)
    village = rules.is_village_cadre(_roles(session, cadre_id, first, last))
    logs = session.scalars(
        select(WorkLog)
        .where(WorkLog.cadre_id == cadre_id, WorkLog.worked_on.between(first, last))
        .where(WorkLog.deleted_at.is_(None))
        .order_by(WorkLog.worked_on, WorkLog.id)
    ).all()
    visits = _visits(session, [log.id for log in logs])
    by_day: dict[date, list[WorkLog]] = {}
    for log in logs:
        by_day.setdefault(log.worked_on, []).append(log)
    days = {on: _day(on, found, visits, village, settings) for on, found in by_day.items()}
    results = [day.result for day in days.values()]
    return WorkMonth(
        village=village,
        target=rules.target_halves(village, settings),
        counted=rules.total_halves(results),
        pending=rules.total_halves(results, rules.Standing.PENDING),
        days=days,
    )


def find_households(
    session: Session, query: str, limit: int = 20, *, by: bytes
) -> list[tuple[bytes, str, str]]:
    """(id, head and number, address) of households that fit a query, best first."""
    ids = search.household_ids(session, query, limit)
    named = household_names(session, ids, by=by)
    return [(one, *named[one]) for one in ids if one in named]


def household_names(
    session: Session, ids: Sequence[bytes], *, by: bytes
) -> dict[bytes, tuple[str, str]]:
    """(head and number, address) of living households, as the cadre ``by`` sees them."""
    viewer = viewer_of(session, by)
    found = session.execute(
        select(Household.id, Household.zone_id, Household.no, Household.address, Person.name)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Household.id.in_(ids), Household.deleted_at.is_(None))
    )
    return {
        one: (
            " ".join(filter(None, (viewer.name(head, zone), no))),
            (address or "") * viewer.restricted(zone),
        )
        for one, zone, no, address, head in found
    }


def companions(session: Session, cadre_id: bytes) -> list[tuple[bytes, str]]:
    """(id, name) of the cadres who may have come along: those of the same zones, by name."""
    mine = select(ZoneStaff.zone_id).where(
        ZoneStaff.cadre_id == cadre_id, ZoneStaff.deleted_at.is_(None)
    )
    found = session.execute(
        select(Cadre.id, Cadre.name)
        .join(ZoneStaff, ZoneStaff.cadre_id == Cadre.id)
        .where(ZoneStaff.zone_id.in_(mine), ZoneStaff.deleted_at.is_(None))
        .where(Cadre.id != cadre_id, Cadre.status == "active", Cadre.deleted_at.is_(None))
        .distinct()
        .order_by(Cadre.name)
    )
    return [(one, name or "") for one, name in found]


def _roles(session: Session, cadre_id: bytes, first: date, last: date) -> set[str]:
    """Roles of a cadre: the ones held by the person and those held in zones in these days."""
    cadre = session.get(Cadre, cadre_id)
    held = session.execute(
        select(ZoneStaff.role, ZoneStaff.from_on, ZoneStaff.to_on).where(
            ZoneStaff.cadre_id == cadre_id, ZoneStaff.deleted_at.is_(None)
        )
    )
    in_zones = {
        role
        for role, begin, end in held
        if (begin is None or begin <= last) and (end is None or end >= first)
    }
    return in_zones or set((cadre.roles if cadre else None) or ())


def _visits(session: Session, logs: Sequence[bytes]) -> dict[bytes, list[tuple[Visit, str]]]:
    found = session.execute(
        select(Visit, Household.no, Person.name)
        .outerjoin(Household, Household.id == Visit.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Visit.work_log_id.in_(logs), Visit.deleted_at.is_(None))
        .order_by(Visit.id)
    )
    by_log: dict[bytes, list[tuple[Visit, str]]] = {}
    for visit, no, head in found:
        household = " ".join(filter(None, (head, no)))
        by_log.setdefault(visit.work_log_id, []).append((visit, household))
    return by_log


def _day(
    on: date,
    logs: Sequence[WorkLog],
    visits: dict[bytes, list[tuple[Visit, str]]],
    village: bool,
    settings: Settings,
) -> WorkDay:
    """One date; should two logs have come to it, the one that gives more is shown."""
    judged = [
        (rules.judge(_rule_log(log, visits), village, settings), at) for at, log in enumerate(logs)
    ]
    result, at = max(
        judged, key=lambda one: (one[0].standing is rules.Standing.COUNTED, one[0].halves)
    )
    log = logs[at]
    return WorkDay(
        on=on,
        sessions=log.shown("sessions"),
        kind=log.shown("work_kind"),
        result=result,
        visits=tuple(_line(*pair) for each in logs for pair in visits.get(each.id, ())),
    )


def _rule_log(log: WorkLog, visits: dict[bytes, list[tuple[Visit, str]]]) -> DayLog:
    home = [visit for visit, _ in visits.get(log.id, ()) if visit.way == "in_home"]
    entered = [one.astimezone(CHINA).date() for one in (log.created_at,) if one]
    if home and all(visit.created_at for visit in home):
        entered.append(
            min(visit.created_at.astimezone(CHINA).date() for visit in home if visit.created_at)
        )
    return DayLog(
        worked_on=log.worked_on,
        sessions=log.sessions or (),
        work_kind=log.work_kind,
        state=log.state,
        home_visits=len(home),
        entered_on=max(entered, default=None),
        in_zone=log.zone_id is not None,
    )


def _line(visit: Visit, household: str) -> VisitLine:
    return VisitLine(
        id=visit.id,
        household=household,
        session=visit.shown("session"),
        way=visit.shown("way"),
        purpose=visit.shown("purpose"),
        talk=visit.talk or "",
    )
