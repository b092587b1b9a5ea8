"""下队考核: the rows behind the numbers of one cadre's month. Source: domain §8, 临时报表."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.records import HouseholdLink, Need
from township.rules import assessment as rules
from township.usecases.assessment_lines import homes
from township.usecases.assessments import CadreMonth, Viewed
from township.usecases.field_days import homes_visited
from township.usecases.paper_facts import within
from township.usecases.work_month import household_names
from township.values import CHINA


@dataclass(frozen=True)
class Behind:
    """What a line's numbers were counted from; households are named as the viewer sees them."""

    names: Mapping[bytes, str]
    visited: tuple[str, ...]
    not_visited: tuple[str, ...]
    """Linked households that nobody of the line was in this year."""
    needs: tuple[str, ...]


def behind(session: Session, row: CadreMonth, view: Viewed) -> Behind:
    """The households and needs of one cadre's month."""
    first, last = rules.first_of(view.year, view.month), rules.last_of(view.year, view.month)
    cadre = row.line.cadre_id
    linked = _linked(session, cadre, first, last)
    seen = homes_visited(session, [cadre], first.replace(month=1, day=1), last)[cadre]
    here = homes(row.days)
    drawn = {home for one in row.drawn for home in one.households}
    found = household_names(session, [*linked, *here, *drawn], by=view.cadre_id)
    names = {home: name for home, (name, _) in found.items()}
    return Behind(
        names=names,
        visited=tuple(sorted(names[home] for home in here if home in names)),
        not_visited=tuple(sorted(names[home] for home in linked - seen if home in names)),
        needs=tuple(_needs(session, cadre, first, last)),
    )


def _linked(session: Session, cadre: bytes, first: date, last: date) -> set[bytes]:
    return set(
        session.scalars(
            select(HouseholdLink.household_id)
            .where(HouseholdLink.cadre_id == cadre, HouseholdLink.deleted_at.is_(None))
            .where(HouseholdLink.year == last.year)
            .where(within(HouseholdLink.from_on, HouseholdLink.to_on, first, last))
        )
    )


def _needs(session: Session, cadre: bytes, first: date, last: date) -> list[str]:
    begin = datetime.combine(first, time(), CHINA)
    end = datetime.combine(last + timedelta(days=1), time(), CHINA)
    raised = (Need.created_by == cadre) & Need.raised_on.between(first, last)
    answered = (Need.feedback_by == cadre) & (Need.feedback_at >= begin) & (Need.feedback_at < end)
    rows = session.scalars(
        select(Need)
        .where(Need.deleted_at.is_(None), or_(raised, answered))
        .order_by(Need.raised_on, Need.id)
    )
    return [f"{one.no} {one.shown('topic')}（{one.shown('state')}）" for one in rows]
