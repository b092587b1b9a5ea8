"""镇设置 on 今日: proposals that wait for approval, and a holiday table that is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from township.rules.permissions import Act, may
from township.rules.setting_changes import Change
from township.rules.settings import DECLARED
from township.storage.township_settings import changes_in
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.township_settings import line_id

SYSTEM = "镇设置"
_PAGE = "township_settings"
_DECEMBER = 12
"""From this month on the table of the coming year is missed: the notice comes in November."""


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Proposals for the head of the township, missing holidays for the office."""
    if may(asker.roles, Act.APPROVE, "township_setting"):
        newest: dict[str, Change] = {one.name: one for one in changes_in(session.connection())}
        for name, one in newest.items():
            if one.decision is None and name in DECLARED:
                text = f"待审定：{DECLARED[name].label}"
                near = asker.urgency(one.valid_from)
                yield Due(SYSTEM, text, one.valid_from, near, _PAGE, line_id(name))
    if may(asker.roles, Act.CREATE, "township_setting"):
        yield from _holidays(asker)


def _holidays(asker: Asker) -> Iterator[Due]:
    """Source: domain §5.6, a yearly holiday table is needed."""
    this, known = asker.today.year, asker.settings.holidays
    missing = [this] if this not in known else []
    if asker.today.month >= _DECEMBER and this + 1 not in known:
        missing.append(this + 1)
    for year in missing:
        on = date(year - 1, 12, 31)
        near = Urgency.OVERDUE if on < asker.today else Urgency.SOON
        text = f"{year} 年的放假和调休还没有填，期限会算得不准"
        yield Due(SYSTEM, text, on, near, _PAGE, line_id("holidays"))
