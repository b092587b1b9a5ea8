"""What of the field days waits for a person: months to sign, consents, spot checks, logs sent back,
joint visits to confirm. Source: domain §5.1 rules 3, 4, 7 and 8.

今日 asks this at every visit, so only days are read here, not whole lines of sheets; a signed
month is compared with its sheet only when something was written after the signature.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from township.records import AssessmentSheet, Visit, WorkLog
from township.rules import assessment as rules
from township.rules.assessment import Stage
from township.rules.days import is_village_cadre
from township.rules.settings import Settings
from township.usecases.assessment_people import (
    Member,
    Staff,
    Unit,
    signers,
    staff_of_day,
    staff_of_month,
)
from township.usecases.assessments import (
    MINE,
    Viewed,
    checks_of,
    drawn,
    in_use,
    month_of,
    row_id,
    signed_sheets,
    waits,
)
from township.usecases.dues import Asker, Due, Urgency, urgency
from township.usecases.field_days import WorkDay, field_days, offers
from township.usecases.paper_facts import cadre_names
from township.usecases.township_settings import settings_of_month

SYSTEM = "下队"
_PAGE, _OWN_PAGE = "assessment", "worklog"
_ASSESSORS = frozenset({"VS", "LL", "PGO"})
_OFFERED = 35
"""Joint visits are offered so many days back: until the month in which they lie is signed."""
_NAMED = 3
"""So many cadres are named in one line."""
_SOON = 31
"""A month that is over is signed soon, whatever the day."""


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """What waits for a person, in no order."""
    yield from _returned(session, asker)
    yield from _joint(session, asker)
    if not asker.roles & _ASSESSORS:
        return
    this = asker.today.replace(day=1)
    day = staff_of_day(session, asker.today)
    for first in (this, (this - timedelta(days=1)).replace(day=1)):
        if in_use(session, first.year, first.month):
            staff = staff_of_month(session, first.year, first.month)
            yield from _Month(session, asker, first, day, staff).dues()


@dataclass(frozen=True)
class _Month:
    """One month of those whom the asker assesses or asks about."""

    session: Session
    asker: Asker
    first: date
    day: Staff
    staff: Staff

    @property
    def settings(self) -> Settings:
        """By what this month is counted."""
        return settings_of_month(self.session, *self.at)

    @property
    def at(self) -> tuple[int, int]:
        return self.first.year, self.first.month

    def dues(self) -> Iterator[Due]:
        me, over = self.asker.cadre.id, rules.is_over(*self.at, self.asker.today)
        mine = [one for one in self.staff.units() if me in signers(self.day, self.staff, one)]
        mine = [one for one in mine if self.staff.members(one)]
        zones = set(self.day.serves(me, "LL")) if over else set()
        asked = {
            unit: [one for one in self.staff.members(unit) if one.zone_id in zones]
            for unit in self.staff.units()
        }
        members = {one.id: one for unit in mine for one in self.staff.members(unit)}
        members |= {one.id: one for those in asked.values() for one in those}
        village = {one.id: one.village for one in members.values()}
        last = rules.last_of(*self.at)
        days = field_days(self.session, village, self.first, last, self.settings)
        if over:
            yield from self._to_sign(mine)
        for unit in mine:
            yield from self._consents(unit, days)
        for unit, those in asked.items():
            yield from self._spot_checks(unit, those, days)

    def _to_sign(self, units: Collection[Unit]) -> Iterator[Due]:
        sheets = signed_sheets(self.session, *self.at)
        closes = rules.closes_on(*self.at, self.settings)
        for unit in units:
            name = f"{self.staff.title(unit)}{self.first.month}月考核表"
            target = (*self.at, row_id(self.at, unit))
            signed = sheets.get(unit)
            if not signed:
                text = f"{name}：请在{closes.month}月{closes.day}日前签字"
                near = urgency(closes, self.asker.today, soon=_SOON)
                yield Due(SYSTEM, text, closes, near, _PAGE, target)
            elif self._changed(unit, signed[-1]):
                text = f"{name}：签字以后有改动，请核对后重新签字"
                yield Due(SYSTEM, text, None, Urgency.SOON, _PAGE, target)

    def _changed(self, unit: Unit, sheet: AssessmentSheet) -> bool:
        """Is a signed number different now? First whether anything was written since."""
        ids = [one.id for one in self.staff.members(unit)]
        late = exists().where(Visit.work_log_id == WorkLog.id, Visit.updated_at > sheet.signed_at)
        touched = (
            select(WorkLog.id)
            .where(WorkLog.cadre_id.in_(ids))
            .where(WorkLog.worked_on.between(self.first, rules.last_of(*self.at)))
            .where(or_(WorkLog.updated_at > sheet.signed_at, late))
        )
        if self.session.scalar(touched.limit(1)) is None:
            return False
        view = Viewed(self.asker.cadre.id, *self.at, self.asker.today)
        found = month_of(self.session, view, MINE)
        return any(one.unit == unit and one.stage is Stage.CHANGED for one in found)

    def _consents(self, unit: Unit, days: Mapping[bytes, Mapping[date, WorkDay]]) -> Iterator[Due]:
        closes = rules.closes_on(*self.at, self.settings)
        for one in self.staff.members(unit):
            count = sum(map(waits, days[one.id].values()))
            if count:
                text = f"{one.name}有 {count} 天补录等您同意"
                near = self.asker.urgency(closes)
                target = (*self.at, row_id(self.at, unit, one.id))
                yield Due(SYSTEM, text, closes, near, _PAGE, target)

    def _spot_checks(
        self,
        unit: Unit,
        those: Collection[Member],
        days: Mapping[bytes, Mapping[date, WorkDay]],
    ) -> Iterator[Due]:
        """One line for a unit: a drawn log has no term, nobody is behind with it."""
        view = Viewed(self.asker.cadre.id, *self.at, self.asker.today)
        checks = checks_of(self.session, [one.id for one in those], *self.at) if those else {}
        found: dict[bytes, int] = {}
        names = []
        for one in those:
            lots = drawn(one.id, days[one.id], checks.get(one.id, {}), view, self.settings)
            left = sum(not lot.result for lot in lots)
            if left and one.id != self.asker.cadre.id:
                found[one.id] = left
                names.append(one.name)
        if found:
            named = "、".join(names[:_NAMED]) + "等" * (len(names) > _NAMED)
            title = f"{self.staff.title(unit)}{self.first.month}月抽查"
            text = f"{title}：还有 {sum(found.values())} 天没问（{named}）"
            target = (*self.at, row_id(self.at, unit, next(iter(found))))
            yield Due(SYSTEM, text, None, Urgency.COMING, _PAGE, target)


def _returned(session: Session, asker: Asker) -> Iterator[Due]:
    """Own logs that an assessor sent back."""
    rows = session.execute(
        select(WorkLog.worked_on, WorkLog.assess_note)
        .where(WorkLog.cadre_id == asker.cadre.id, WorkLog.state == "returned")
        .where(WorkLog.deleted_at.is_(None))
        .order_by(WorkLog.worked_on)
    )
    for on, note in rows:
        why = f"：{note}" if note else ""
        text = f"{on.month}月{on.day}日的工作日志被退回{why}"
        yield Due(SYSTEM, text, None, Urgency.SOON, _OWN_PAGE, on)


def _joint(session: Session, asker: Asker) -> Iterator[Due]:
    """Days on which others wrote down that this cadre came along."""
    names = None
    since = asker.today - timedelta(days=_OFFERED)
    for one in offers(session, asker.cadre.id, since, asker.today):
        if is_village_cadre(asker.roles) and not one.at_home:
            continue
        names = names if names is not None else cadre_names(session)
        by = "、".join(names.get(cadre, "") for cadre in one.by)
        text = f"{one.on.month}月{one.on.day}日和{by}一起走访，确认后计入您的天数"
        yield Due(SYSTEM, text, None, Urgency.SOON, _OWN_PAGE, one.on)
