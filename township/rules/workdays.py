"""Working days in China: weekends, public holidays, and weekends that are worked instead.

The tables are data of the State Council's yearly notices. A year without a table has its
weekends only, so that a reminder comes rather early than late.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

_Span = tuple[tuple[int, int], tuple[int, int]]

# 国务院办公厅关于2026年部分节假日安排的通知.
_HOLIDAYS: dict[int, tuple[_Span, ...]] = {
    2026: (
        ((1, 1), (1, 3)),
        ((2, 15), (2, 23)),
        ((4, 4), (4, 6)),
        ((5, 1), (5, 5)),
        ((6, 19), (6, 21)),
        ((9, 25), (9, 27)),
        ((10, 1), (10, 7)),
    ),
}
_WORKED: dict[int, tuple[tuple[int, int], ...]] = {
    2026: ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
}
_SATURDAY = 5


def _spread() -> Iterator[date]:
    for year, spans in _HOLIDAYS.items():
        for first, last in spans:
            begin, end = date(year, *first), date(year, *last)
            yield from (begin + timedelta(days=n) for n in range((end - begin).days + 1))


_OFF = frozenset(_spread())
_ON = frozenset(date(year, *day) for year, days in _WORKED.items() for day in days)


def is_workday(day: date) -> bool:
    """Whether offices are open on a day."""
    return day in _ON or (day.weekday() < _SATURDAY and day not in _OFF)


def last_workday(day: date) -> date:
    """The last working day up to a day: where a reminder for that day belongs.

    A term that ends on a holiday is reminded of before the holiday. Source: domain §5.6.
    """
    while not is_workday(day):
        day -= timedelta(days=1)
    return day
