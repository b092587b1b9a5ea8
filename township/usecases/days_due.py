"""What of the field days waits for a person: months to sign, consents, spot checks, logs sent back,
joint visits to confirm. Source: domain §5.1 rules 3, 4, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import WorkLog
from township.rules.assessment import Stage
from township.rules.days import is_village_cadre
from township.usecases.assessments import MINE, CadreMonth, UnitMonth, Viewed, in_use, month_of
from township.usecases.dues import Asker, Due, Urgency, urgency
from township.usecases.field_days import offers
from township.usecases.paper_facts import cadre_names

SYSTEM = "下队"
_PAGE, _OWN_PAGE = "assessment", "worklog"
_ASSESSORS = frozenset({"VS", "LL", "PGO"})
_OFFERED = 35
"""Joint visits are offered so many days back: until the month in which they lie is signed."""
_NAMED = 3
"""So many cadres are named in one line."""


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """What waits for a person, in no order."""
    yield from _returned(session, asker)
    yield from _joint(session, asker)
    if not asker.roles & _ASSESSORS:
        return
    this = asker.today.replace(day=1)
    for first in (this, this - timedelta(days=1)):
        if not in_use(session, first.year, first.month):
            continue
        view = Viewed(asker.cadre.id, first.year, first.month, asker.today)
        for unit in month_of(session, view, MINE):
            yield from _of_unit(unit, view, asker)


def _of_unit(unit: UnitMonth, view: Viewed, asker: Asker) -> Iterator[Due]:
    month = (view.year, view.month)
    closes = unit.closes
    name = f"{unit.title}{view.month}月考核表"
    if unit.may_sign and unit.stage in (Stage.TO_SIGN, Stage.OVERDUE):
        text = f"{name}：请在{closes.month}月{closes.day}日前签字"
        near = urgency(closes, asker.today, soon=31)
        yield Due(SYSTEM, text, closes, near, _PAGE, (*month, unit.id))
    if unit.may_sign and unit.stage is Stage.CHANGED:
        text = f"{name}：签字以后有改动，请核对后重新签字"
        yield Due(SYSTEM, text, None, Urgency.SOON, _PAGE, (*month, unit.id))
    for row in unit.rows:
        if row.waiting and row.assesses:
            text = f"{row.line.name}有 {len(row.waiting)} 天补录等您同意"
            yield Due(SYSTEM, text, closes, urgency(closes, asker.today), _PAGE, (*month, row.id))
    to_ask = [row for row in unit.rows if row.asks and row.to_ask]
    if to_ask:
        yield _spot_checks(unit, to_ask, month)


def _spot_checks(unit: UnitMonth, rows: list[CadreMonth], month: tuple[int, int]) -> Due:
    """One line for a unit: a drawn log is no deadline, nobody is behind with it."""
    count = sum(len(row.to_ask) for row in rows)
    named = "、".join(row.line.name for row in rows[:_NAMED]) + "等" * (len(rows) > _NAMED)
    text = f"{unit.title}{month[1]}月抽查：还有 {count} 天没问（{named}）"
    return Due(SYSTEM, text, None, Urgency.COMING, _PAGE, (*month, rows[0].id))


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
    for one in offers(session, asker.cadre.id, _since(asker.today), asker.today):
        if is_village_cadre(asker.roles) and not one.at_home:
            continue
        names = names if names is not None else cadre_names(session)
        by = "、".join(names.get(cadre, "") for cadre in one.by)
        text = f"{one.on.month}月{one.on.day}日和{by}一起走访，确认后计入您的天数"
        yield Due(SYSTEM, text, None, Urgency.SOON, _OWN_PAGE, one.on)


def _since(today: date) -> date:
    return today - timedelta(days=_OFFERED)
