"""下队考核: a month as one person may see it, unit by unit, and how each unit stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import AssessmentSheet, Cadre, SpotCheck, WorkLog
from township.rules import assessment as rules
from township.rules.assessment import Stage
from township.rules.days import Standing
from township.rules.settings import Settings
from township.usecases import assessment_lines
from township.usecases.assessment_lines import Counted, Line, counted, frozen
from township.usecases.assessment_people import (
    Member,
    Staff,
    Unit,
    signers,
    staff_of_day,
    staff_of_month,
)
from township.usecases.field_days import WorkDay
from township.usecases.township_settings import settings_of_month

MINE, ALL = "mine", "all"
"""What a list shows: what the person signs or asks about, or all that he may see."""
_WHOLE = frozenset({"PGO", "TOP"})
"""Roles that see every unit."""
_COMPARED = 13
"""Months back in which signed numbers are compared with the records; older records go in time."""


@dataclass(frozen=True)
class Drawn:
    """A log that is drawn for a spot check; ``result`` is a label, empty while nobody asked."""

    log_id: bytes
    on: date
    households: tuple[bytes, ...]
    result: str = ""


@dataclass(frozen=True)
class CadreMonth:
    """One cadre's month: the line, the days behind it, and what this person may do about it."""

    id: bytes
    line: Line
    days: Mapping[date, WorkDay]
    drawn: tuple[Drawn, ...]
    assesses: bool
    asks: bool
    """Does the viewer ask households about the drawn logs?"""

    @property
    def waiting(self) -> list[WorkDay]:
        """Late days that wait for the assessor's consent."""
        return [one for one in self.days.values() if waits(one)]

    @property
    def to_ask(self) -> list[Drawn]:
        """Drawn logs that nobody has asked about."""
        return [one for one in self.drawn if not one.result]


@dataclass(frozen=True)
class UnitMonth:
    """One unit's month. ``partial``: only some of its cadres are shown to this person."""

    id: bytes
    unit: Unit
    title: str
    stage: Stage
    sheets: tuple[AssessmentSheet, ...]
    """The signed ones, the first signature first."""
    rows: tuple[CadreMonth, ...]
    changes: tuple[str, ...]
    may_sign: bool
    partial: bool
    closes: date
    """The day until which it is signed."""


@dataclass(frozen=True)
class Viewed:
    """A calendar month, who looks at it, and when."""

    cadre_id: bytes
    year: int
    month: int
    today: date


def row_id(view: tuple[int, int], unit: Unit, cadre: bytes = b"") -> bytes:
    """Names a row of the list: the same on every visit."""
    year, month = view
    words = f"{year}-{month}-{unit.part}-".encode() + (unit.zone_id or b"") + b"-" + cadre
    return sha256(words).digest()[:16]


def waits(day: WorkDay) -> bool:
    """Does a day wait for the assessor's consent? A draft waits for its author."""
    return day.result.standing is Standing.PENDING and day.state == "submitted"


def month_of(session: Session, view: Viewed, which: str) -> list[UnitMonth]:
    """The units of a month that a person sees, as they stand today."""
    month = staff_of_month(session, view.year, view.month)
    reader = _Reader(session, view, staff_of_day(session, view.today), month)
    return reader.units(which)


def in_use(session: Session, year: int, month: int) -> bool:
    """Was anybody's work written down by the end of this month? Before that nothing is signed."""
    last = rules.last_of(year, month)
    found = select(WorkLog.id).where(WorkLog.worked_on <= last, WorkLog.deleted_at.is_(None))
    return session.scalar(found.limit(1)) is not None


def signed_sheets(session: Session, year: int, month: int) -> dict[Unit, list[AssessmentSheet]]:
    """The signed sheets of a month by unit, the first signature first.

    A sheet that somebody wrote in another's name is none.
    """
    found: dict[Unit, list[AssessmentSheet]] = defaultdict(list)
    rows = session.scalars(
        select(AssessmentSheet)
        .where(AssessmentSheet.deleted_at.is_(None))
        .where(AssessmentSheet.year == year, AssessmentSheet.month == month)
        .order_by(AssessmentSheet.revision, AssessmentSheet.signed_at, AssessmentSheet.id)
    )
    for row in rows:
        if row.created_by in (None, row.signed_by):
            found[Unit(row.part, row.zone_id)].append(row)
    return found


def checks_of(
    session: Session, cadres: Collection[bytes], year: int, month: int
) -> dict[bytes, dict[bytes, SpotCheck]]:
    """Cadre → work log → what was asked about it."""
    found: dict[bytes, dict[bytes, SpotCheck]] = defaultdict(dict)
    rows = session.scalars(
        select(SpotCheck)
        .where(SpotCheck.cadre_id.in_(cadres), SpotCheck.deleted_at.is_(None))
        .where(SpotCheck.year == year, SpotCheck.month == month)
        .order_by(SpotCheck.id)
    )
    for row in rows:
        found[row.cadre_id][row.work_log_id] = row
    return found


def drawn(
    cadre_id: bytes,
    days: Mapping[date, WorkDay],
    checks: Mapping[bytes, SpotCheck],
    view: Viewed,
    settings: Settings,
) -> tuple[Drawn, ...]:
    """The logs of a month that is over that are asked about: those with a household to ask."""
    if not rules.is_over(view.year, view.month, view.today):
        return ()
    able = {
        day.log_id: day
        for day in days.values()
        if day.state in ("submitted", "counted") and any(one.at_home for one in day.visits)
    }
    checked = [log for log in checks if log in able]
    lots = rules.draw(cadre_id, view.year, view.month, able, checked, settings.spot_checks)
    return tuple(
        Drawn(
            log,
            able[log].on,
            tuple(one.household_id for one in able[log].visits if one.at_home),
            checks[log].shown("result") if log in checks else "",
        )
        for log in lots
    )


class _Reader:
    def __init__(self, session: Session, view: Viewed, day: Staff, month: Staff) -> None:
        self._session, self._view, self._day, self._month = session, view, day, month
        self._settings = settings_of_month(session, view.year, view.month)
        self._leads = set(day.serves(view.cadre_id, "LL"))
        age = (view.today.year - view.year) * 12 + view.today.month - view.month
        self._live = age <= _COMPARED

    def units(self, which: str) -> list[UnitMonth]:
        seen = self._seen(which)
        if not seen:
            return []
        members = {unit: self._members(unit, zones) for unit, zones in seen.items()}
        everybody = [one for of_unit in members.values() for one in of_unit]
        view = self._view
        sheets = signed_sheets(self._session, view.year, view.month)
        newest = [sheets[unit][-1].id for unit in members if unit in sheets]
        lines = frozen(self._session, newest)
        now = (
            counted(self._session, everybody, view.year, view.month, self._settings)
            if self._live
            else []
        )
        by_cadre = {one.line.cadre_id: one for one in now}
        checks = checks_of(self._session, list(by_cadre), view.year, view.month)
        made = []
        for unit, those in members.items():
            signed = sheets.get(unit, [])
            old = lines[signed[-1].id] if signed else []
            rows = (
                [by_cadre[one.id] for one in those]
                if self._live
                else [Counted(line, {}) for line in old if self._shown(line, seen[unit])]
            )
            made.append(self._unit(unit, rows, signed, old, checks, partial=bool(seen[unit])))
        return [one for one in made if one.rows]

    def _unit(
        self,
        unit: Unit,
        rows: Sequence[Counted],
        signed: Sequence[AssessmentSheet],
        old: Sequence[Line],
        checks: Mapping[bytes, Mapping[bytes, SpotCheck]],
        *,
        partial: bool,
    ) -> UnitMonth:
        view = self._view
        compared = bool(signed) and self._live and not partial
        told = assessment_lines.changes(old, [row.line for row in rows]) if compared else []
        return UnitMonth(
            id=row_id((view.year, view.month), unit),
            unit=unit,
            title=self._month.title(unit),
            stage=rules.stage(
                view.year,
                view.month,
                view.today,
                signed=bool(signed),
                changed=bool(told),
                settings=self._settings,
            ),
            sheets=tuple(signed),
            rows=tuple(self._cadre(unit, row, checks.get(row.line.cadre_id, {})) for row in rows),
            changes=tuple(told),
            may_sign=not partial and view.cadre_id in signers(self._day, self._month, unit),
            partial=partial,
            closes=rules.closes_on(view.year, view.month, self._settings),
        )

    def _cadre(self, unit: Unit, row: Counted, checks: Mapping[bytes, SpotCheck]) -> CadreMonth:
        view, cadre = self._view, row.line.cadre_id
        return CadreMonth(
            id=row_id((view.year, view.month), unit, cadre),
            line=row.line,
            days=row.days,
            drawn=drawn(cadre, row.days, checks, view, self._settings),
            assesses=view.cadre_id in signers(self._day, self._month, unit),
            asks=row.line.zone_id in self._leads and cadre != view.cadre_id,
        )

    def _seen(self, which: str) -> dict[Unit, set[bytes]]:
        """The units to show, and of which zones only; an empty set means the whole unit."""
        units = list(self._month.units())
        zones = self._leads | set(self._day.serves(self._view.cadre_id, "VS"))
        if which == MINE:
            me = self._view.cadre_id
            found = [one for one in units if me in signers(self._day, self._month, one)]
            asked = {one for one in units if one.zone_id in self._leads}
            shown = {one: set[bytes]() for one in units if one in found or one in asked}
            zones = self._leads
        elif self._roles() & _WHOLE:
            return {one: set() for one in units}
        else:
            shown = {one: set() for one in units if one.zone_id in zones}
        township = Unit(rules.TOWNSHIP, None)
        if zones and township not in shown:
            shown[township] = zones
        return shown

    def _roles(self) -> frozenset[str]:
        cadre = self._session.get(Cadre, self._view.cadre_id)
        return frozenset(cadre.roles or ()) if cadre else frozenset()

    def _members(self, unit: Unit, zones: Collection[bytes]) -> list[Member]:
        found = self._month.members(unit)
        return [one for one in found if not zones or one.zone_id in zones]

    def _shown(self, line: Line, zones: Collection[bytes]) -> bool:
        return not zones or line.zone_id in zones


def unit_month(session: Session, view: Viewed, unit: Unit) -> UnitMonth | None:
    """One unit's whole month; None when nobody stands on its sheet."""
    found = month_of(session, view, ALL)
    return next((one for one in found if one.unit == unit and not one.partial), None)
