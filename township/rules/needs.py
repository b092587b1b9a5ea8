"""When a need is due, and what must have happened before it may be classified or closed.

Sources: domain §4.3 (class by two persons with reason and law; feedback before close); the
terms by class are the township's preset, in calendar days, the day of raising not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from township.rules.settings import PRESET, Settings

ANSWERED = ("fed_back", "closed")
"""States in which the resident has been answered: no term runs any more."""

NO_FEEDBACK = "还没有向群众反馈，不能办结。请先登记反馈方式和群众意见。"


def days_by_class(settings: Settings = PRESET) -> Mapping[str | None, int]:
    """Terms; a need without class is treated like A until two persons classified it."""
    relief = settings.need_relief_days
    first, explain = settings.need_days, settings.need_explain_days
    return {None: first, "A": first, "B": explain, "C": relief, "D": relief}


def default_due(raised_on: date, need_class: str | None, settings: Settings = PRESET) -> date:
    """The last day of the term. A class of a newer program has the term of A."""
    days = days_by_class(settings)
    return raised_on + timedelta(days=days.get(need_class, days[None]))


def days_left(due_on: date, today: date) -> int:
    """Days until the end of the term: 0 on its last day, negative after it."""
    return (due_on - today).days


def overdue(due_on: date, state: str | None, today: date) -> bool:
    """Whether the term ended before today and the resident has no answer."""
    return state not in ANSWERED and days_left(due_on, today) < 0


def due_soon(due_on: date, state: str | None, today: date, settings: Settings = PRESET) -> bool:
    """Whether the term ends today or within the next days."""
    return state not in ANSWERED and 0 <= days_left(due_on, today) <= settings.due_soon_days


def close_problem(fed_back: bool) -> str | None:
    """Why a need may not be closed, in Chinese; None when it may."""
    return None if fed_back else NO_FEEDBACK


def class_problems(reason: str | None, law_ref: str | None) -> dict[str, str]:
    """What a proposed class lacks, by field."""
    given = {"class_reason": (reason, "请写明分类理由"), "law_ref": (law_ref, "请写明政策法规依据")}
    return {name: text for name, (value, text) in given.items() if not (value or "").strip()}


def confirm_problem(proposed_by: bytes | None, confirmed_by: bytes) -> str | None:
    """Why this person may not confirm the class, in Chinese; None when they may."""
    if proposed_by is None:
        return "还没有人提出分类，不能确认。请先提出分类。"
    if proposed_by == confirmed_by:
        return "分类须由两人作出：提出人不能自己确认，请由另一名干部确认。"
    return None
