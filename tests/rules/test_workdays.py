"""Working days of 2026. Source: the State Council's notice of that year's holidays."""

from datetime import date

import pytest

from township.rules.workdays import is_workday, last_workday


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ((1, 4), True),  # a Sunday that is worked
        ((2, 14), True),  # a Saturday that is worked
        ((2, 15), False),
        ((2, 23), False),  # a Monday, the last day of Spring Festival
        ((2, 24), True),
        ((4, 6), False),
        ((5, 5), False),
        ((5, 9), True),
        ((5, 16), False),  # a plain Saturday
        ((6, 19), False),
        ((9, 20), True),
        ((9, 25), False),
        ((10, 7), False),
        ((10, 8), True),
        ((10, 10), True),
        ((12, 31), True),
    ],
)
def test_days_of_2026(day: tuple[int, int], works: bool) -> None:
    assert is_workday(date(2026, *day)) is works


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 5, 15), date(2026, 5, 15)),
        (date(2026, 2, 15), date(2026, 2, 14)),
        (date(2026, 2, 22), date(2026, 2, 14)),
        (date(2026, 10, 5), date(2026, 9, 30)),
        (date(2026, 11, 15), date(2026, 11, 13)),
        (date(2026, 1, 2), date(2025, 12, 31)),  # into a year without a table
        (date(2027, 1, 3), date(2027, 1, 1)),  # weekends only: the notice is not out yet
    ],
)
def test_the_last_workday_up_to_a_day(day: date, last: date) -> None:
    assert last_workday(day) == last
