"""Terms with holidays of 2026. Source: 民法典 art. 200–203, 信访工作条例, domain §5.6, §9.16."""

from datetime import date

import pytest

from township.rules.deadlines import Pause, after_days, after_months, after_workdays, ends, paused
from township.rules.workdays import BUILT_IN, read_years


@pytest.mark.parametrize(
    ("start", "days", "counted", "legal", "remind"),
    [
        ((3, 1), 15, (3, 16), (3, 16), (3, 16)),  # received 1 March: notice by 16 March
        ((3, 12), 60, (5, 11), (5, 11), (5, 11)),  # accepted 12 March: conclude by 11 May
        ((5, 11), 30, (6, 10), (6, 10), (6, 10)),  # the longest extension
        ((6, 5), 30, (7, 5), (7, 6), (7, 3)),  # 5 July is a Sunday: review until the 6th
        ((9, 16), 15, (10, 1), (10, 8), (9, 30)),  # National Day
        ((1, 31), 15, (2, 15), (2, 24), (2, 14)),  # Spring Festival; 14 February is worked
        ((4, 24), 15, (5, 9), (5, 9), (5, 9)),  # a Saturday that is worked
        ((5, 1), 0, (5, 1), (5, 6), (4, 30)),
    ],
)
def test_calendar_days(
    start: tuple[int, int],
    days: int,
    counted: tuple[int, int],
    legal: tuple[int, int],
    remind: tuple[int, int],
) -> None:
    """The first day is not counted; a last day that is off moves on; one is reminded before it."""
    found = after_days(date(2026, *start), days)
    assert found is not None
    expected = [date(2026, *day) for day in (counted, legal, remind)]
    assert [found.counted, found.legal, found.remind] == expected
    assert not found.overdue(found.legal) and found.overdue(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ((3, 2), 5, (3, 9)),  # Monday: the next Monday
        ((9, 30), 5, (10, 13)),  # over National Day; the 10th is worked
        ((2, 13), 1, (2, 14)),
        ((2, 14), 1, (2, 24)),
    ],
)
def test_working_days(start: tuple[int, int], days: int, last: tuple[int, int]) -> None:
    """信访工作条例 art. 23: an organ objects within five working days."""
    found = after_workdays(date(2026, *start), days)
    assert found is not None and found.counted == date(2026, *last)


@pytest.mark.parametrize(
    ("start", "months", "counted"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 15), 6, date(2027, 2, 15)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months(start: date, months: int, counted: date) -> None:
    """民法典 art. 202: the same day of the month, or the month's last."""
    assert after_months(start, months).counted == counted


def test_a_suspension_stops_the_clock() -> None:
    """Domain §5.7: court or hearing; the day on which it goes on counts again."""
    start, ten = date(2026, 3, 2), (date(2026, 3, 5), date(2026, 3, 15))
    court = Pause(*ten, "法院审理中")
    found = after_days(start, 15, pauses=[court])
    assert found is not None and found.counted == date(2026, 3, 27)
    twice = after_days(start, 15, pauses=[court, Pause(date(2026, 3, 10), date(2026, 3, 20))])
    assert twice is not None and twice.counted == date(2026, 4, 1), "days are taken out once"
    after = after_days(start, 15, pauses=[Pause(date(2026, 4, 1), None)])
    assert after is not None and after.counted == date(2026, 3, 17)
    open_ = [Pause(date(2026, 3, 5), None, "听证期间")]
    assert after_days(start, 15, pauses=open_) is None
    assert after_workdays(start, 15, pauses=open_) is None
    assert paused(open_, date(2026, 3, 4)) is None
    assert paused(open_, date(2026, 3, 5)) == "听证期间"
    assert paused([court], ten[1]) is None


def test_a_township_adds_a_year() -> None:
    years = {**BUILT_IN, **read_years("2027 放假 1.1-1.3 2.5-2.11 上班 1.30")}
    assert ends(date(2027, 2, 6)).legal == date(2027, 2, 8), "weekends only without a table"
    assert ends(date(2027, 2, 6), years).legal == date(2027, 2, 12)
    assert ends(date(2027, 1, 30), years).legal == date(2027, 1, 30)
    assert ends(date(2026, 10, 1), years).legal == date(2026, 10, 8)
