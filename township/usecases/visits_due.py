"""走访 on 今日: visits that were promised and not made yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from township.records import Household, Person, Visit, WorkLog
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due

SYSTEM = "走访"
AHEAD = 7
"""Planned visits are shown so many days ahead; those that are past stay until they are made."""
MISSED = 60
"""A planned visit that lies so many days back is no longer shown."""
MOST = 60


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """The next visit that the newest visit of each household promised."""
    if not may(asker.roles, Act.SEE, "visit"):
        return
    goes = may(asker.roles, Act.CREATE, "visit")
    later, me = aliased(Visit), asker.cadre.id
    superseded = (
        select(later.id)
        .where(
            later.household_id == Visit.household_id,
            later.visited_on > Visit.visited_on,
            later.deleted_at.is_(None),
        )
        .exists()
    )
    first, today = func.min(Visit.next_visit_on), asker.today
    rows = session.execute(
        select(Visit.household_id, Household.no, Person.name, first)
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .join(Household, Household.id == Visit.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(
            Visit.deleted_at.is_(None),
            ~superseded,
            or_(WorkLog.cadre_id == me, Visit.created_by == me),
            Visit.next_visit_on.between(
                today - timedelta(days=MISSED), today + timedelta(days=AHEAD)
            ),
        )
        .group_by(Visit.household_id)
        .order_by(first)
        .limit(MOST)
    )
    for home, no, head, on in rows:
        if on is None:
            continue
        text = "约好走访：" + " ".join(filter(None, (head, no)))
        page, target = ("worklog", ("visit", home)) if goes else ("households", home)
        yield Due(SYSTEM, text, on, asker.urgency(on), page, target)
