"""下队考核: the lines of a sheet as a query over what was recorded once. Columns: domain §6."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from township.records import AssessmentLine, AssessmentNote, HouseholdLink, Need, SpotCheck
from township.rules import assessment as rules
from township.rules import days as day_rules
from township.rules.settings import Settings
from township.usecases.assessment_people import Member, Staff, Unit
from township.usecases.field_days import WorkDay, field_days, homes_visited
from township.usecases.paper_facts import within
from township.usecases.zones import all_zones
from township.values import CHINA

NUMBERS = (
    *("target", "counted", "late", "households", "linked", "links"),
    *("needs", "fed_back", "confirmed", "not_confirmed", "unreachable"),
)
"""The fields of a line that are numbers; halves are half days."""
_TOLD = {
    "counted": "天数",
    "late": "补录",
    "households": "入户",
    "linked": "联系户",
    "needs": "诉求",
    "fed_back": "反馈",
}
"""What of a signed line is compared. Spot checks may come after the signature."""


@dataclass(frozen=True)
class Line:
    """One cadre on a sheet, counted now or as signed; ``target`` and ``counted`` are half days."""

    cadre_id: bytes
    zone_id: bytes
    name: str
    post: str
    target: int
    counted: int
    late: int
    households: int
    linked: int
    links: int
    needs: int
    fed_back: int
    confirmed: int
    not_confirmed: int
    unreachable: int
    explained: str

    @property
    def days(self) -> str:
        """Days of those that are due: 7.5 / 8.0."""
        return f"{day_rules.day_text(self.counted)} / {day_rules.day_text(self.target)}"


@dataclass(frozen=True)
class Counted:
    """A cadre's line, and the days behind it."""

    line: Line
    days: Mapping[date, WorkDay]


def counted(
    session: Session,
    members: Sequence[Member],
    year: int,
    month: int,
    settings: Settings,
) -> list[Counted]:
    """The lines of these cadres for a month as the records are now, in their order."""
    first, last = rules.first_of(year, month), rules.last_of(year, month)
    ids = [one.id for one in members]
    days = field_days(session, {one.id: one.village for one in members}, first, last, settings)
    linked = _linked(session, ids, first.replace(month=1, day=1), last)
    raised, answered = _needs(session, ids, first, last)
    spots = _spots(session, ids, year, month)
    notes = notes_of(session, ids, year, month)
    made = []
    for one in members:
        here = days[one.id]
        results = [day.result for day in here.values()]
        line = Line(
            cadre_id=one.id,
            zone_id=one.zone_id,
            name=one.name,
            post=one.post,
            target=day_rules.target_halves(one.village, settings),
            counted=day_rules.total_halves(results),
            late=sum(result.late for result in results),
            households=len(homes(here)),
            linked=linked[one.id],
            links=settings.village_links if one.village else settings.township_links,
            needs=raised[one.id],
            fed_back=answered[one.id],
            explained=explained(notes.get(one.id)),
            **{name: spots[one.id][name] for name in NUMBERS[-3:]},
        )
        made.append(Counted(line, here))
    return made


def frozen(session: Session, sheets: Collection[bytes]) -> dict[bytes, list[Line]]:
    """The lines of signed sheets as they were signed, by sheet, each by zone and name."""
    order = {zone: at for at, (zone, _) in enumerate(all_zones(session))}
    found: dict[bytes, list[Line]] = {sheet: [] for sheet in sheets}
    rows = session.scalars(
        select(AssessmentLine).where(
            AssessmentLine.sheet_id.in_(sheets), AssessmentLine.deleted_at.is_(None)
        )
    )
    for row in rows:
        numbers = {name: getattr(row, name) or 0 for name in NUMBERS}
        found[row.sheet_id].append(
            Line(
                cadre_id=row.cadre_id,
                zone_id=row.zone_id,
                name=row.name or "",
                post=row.post or "",
                explained=row.explained or "",
                **numbers,
            )
        )
    for lines in found.values():
        lines.sort(key=lambda one: (order.get(one.zone_id, len(order)), one.name, one.cadre_id))
    return found


def changes(signed: Sequence[Line], now: Sequence[Line]) -> list[str]:
    """What of the signed numbers is different now, a line for each cadre."""
    before = {line.cadre_id: line for line in signed}
    told = []
    for line in now:
        old = before.pop(line.cadre_id, None)
        if old is None:
            told.append(f"{line.name}：签字时不在表上")
            continue
        parts = [
            f"{label} {_number(name, old)} → {_number(name, line)}"
            for name, label in _TOLD.items()
            if getattr(old, name) != getattr(line, name)
        ]
        parts += ["情况说明有改动"] if old.explained != line.explained else []
        told += [f"{line.name}：{'，'.join(parts)}"] if parts else []
    return [*told, *(f"{line.name}：已不在表上" for line in before.values())]


def lines_of(session: Session, staff: Staff, unit: Unit, month: Month) -> list[Counted]:
    """A unit's lines as the records are now."""
    return counted(session, staff.members(unit), month.year, month.month, month.settings)


@dataclass(frozen=True)
class Month:
    """A calendar month, and the settings by which it is counted."""

    year: int
    month: int
    settings: Settings


def homes(days: Mapping[date, WorkDay]) -> set[bytes]:
    """The households in which a cadre was at home with them on these days."""
    return {visit.household_id for day in days.values() for visit in day.visits if visit.at_home}


def notes_of(
    session: Session, cadres: Collection[bytes], year: int, month: int
) -> dict[bytes, AssessmentNote]:
    """The explanations of a month by cadre; of several the newest."""
    rows = session.scalars(
        select(AssessmentNote)
        .where(AssessmentNote.cadre_id.in_(cadres), AssessmentNote.deleted_at.is_(None))
        .where(AssessmentNote.year == year, AssessmentNote.month == month)
        .order_by(AssessmentNote.id)
    )
    return {row.cadre_id: row for row in rows}


def explained(note: AssessmentNote | None) -> str:
    """An explanation as it stands on paper."""
    return f"{note.shown('reason')}：{note.text}" if note else ""


def _number(name: str, line: Line) -> str:
    value = getattr(line, name)
    return day_rules.day_text(value) if name == "counted" else str(value)


def _linked(
    session: Session, cadres: Collection[bytes], first: date, last: date
) -> Mapping[bytes, int]:
    """How many of the households linked in the year were visited at home until a day."""
    seen = homes_visited(session, cadres, first, last)
    rows = session.execute(
        select(HouseholdLink.cadre_id, HouseholdLink.household_id)
        .where(HouseholdLink.cadre_id.in_(cadres), HouseholdLink.deleted_at.is_(None))
        .where(HouseholdLink.year == last.year)
        .where(within(HouseholdLink.from_on, HouseholdLink.to_on, first, last))
        .distinct()
    )
    return Counter(cadre for cadre, home in rows if home in seen[cadre])


def _needs(
    session: Session, cadres: Collection[bytes], first: date, last: date
) -> tuple[Mapping[bytes, int], Mapping[bytes, int]]:
    """Needs that each cadre wrote down in the month, and those that each fed back in it."""
    begin = datetime.combine(first, time(), CHINA)
    end = datetime.combine(last + timedelta(days=1), time(), CHINA)

    def count(who: SQLColumnExpression[bytes | None], *when: ColumnElement[bool]) -> Counter[bytes]:
        rows = session.execute(
            select(who, func.count())
            .where(who.in_(cadres), *when, Need.deleted_at.is_(None))
            .group_by(who)
        )
        return Counter({cadre: number for cadre, number in rows if cadre})

    raised = count(Need.created_by, Need.raised_on.between(first, last))
    answered = count(Need.feedback_by, Need.feedback_at >= begin, Need.feedback_at < end)
    return raised, answered


def _spots(
    session: Session, cadres: Collection[bytes], year: int, month: int
) -> Mapping[bytes, Counter[str]]:
    rows = session.execute(
        select(SpotCheck.cadre_id, SpotCheck.result, func.count())
        .where(SpotCheck.cadre_id.in_(cadres), SpotCheck.deleted_at.is_(None))
        .where(SpotCheck.year == year, SpotCheck.month == month)
        .group_by(SpotCheck.cadre_id, SpotCheck.result)
    )
    found: dict[bytes, Counter[str]] = defaultdict(Counter)
    for cadre, result, number in rows:
        found[cadre][result] = number
    return found
