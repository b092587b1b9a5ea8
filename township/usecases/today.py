"""今日: what waits for one cadre today, asked of every system in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.records import Cadre, HouseholdLink
from township.storage import tables
from township.usecases import (
    days_due,
    disputes_due,
    evaluations_due,
    laptop_due,
    meetings_due,
    needs_due,
    purge_due,
    rights_due,
    settings_due,
    situations_due,
    special_due,
    tasks_due,
    visits_due,
    zones_due,
)
from township.usecases.dues import Asker, Due, Provider
from township.usecases.field_days import homes_visited
from township.usecases.needs import urgent_counts
from township.usecases.paper_facts import within
from township.usecases.township_settings import settings_of
from township.usecases.work_month import WorkMonth, work_month
from township.values import CHINA

PROVIDERS: tuple[Provider, ...] = (
    situations_due.due,
    needs_due.due,
    visits_due.due,
    special_due.due,
    disputes_due.due,
    tasks_due.due,
    days_due.due,
    meetings_due.due,
    evaluations_due.due,
    rights_due.due,
    settings_due.due,
    zones_due.due,
    purge_due.due,
    laptop_due.due,
)
"""Every system says here what waits; each in a handful of questions by index."""


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
    dues: tuple[Due, ...]
    """All that waits, the late first."""


def today(session: Session, cadre_id: bytes, now: datetime) -> Today:
    """What waits for a cadre; ``now`` needs a time zone. Links count visits at home this year."""
    on = now.astimezone(CHINA).date()
    settings = settings_of(session)
    links, visited = _links(session, cadre_id, on)
    soon = on + timedelta(days=settings.due_soon_days)
    overdue, due_soon = urgent_counts(session, cadre_id, on, soon)
    return Today(
        on=on,
        links=links,
        links_visited=visited,
        overdue=overdue,
        due_soon=due_soon,
        unsent=_unsent(session),
        month=work_month(session, cadre_id, on.year, on.month),
        dues=dues(session, cadre_id, now),
    )


def dues(session: Session, cadre_id: bytes, now: datetime) -> tuple[Due, ...]:
    """What waits for a cadre by all systems; nothing for whom this laptop does not know."""
    cadre = session.get(Cadre, cadre_id)
    if cadre is None:
        return ()
    asker = Asker(cadre, now, settings_of(session))
    found = (one for provider in PROVIDERS for one in provider(session, asker))
    return tuple(sorted(found, key=lambda one: one.order))


def _links(session: Session, cadre_id: bytes, on: date) -> tuple[int, int]:
    """Linked households, and those of them in which the cadre was this year, also along."""
    link = HouseholdLink
    linked = set(
        session.scalars(
            select(link.household_id).where(
                link.deleted_at.is_(None),
                link.cadre_id == cadre_id,
                link.year == on.year,
                within(link.from_on, link.to_on, on, on),
            )
        )
    )
    seen = homes_visited(session, [cadre_id], date(on.year, 1, 1), on)[cadre_id]
    return len(linked), len(linked & seen)


def _unsent(session: Session) -> int:
    pending = tables.changeset.c.state == "pending"
    return session.scalar(select(func.count()).select_from(tables.changeset).where(pending)) or 0
