"""今日: what waits for one cadre today, in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from township.records import Household, HouseholdLink, Person, Visit, WorkLog
from township.rules import needs as need_rules
from township.storage import tables
from township.usecases.evaluations_due import DueEvaluation
from township.usecases.evaluations_due import due as due_evaluations
from township.usecases.meeting_duties import Duty, duties
from township.usecases.needs import NeedRow, urgent_counts, urgent_needs
from township.usecases.paper_facts import within
from township.usecases.rights import RequestLine, open_requests
from township.usecases.work_month import WorkMonth, work_month
from township.values import CHINA

VISITS_AHEAD = 7
"""Planned visits are shown so many days ahead; those that are past stay until they are made."""
MISSED = 60
"""A planned visit that lies so many days back is no longer shown."""
LINES = 8
"""So many lines of each kind are shown at most."""


@dataclass(frozen=True)
class PlannedVisit:
    """A visit that was promised and not made yet."""

    household_id: bytes
    household: str
    on: date


@dataclass(frozen=True)
class Today:
    """Counts and lines for one cadre on one day in China."""

    on: date
    links: int
    links_visited: int
    overdue: int
    due_soon: int
    unsent: int
    month: WorkMonth
    needs: tuple[NeedRow, ...]
    visits: tuple[PlannedVisit, ...]
    requests: tuple[RequestLine, ...] = ()
    """All requests of residents about their data that wait for an answer."""
    evaluations: tuple[DueEvaluation, ...] = ()
    meetings: tuple[Duty, ...] = ()


def today(session: Session, cadre_id: bytes, now: datetime) -> Today:
    """What waits for a cadre; ``now`` needs a time zone. Links count visits at home this year."""
    on = now.astimezone(CHINA).date()
    soon = on + timedelta(days=need_rules.SOON)
    links, visited = _links(session, cadre_id, on)
    overdue, due_soon = urgent_counts(session, cadre_id, on, soon)
    return Today(
        on=on,
        links=links,
        links_visited=visited,
        overdue=overdue,
        due_soon=due_soon,
        unsent=_unsent(session),
        month=work_month(session, cadre_id, on.year, on.month),
        needs=urgent_needs(session, cadre_id, soon, LINES),
        visits=_planned(session, cadre_id, on),
        requests=open_requests(session, on),
        evaluations=tuple(due_evaluations(session, cadre_id, on)[:LINES]),
        meetings=duties(session, cadre_id, now)[:LINES],
    )


def _links(session: Session, cadre_id: bytes, on: date) -> tuple[int, int]:
    link = HouseholdLink
    visited = (
        select(Visit.id)
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .where(
            Visit.household_id == link.household_id,
            Visit.deleted_at.is_(None),
            Visit.way == "in_home",
            Visit.visited_on.between(date(on.year, 1, 1), on),
            WorkLog.cadre_id == cadre_id,
        )
        .exists()
    )
    home = link.household_id.distinct()
    question = select(func.count(home), func.count(home).filter(visited)).where(
        link.deleted_at.is_(None),
        link.cadre_id == cadre_id,
        link.year == on.year,
        within(link.from_on, link.to_on, on, on),
    )
    all_links, seen = session.execute(question).one()
    return all_links, seen


def _planned(session: Session, cadre_id: bytes, on: date) -> tuple[PlannedVisit, ...]:
    """The next visit that the newest visit of each household promised."""
    later = aliased(Visit)
    superseded = (
        select(later.id)
        .where(
            later.household_id == Visit.household_id,
            later.visited_on > Visit.visited_on,
            later.deleted_at.is_(None),
        )
        .exists()
    )
    first = func.min(Visit.next_visit_on)
    rows = session.execute(
        select(Visit.household_id, Household.no, Person.name, first)
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .join(Household, Household.id == Visit.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(
            Visit.deleted_at.is_(None),
            ~superseded,
            or_(WorkLog.cadre_id == cadre_id, Visit.created_by == cadre_id),
            Visit.next_visit_on.between(
                on - timedelta(days=MISSED), on + timedelta(days=VISITS_AHEAD)
            ),
        )
        .group_by(Visit.household_id)
        .order_by(first)
        .limit(LINES)
    )
    return tuple(
        PlannedVisit(home, " ".join(filter(None, (head, no))), day)
        for home, no, head, day in rows
        if day
    )


def _unsent(session: Session) -> int:
    pending = tables.changeset.c.state == "pending"
    return session.scalar(select(func.count()).select_from(tables.changeset).where(pending)) or 0
