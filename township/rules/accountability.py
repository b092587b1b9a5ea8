"""问责 after a rate under the line: its terms, and who may do what about an evaluation.

Source: domain §5.4; terms are the township's preset, in calendar days and months.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from township.rules.settings import PRESET, Settings


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    at = day.year * 12 + day.month - 1 + months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def measures_due(approved_on: date, settings: Settings = PRESET) -> date:
    """The last day on which the measures are decided; the day of the result does not count."""
    return approved_on + timedelta(days=settings.accountability_days)


def again_due(decided_on: date, settings: Settings = PRESET) -> date:
    """By when there is another evaluation."""
    return months_after(decided_on, settings.again_months)


def ballots_until(approved_on: date, settings: Settings = PRESET) -> date:
    """The last day on which tellers' counts and comments are kept; totals stay."""
    return months_after(approved_on, settings.ballot_months)


def period_due(year: int, today: date, settings: Settings = PRESET) -> tuple[str, date] | None:
    """The period of this year that ends within 60 days, and its last day; None: none does."""
    ends = [("year", date(year, 12, 31))]
    if settings.evaluation_half_yearly:
        ends = [("h1", date(year, 6, 30)), ("h2", date(year, 12, 31))]
    return next((one for one in ends if 0 <= (one[1] - today).days <= _BEFORE), None)


_BEFORE = 60


def tellers_problem(
    one: bytes | None, two: bytes | None, target: bytes | None, staff: frozenset[bytes]
) -> str | None:
    """Why these two may not count, in Chinese; None when they may.

    ``staff``: who serves in the zone. Nobody handles ballots about himself or his own team.
    """
    if one is None or two is None:
        return "请选两名计票人。"
    if one == two:
        return "两名计票人须是不同的人。"
    if target in (one, two):
        return "被测评的干部不能计票。"
    if staff & {one, two}:
        return "本责任区的干部不能计本责任区的票，请选别的干部。"
    return None


def approver_problem(
    approver: bytes, tellers: tuple[bytes, bytes], target: bytes | None
) -> str | None:
    """Why this person may not approve the totals, in Chinese; None when he may."""
    if approver in tellers:
        return "计票人不能审定自己计的票，请由党政办或镇主要领导中的另一人审定。"
    return "被测评的干部不能审定自己的结果。" if approver == target else None
