"""Days of field work as recorded: logs, visits and joint visits, and how the rules judge them.

A joint visit is one visit for the household and makes a day for each cadre who has a log of that
date (domain §5.1 rule 4): a companion's log counts the visits in which the companion is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from township.records import Household, Person, Visit, WorkLog
from township.rules import days as rules
from township.rules.days import DayLog, DayResult
from township.rules.settings import PRESET, Settings
from township.usecases.zones import all_zones
from township.values import CHINA

_SESSIONS = ("am", "pm", "eve")
_FEW = 8
"""So many cadres are looked for by name in the lists of companions."""


@dataclass(frozen=True)
class VisitLine:
    """One visit in a day's list; ``household`` is head and number.

    ``own``: it hangs on this cadre's log; else the cadre came along.
    """

    id: bytes
    household: str
    session: str
    way: str
    purpose: str
    household_id: bytes
    at_home: bool
    own: bool


@dataclass(frozen=True)
class WorkDay:
    """One date with a log: what it counts and the visits of that day."""

    on: date
    sessions: str
    kind: str
    result: DayResult
    visits: tuple[VisitLine, ...]
    log_id: bytes = b""
    state: str | None = None
    note: str = ""
    """What the assessor wrote to it."""
    summary: str = ""


@dataclass(frozen=True)
class Offer:
    """A date on which others wrote down that the cadre came along, and there is no log yet."""

    on: date
    zone_id: bytes
    sessions: tuple[str, ...]
    groups: tuple[bytes, ...]
    visits: tuple[VisitLine, ...]
    at_home: bool
    by: tuple[bytes, ...]


class _Found(NamedTuple):
    """One visit, as much of it as is counted and listed."""

    id: bytes
    log_id: bytes
    household_id: bytes
    zone_id: bytes
    on: date
    session: str
    way: str
    purpose: str
    companions: tuple[bytes, ...]
    created_at: datetime | None
    entered_on: date | None
    no: str | None
    head: str | None
    group: bytes | None
    cadre: bytes


@dataclass
class _Month:
    """What is recorded of some cadres between two days."""

    logs: dict[tuple[bytes, date], list[WorkLog]] = field(default_factory=lambda: defaultdict(list))
    own: dict[bytes, list[_Found]] = field(default_factory=lambda: defaultdict(list))
    joint: dict[tuple[bytes, date], list[_Found]] = field(default_factory=lambda: defaultdict(list))


def field_days(
    session: Session,
    village: Mapping[bytes, bool],
    first: date,
    last: date,
    settings: Settings = PRESET,
) -> dict[bytes, dict[date, WorkDay]]:
    """Cadre → date → day, for each of these cadres; ``village`` says by which rule each counts."""
    month = _read(session, village.keys(), first, last)
    found: dict[bytes, dict[date, WorkDay]] = {cadre: {} for cadre in village}
    for (cadre, on), logs in month.logs.items():
        joint = month.joint.get((cadre, on), [])
        found[cadre][on] = _day(on, logs, month.own, joint, village[cadre], settings)
    return found


def offers(session: Session, cadre_id: bytes, first: date, last: date) -> list[Offer]:
    """The dates on which the cadre came along and has no log, the oldest first."""
    month = _read(session, [cadre_id], first, last)
    return [
        _offer(on, found)
        for (_, on), found in sorted(month.joint.items(), key=lambda item: item[0][1])
        if (cadre_id, on) not in month.logs
    ]


def homes_visited(
    session: Session, cadres: Collection[bytes], first: date, last: date
) -> dict[bytes, set[bytes]]:
    """Cadre → households in which the cadre was at home with them, alone or as a companion."""
    found: dict[bytes, set[bytes]] = {cadre: set() for cadre in cadres}
    own = (
        select(WorkLog.cadre_id, Visit.household_id)
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .where(WorkLog.cadre_id.in_(found), WorkLog.worked_on.between(first, last))
        .where(WorkLog.deleted_at.is_(None), Visit.deleted_at.is_(None), Visit.way == "in_home")
        .distinct()
    )
    for cadre, home in session.execute(own):
        found[cadre].add(home)
    along = select(Visit.companions, Visit.household_id).where(
        *_along(session, first, last, cadres), Visit.way == "in_home"
    )
    for companions, home in session.execute(along):
        for cadre in companions or ():
            if cadre in found:
                found[cadre].add(home)
    return found


def _read(session: Session, cadres: Collection[bytes], first: date, last: date) -> _Month:
    month = _Month()
    logs = session.scalars(
        select(WorkLog)
        .where(WorkLog.cadre_id.in_(cadres), WorkLog.worked_on.between(first, last))
        .where(WorkLog.deleted_at.is_(None))
        .order_by(WorkLog.worked_on, WorkLog.id)
    ).all()
    for log in logs:
        month.logs[log.cadre_id, log.worked_on].append(log)
    for one in _visits(session, [Visit.work_log_id.in_([log.id for log in logs])]):
        month.own[one.log_id].append(one)
    wanted = set(cadres)
    for one in _visits(session, _along(session, first, last, cadres)):
        for cadre in wanted.intersection(one.companions or ()) - {one.cadre}:
            month.joint[cadre, one.on].append(one)
    return month


def _along(
    session: Session, first: date, last: date, cadres: Collection[bytes]
) -> Sequence[ColumnElement[bool]]:
    """Visits of these days that somebody came along to; one of a few cadres, if they are few."""
    named = type_coerce(Visit.companions, String)
    few = [func.instr(named, one.hex()) > 0 for one in cadres] if len(cadres) <= _FEW else []
    return (
        or_(*few) if few else true(),
        Visit.zone_id.in_([zone for zone, _ in all_zones(session)]),
        Visit.visited_on.between(first, last),
        Visit.companions.is_not(None),
        Visit.deleted_at.is_(None),
    )


def _visits(session: Session, where: Sequence[ColumnElement[bool]]) -> list[_Found]:
    rows = session.execute(
        select(
            Visit.id,
            Visit.work_log_id,
            Visit.household_id,
            Visit.zone_id,
            Visit.visited_on,
            Visit.session,
            Visit.way,
            Visit.purpose,
            Visit.companions,
            Visit.created_at,
            Visit.entered_on,
            Household.no,
            Person.name,
            Household.group_id,
            WorkLog.cadre_id,
        )
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .outerjoin(Household, Household.id == Visit.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(*where, Visit.deleted_at.is_(None), WorkLog.deleted_at.is_(None))
        .order_by(Visit.id)
    )
    return [_Found._make(row) for row in rows]


def _day(
    on: date,
    logs: Sequence[WorkLog],
    own: Mapping[bytes, list[_Found]],
    joint: Sequence[_Found],
    village: bool,
    settings: Settings,
) -> WorkDay:
    """One date; should two logs have come to it, the one that gives more is shown."""
    judged = [
        (rules.judge(_rule_log(log, [*own.get(log.id, ()), *joint]), village, settings), at)
        for at, log in enumerate(logs)
    ]
    result, at = max(
        judged, key=lambda one: (one[0].standing is rules.Standing.COUNTED, one[0].halves)
    )
    log = logs[at]
    mine = [_line(one, own=True) for each in logs for one in own.get(each.id, ())]
    return WorkDay(
        on=on,
        sessions=log.shown("sessions"),
        kind=log.shown("work_kind"),
        result=result,
        visits=(*mine, *(_line(one, own=False) for one in joint)),
        log_id=log.id,
        state=log.state,
        note=log.assess_note or "",
        summary=log.summary or "",
    )


def _rule_log(log: WorkLog, visits: Sequence[_Found]) -> DayLog:
    home = [one for one in visits if one.way == "in_home"]
    entered, clocked = _when([log]), _when([log], clocked=True)
    if home and all(visit.created_at for visit in home):
        entered.append(min(_when(home)))
        clocked.append(min(_when(home, clocked=True)))
    if log.changed_on is not None:
        entered.append(log.changed_on)
        clocked.append(log.changed_on)
    return DayLog(
        worked_on=log.worked_on,
        sessions=log.sessions or (),
        work_kind=log.work_kind,
        state=log.state,
        home_visits=len(home),
        entered_on=max(entered, default=None),
        clocked_on=max(clocked, default=None),
        in_zone=log.zone_id is not None,
    )


def _when(entries: Sequence[WorkLog | _Found], *, clocked: bool = False) -> list[date]:
    """The days on which these were entered, or those that the laptop's clock said."""
    return [
        one.entered_on or one.created_at.astimezone(CHINA).date()
        if not clocked
        else one.created_at.astimezone(CHINA).date()
        for one in entries
        if one.created_at
    ]


def _offer(on: date, found: Sequence[_Found]) -> Offer:
    groups = dict.fromkeys(one.group for one in found if one.group)
    seen = [one for one in found if one.way != "phone"] or found
    return Offer(
        on=on,
        zone_id=found[0].zone_id,
        sessions=tuple(one for one in _SESSIONS if one in {each.session for each in seen}),
        groups=tuple(groups),
        visits=tuple(_line(one, own=False) for one in found),
        at_home=any(one.way == "in_home" for one in found),
        by=tuple(dict.fromkeys(one.cadre for one in found)),
    )


def _line(found: _Found, *, own: bool) -> VisitLine:
    return VisitLine(
        id=found.id,
        household=" ".join(filter(None, (found.head, found.no))),
        session=Visit.field("session").show(found.session),
        way=Visit.field("way").show(found.way),
        purpose=Visit.field("purpose").show(found.purpose),
        household_id=found.household_id,
        at_home=found.way == "in_home",
        own=own,
    )
