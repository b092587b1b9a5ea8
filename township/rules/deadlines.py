"""When a term ends: calendar days, months, working days, holidays, and days that do not count.

Sources: 民法典 art. 200–203 (the first day is not counted; a month ends on the same day of the
month, or its last; a last day that is no working day moves to the next working day), applied to
petitions by analogy; domain §5.6 (the legal term moves, the reminder takes the earlier day) and
§5.7 (a suspension stops the clock).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from township.rules.workdays import Calendar, is_workday, last_workday, next_workday

_LONGEST = 4000
"""Days that are looked at: longer than any term with its suspensions."""


@dataclass(frozen=True)
class Pause:
    """Days that do not count: from ``first`` on, until ``until``, on which the clock runs again.

    ``until`` None: it still stands.
    """

    first: date
    until: date | None
    why: str = ""

    def __contains__(self, day: date) -> bool:
        return day >= self.first and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Deadline:
    """``counted`` is the last day of the term as it is counted, ``legal`` the day on which it
    ends by law, ``remind`` the last working day up to it."""

    counted: date
    legal: date
    remind: date

    def overdue(self, today: date) -> bool:
        """Whether the legal term ended before today."""
        return today > self.legal


def ends(counted: date, years: Calendar | None = None) -> Deadline:
    """The legal end of a term whose last day is this one, and the day to be reminded by."""
    return Deadline(counted, next_workday(counted, years), last_workday(counted, years))


def after_days(
    start: date, days: int, years: Calendar | None = None, pauses: Iterable[Pause] = ()
) -> Deadline | None:
    """So many calendar days after a day, which is not counted; None while the clock is stopped."""
    stops = tuple(pauses)
    last = _count(start, days, lambda day: not any(day in one for one in stops))
    return None if last is None else ends(last, years)


def after_workdays(
    start: date, days: int, years: Calendar | None = None, pauses: Iterable[Pause] = ()
) -> Deadline | None:
    """So many working days after a day, which is not counted; None while the clock is stopped."""
    stops = tuple(pauses)
    last = _count(
        start,
        days,
        lambda day: is_workday(day, years) and not any(day in one for one in stops),
    )
    return None if last is None else ends(last, years)


def after_months(start: date, months: int, years: Calendar | None = None) -> Deadline:
    """So many months after a day: the same day of the month, or the month's last."""
    at = start.month - 1 + months
    year, month = start.year + at // 12, at % 12 + 1
    return ends(date(year, month, min(start.day, monthrange(year, month)[1])), years)


def paused(pauses: Iterable[Pause], today: date) -> str | None:
    """Why the clock stands today; None when it runs."""
    return next((one.why or "已中止" for one in pauses if today in one), None)


def _count(start: date, days: int, counts: Callable[[date], bool]) -> date | None:
    day, left = start, days
    for _ in range(_LONGEST):
        if left == 0:
            return day
        day += timedelta(days=1)
        left -= counts(day)
    return None
