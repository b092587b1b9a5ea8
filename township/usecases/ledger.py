"""户台账月报 as a query: what was recorded once, household by household. Columns: domain §6."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from township.codes import SITUATION_KIND
from township.documents import (
    LedgerNeed,
    LedgerRow,
    LedgerTotals,
    MonthlyLedger,
    ZoneLedger,
)
from township.records import (
    Group,
    Household,
    HouseholdLink,
    MonthSummary,
    Need,
    Person,
    Situation,
    SpecialGroupMember,
    Visit,
)
from township.usecases.paper_facts import (
    cadre_names,
    in_zones,
    persons_of,
    special_groups_of,
    township_name,
    within,
)
from township.usecases.zones import all_zones, held_zones
from township.values import CHINA

Progress = Callable[[int, int], None]
"""Told how many of the questions are answered; cancels by raising."""

_AT_HOME = "in_home"
"""Only a visit at home counts as 入户. Source: domain §4.3."""
_BY_PHONE = "phone"

Zones = Collection[bytes] | None
Finding = tuple[bytes, date, str]
"""Household, day and text."""


@dataclass(frozen=True)
class Month:
    """A calendar month; its moments are those of China."""

    year: int
    month: int

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins, and when the next month does."""
        begin, end = self.first, self.last + timedelta(days=1)
        midnight = time(tzinfo=CHINA)
        return (
            datetime.combine(begin, midnight).astimezone(UTC),
            datetime.combine(end, midnight).astimezone(UTC),
        )


def monthly_ledger(
    session: Session,
    zone_ids: Zones,
    year: int,
    month: int,
    progress: Progress | None = None,
) -> MonthlyLedger:
    """The ledger of some zones, or of all that this laptop holds when ``zone_ids`` is None.

    A visit is counted when it was at home; talks by telephone are told, not counted. A need
    stands in the months in which it was raised and in which it was answered.
    """
    span = Month(year, month)
    questions: tuple[Callable[[Session, Zones, Month], dict[bytes, Any]], ...] = (
        _persons,
        _special_groups,
        _linked_cadres,
        _visit_counts,
        _findings,
        _needs,
    )
    answers = []
    for done, question in enumerate(questions, 1):
        answers.append(question(session, zone_ids, span))
        if progress is not None:
            progress(done, len(questions) + 1)
    chosen = _chosen(session, zone_ids)
    rows = _rows(session, zone_ids, answers)
    kept = kept_totals(session, year, month)
    zones = tuple(ZoneLedger(name, tuple(rows[zone]), kept.get(zone)) for zone, name in chosen)
    if progress is not None:
        progress(len(questions) + 1, len(questions) + 1)
    whole = len(chosen) == len(all_zones(session))
    return MonthlyLedger(township_name(session), year, month, zones, whole)


def kept_totals(session: Session, year: int, month: int) -> dict[bytes, LedgerTotals]:
    """Zone → totals of a month that were kept when old records of that year were purged.

    Should two offices have kept them, the first one counts: the second saw less.
    """
    names = [field.name for field in fields(LedgerTotals)]
    found = session.scalars(
        select(MonthSummary)
        .where(
            MonthSummary.deleted_at.is_(None),
            MonthSummary.year == year,
            MonthSummary.month == month,
        )
        .order_by(MonthSummary.id.desc())
    )
    return {
        one.zone_id: LedgerTotals(*(getattr(one, name) or 0 for name in names)) for one in found
    }


def _chosen(session: Session, zone_ids: Zones) -> tuple[tuple[bytes, str], ...]:
    if zone_ids is None:
        return held_zones(session)
    return tuple(zone for zone in all_zones(session) if zone[0] in zone_ids)


def _rows(
    session: Session, zone_ids: Zones, answers: list[dict[bytes, Any]]
) -> dict[bytes, list[LedgerRow]]:
    """What happened in each household, by zone."""
    persons, special, cadres, visits, findings, needs = answers
    rows: dict[bytes, list[LedgerRow]] = defaultdict(list)
    for home, zone, no, away, head, group in _households(session, zone_ids):
        month, year = visits.get(home, (0, 0))
        rows[zone].append(
            LedgerRow(
                household_no=no or "",
                head=head or "",
                group=group or "",
                persons=persons.get(home, 0),
                special_groups=special.get(home, ()),
                cadres=cadres.get(home, ()),
                visits_month=month,
                visits_year=year,
                findings=findings.get(home, ()),
                needs=needs.get(home, ()),
                remark="全家外出" if away else "",
            )
        )
    return rows


def _households(session: Session, zones: Zones) -> Iterable[Any]:
    return session.execute(
        select(
            Household.id, Household.zone_id, Household.no, Household.away, Person.name, Group.name
        )
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(Group, Group.id == Household.group_id)
        .where(Household.deleted_at.is_(None), in_zones(Household, zones))
        .order_by(Group.number, Household.no)
    )


def _persons(session: Session, zones: Zones, month: Month) -> dict[bytes, int]:
    return persons_of(session, month.last, in_zones(Person, zones))


def _special_groups(session: Session, zones: Zones, month: Month) -> dict[bytes, tuple[str, ...]]:
    chosen = in_zones(SpecialGroupMember, zones)
    return special_groups_of(session, month.first, month.last, chosen)


def _linked_cadres(session: Session, zones: Zones, month: Month) -> dict[bytes, tuple[str, ...]]:
    link, names = HouseholdLink, cadre_names(session)
    rows = session.execute(
        select(link.household_id, link.cadre_id).where(
            link.deleted_at.is_(None),
            link.year == month.year,
            within(link.from_on, link.to_on, month.first, month.last),
            in_zones(link, zones),
        )
    )
    found: dict[bytes, set[str]] = defaultdict(set)
    for household, cadre in rows:
        if cadre in names:
            found[household].add(names[cadre])
    return {household: tuple(sorted(cadres)) for household, cadres in found.items()}


def _visit_counts(session: Session, zones: Zones, month: Month) -> dict[bytes, tuple[int, int]]:
    """Visits at home: in the month, and from January to its end."""
    in_month = func.count().filter(Visit.visited_on >= month.first)
    counted = (
        select(Visit.household_id, in_month, func.count())
        .where(
            Visit.deleted_at.is_(None),
            Visit.way == _AT_HOME,
            Visit.visited_on.between(date(month.year, 1, 1), month.last),
            in_zones(Visit, zones),
        )
        .group_by(Visit.household_id)
    )
    return {home: (monthly, yearly) for home, monthly, yearly in session.execute(counted)}


def _findings(
    session: Session, zones: Zones, month: Month
) -> dict[bytes, tuple[tuple[date, str], ...]]:
    """Talks of visits, and five-conditions reports about a household, by day."""
    found: dict[bytes, list[tuple[date, str]]] = defaultdict(list)
    for home, day, text in (*_talks(session, zones, month), *_reports(session, zones, month)):
        found[home].append((day, text))
    return {home: tuple(sorted(items, key=itemgetter(0))) for home, items in found.items()}


def _talks(session: Session, zones: Zones, month: Month) -> Iterator[Finding]:
    rows = session.execute(
        select(Visit.household_id, Visit.visited_on, Visit.way, Visit.talk)
        .where(
            Visit.deleted_at.is_(None),
            Visit.visited_on.between(month.first, month.last),
            in_zones(Visit, zones),
        )
        .order_by(Visit.id)
    )
    for home, day, way, talk in rows:
        if talk:
            yield home, day, f"（电话）{talk}" if way == _BY_PHONE else talk


def _reports(session: Session, zones: Zones, month: Month) -> Iterator[Finding]:
    begin, end = month.moments
    report = Situation
    rows = session.execute(
        select(report.household_id, report.reported_at, report.situation_kind, report.summary)
        .where(
            report.deleted_at.is_(None),
            report.reported_at >= begin,
            report.reported_at < end,
            in_zones(report, zones),
        )
        .order_by(report.id)
    )
    for home, reported, kind, summary in rows:
        if home is not None:
            text = f"【{SITUATION_KIND.label(kind)}】{summary or ''}"
            yield home, reported.astimezone(CHINA).date(), text


def _needs(session: Session, zones: Zones, month: Month) -> dict[bytes, tuple[LedgerNeed, ...]]:
    """Needs raised in the month or answered in it, in the order in which they were raised."""
    begin, end = month.moments
    raised = Need.raised_on.between(month.first, month.last)
    answered = and_(Need.feedback_at >= begin, Need.feedback_at < end)
    rows = session.scalars(
        select(Need)
        .where(Need.deleted_at.is_(None), or_(raised, answered), in_zones(Need, zones))
        .order_by(Need.raised_on, Need.no)
    )
    found: dict[bytes, list[LedgerNeed]] = defaultdict(list)
    for need in rows:
        if need.household_id is not None:
            found[need.household_id].append(_ledger_need(need, end))
    return {home: tuple(items) for home, items in found.items()}


def _ledger_need(need: Need, end: datetime) -> LedgerNeed:
    """A need; an answer given after the end of the month does not stand in it."""
    told = need.feedback_at if need.feedback_at and need.feedback_at < end else None
    return LedgerNeed(
        text=need.text or "",
        need_class=need.need_class or "",
        measure=need.measure or "",
        result=need.shown("result"),
        feedback_on=told.astimezone(CHINA).date() if told else None,
    )
