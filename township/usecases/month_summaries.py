"""月度合计: the totals of old ledgers, kept before what they were counted from goes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import MonthSummary
from township.storage.database import Database
from township.usecases.ledger import monthly_ledger

_MONTHS = range(1, 13)


def keep_summaries(
    database: Database,
    author: bytes,
    years: Collection[tuple[bytes, int]],
    today: date,
    step: Callable[[], object] = lambda: None,
) -> int:
    """Keep the totals of all months of these (zone, year) that have none; returns how many.

    The year's total in each month counts from January, so a year is kept as a whole before any
    of it goes. One changeset for a zone and year; ``step`` is called before each, and cancels by
    raising. Raises NotAllowed.
    """
    kept = 0
    for zone, year in sorted(years):
        step()
        with database.reader() as session:
            missing = [
                month
                for month in _MONTHS
                if (year, month) < (today.year, today.month)
                and month not in _months(session, zone, year)
            ]
            made = [_summary(session, zone, year, month) for month in missing]
        if made:
            with database.work(author) as work:
                for one in made:
                    work.add(one)
                work.commit()
        kept += len(made)
    return kept


def _months(session: Session, zone: bytes, year: int) -> set[int]:
    found = session.scalars(
        select(MonthSummary.month).where(
            MonthSummary.zone_id == zone,
            MonthSummary.year == year,
            MonthSummary.deleted_at.is_(None),
        )
    )
    return set(found)


def _summary(session: Session, zone: bytes, year: int, month: int) -> MonthSummary:
    totals = monthly_ledger(session, [zone], year, month).totals()
    return MonthSummary(zone_id=zone, year=year, month=month, **vars(totals))
