"""Which cadre works in the field on which date, how long, and when it is entered."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from township.demo.staff import VILLAGE, Official, Staff
from township.demo.zones import HOUSEHOLDS

_SESSIONS = ("am", "pm", "am pm", "am pm eve", "eve")
_SESSION_WEIGHTS = (10, 9, 73, 6, 2)
_LATE = 0.05


@dataclass(frozen=True)
class FieldDay:
    """One cadre's work on one date; ``sessions`` as stored."""

    cadre: Official
    on: date
    sessions: str
    entered_on: date
    visits: int


def field_days(
    staff: Staff, random: Random, first: date, until: date, households: int
) -> Iterator[tuple[date, list[FieldDay]]]:
    """Day by day what is entered on it, from ``first`` up to but without ``until``."""
    share = min(1.0, households / HOUSEHOLDS)
    waiting: dict[date, list[FieldDay]] = {}
    day = first
    while day < until:
        if day == first or day.day == 1:
            for one in staff.officials:
                for planned in _month(one, random, day, share):
                    waiting.setdefault(planned.entered_on, []).append(planned)
        yield day, waiting.pop(day, [])
        day += timedelta(days=1)


def _month(one: Official, random: Random, first: date, share: float) -> Iterator[FieldDay]:
    """The days of a month from ``first`` on."""
    if one.place is None:
        return
    length = monthrange(first.year, first.month)[1]
    dates = [date(first.year, first.month, n) for n in range(first.day, length + 1)]
    weights = [(1.0, 0.25)[d.weekday() >= 5] for d in dates]
    wanted = round(_wanted(one, random) * len(dates) / length)
    order = sorted(range(len(dates)), key=lambda i: random.random() ** (1 / weights[i]))
    for i in sorted(order[-wanted:] if wanted else []):
        late = random.random() < _LATE
        entered = dates[i] + timedelta(days=random.randint(1, 4) if late else 0)
        sessions = random.choices(_SESSIONS, _SESSION_WEIGHTS)[0]
        yield FieldDay(one, dates[i], sessions, entered, _visits(one, random, sessions, share))


def _wanted(one: Official, random: Random) -> int:
    """Dates of field work in a month: enough for the target most of the time."""
    if one.role in VILLAGE:
        return random.choices((7, 8, 9, 10, 11), (6, 20, 40, 26, 8))[0]
    return random.choices((2, 3, 4, 5), (12, 40, 36, 12))[0]


def _visits(one: Official, random: Random, sessions: str, share: float) -> int:
    """Households on one date; in a small township there are fewer cadres and fewer visits."""
    if one.role in VILLAGE:
        full = random.randint(4, 6) if " " in sessions else random.randint(2, 4)
    else:
        full = random.randint(1, 3) if one.role in ("PO", "JO") else random.randint(2, 4)
    return max(1, round(full * min(1.0, 0.15 + share)))
