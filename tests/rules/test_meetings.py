"""Windows, reminders and carrying over. Sources: domain §5.3, §5.7, §9 scenario 11."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from township.rules import meetings as rules
from township.rules.meetings import TOWNSHIP, VILLAGE, Standing
from township.rules.settings import PRESET

A, B, C, D = (bytes([n]) * 16 for n in range(4))


@pytest.mark.parametrize(
    ("level", "day", "first", "last", "key", "label"),
    [
        (VILLAGE, (2026, 5, 1), (2026, 5, 1), (2026, 5, 15), "2026-05-H1", "2026年5月上半月"),
        (VILLAGE, (2026, 5, 15), (2026, 5, 1), (2026, 5, 15), "2026-05-H1", "2026年5月上半月"),
        (VILLAGE, (2026, 5, 16), (2026, 5, 16), (2026, 5, 31), "2026-05-H2", "2026年5月下半月"),
        (VILLAGE, (2026, 5, 31), (2026, 5, 16), (2026, 5, 31), "2026-05-H2", "2026年5月下半月"),
        (VILLAGE, (2026, 6, 1), (2026, 6, 1), (2026, 6, 15), "2026-06-H1", "2026年6月上半月"),
        (VILLAGE, (2026, 2, 28), (2026, 2, 16), (2026, 2, 28), "2026-02-H2", "2026年2月下半月"),
        (VILLAGE, (2028, 2, 29), (2028, 2, 16), (2028, 2, 29), "2028-02-H2", "2028年2月下半月"),
        (TOWNSHIP, (2028, 2, 29), (2028, 2, 1), (2028, 2, 29), "2028-02", "2028年2月"),
        (TOWNSHIP, (2026, 12, 31), (2026, 12, 1), (2026, 12, 31), "2026-12", "2026年12月"),
    ],
)
def test_windows(
    level: str,
    day: tuple[int, int, int],
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    key: str,
    label: str,
) -> None:
    window = rules.window_of(level, date(*day))
    assert (window.first, window.last) == (date(*first), date(*last))
    assert (window.key, window.label) == (key, label)


def test_windows_follow_each_other_without_a_gap() -> None:
    windows = list(rules.back_from(VILLAGE, date(2026, 3, 20), 6))
    assert [one.key for one in windows] == [
        "2026-03-H2",
        "2026-03-H1",
        "2026-02-H2",
        "2026-02-H1",
        "2026-01-H2",
        "2026-01-H1",
    ]
    for later, earlier in pairwise(windows):
        assert (later.first - earlier.last).days == 1


def test_a_township_may_split_the_month_elsewhere() -> None:
    settings = replace(PRESET, village_split_day=10, meeting_soon_days=0)
    window = rules.window_of(VILLAGE, date(2026, 5, 11), settings)
    assert window.first == date(2026, 5, 11)
    first = rules.before(window, settings)
    assert rules.standing(first, (), date(2026, 5, 7), settings) is Standing.WAITING
    assert rules.standing(first, (), date(2026, 5, 10), settings) is Standing.SOON


MAY_H1 = rules.window_of(VILLAGE, date(2026, 5, 1))
MAY = rules.window_of(TOWNSHIP, date(2026, 5, 1))
FESTIVAL = rules.window_of(VILLAGE, date(2026, 2, 1))
NOVEMBER = rules.window_of(VILLAGE, date(2026, 11, 1))
FEBRUARY = rules.window_of(VILLAGE, date(2026, 2, 16))


@pytest.mark.parametrize(
    ("window", "held", "today", "state"),
    [
        (MAY_H1, [], (5, 1), Standing.WAITING),
        (MAY_H1, [], (5, 12), Standing.WAITING),
        (MAY_H1, [], (5, 13), Standing.SOON),
        (MAY_H1, [], (5, 15), Standing.SOON),
        (MAY_H1, [], (5, 16), Standing.OVERDUE),
        (MAY_H1, [(4, 30), (5, 16)], (5, 16), Standing.OVERDUE),  # of the windows beside it
        (MAY_H1, [(5, 1)], (5, 16), Standing.HELD),
        (MAY_H1, [(5, 15)], (5, 16), Standing.HELD),
        (MAY, [], (5, 26), Standing.WAITING),
        (MAY, [], (5, 27), Standing.SOON),  # the 31st is a Sunday, the last workday the 29th
        (MAY, [], (5, 31), Standing.SOON),
        (MAY, [], (6, 1), Standing.OVERDUE),
        (FESTIVAL, [], (2, 11), Standing.WAITING),
        (FESTIVAL, [], (2, 12), Standing.SOON),  # Spring Festival begins on the 15th
        (FESTIVAL, [], (2, 15), Standing.SOON),
        (FESTIVAL, [], (2, 16), Standing.OVERDUE),
        (FEBRUARY, [], (2, 25), Standing.WAITING),
        (FEBRUARY, [], (2, 26), Standing.SOON),  # the 28th, a Saturday, is worked
        (FEBRUARY, [], (3, 1), Standing.OVERDUE),
        (NOVEMBER, [], (11, 10), Standing.WAITING),
        (NOVEMBER, [], (11, 11), Standing.SOON),  # the 15th is a Sunday
    ],
)
def test_how_a_window_stands(
    window: rules.Window, held: list[tuple[int, int]], today: tuple[int, int], state: Standing
) -> None:
    days = [date(2026, *day) for day in held]
    assert rules.standing(window, days, date(2026, *today)) is state


@pytest.mark.parametrize(
    ("held_at", "key"),
    [
        (datetime(2026, 5, 15, 15, 50, tzinfo=UTC), "2026-05-H1"),  # 23:50 in China
        (datetime(2026, 5, 15, 16, 0, tzinfo=UTC), "2026-05-H2"),  # midnight
        (datetime(2026, 5, 31, 15, 59, tzinfo=UTC), "2026-05-H2"),
        (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), "2026-06-H1"),
        (datetime(2026, 2, 28, 16, 30, tzinfo=UTC), "2026-03-H1"),
    ],
)
def test_a_meeting_counts_for_the_day_in_china_on_which_it_began(
    held_at: datetime, key: str
) -> None:
    assert rules.window_of(VILLAGE, rules.held_on(held_at)).key == key


@pytest.mark.parametrize(
    ("due", "today", "soon"),
    [
        ((5, 20), (5, 16), False),
        ((5, 20), (5, 17), True),
        ((5, 20), (5, 20), True),
        ((5, 20), (5, 21), False),
        ((10, 5), (9, 26), False),
        ((10, 5), (9, 27), True),  # reminded of before the National Day holidays
        ((10, 5), (10, 5), True),
        ((10, 5), (10, 6), False),
    ],
)
def test_when_a_resolution_is_due_soon(
    due: tuple[int, int], today: tuple[int, int], soon: bool
) -> None:
    assert rules.resolution_soon(date(2026, *due), date(2026, *today)) is soon


@pytest.mark.parametrize(
    ("over", "reached"),
    [
        (-5, ("owner",)),
        (0, ("owner",)),
        (1, ("owner", "convener")),
        (2, ("owner", "convener")),
        (3, ("owner", "convener", "leader")),
        (90, ("owner", "convener", "leader")),
    ],
)
def test_whom_an_overdue_resolution_reaches(over: int, reached: tuple[str, ...]) -> None:
    assert rules.resolution_reaches(over) == reached


def test_nobody_stands_in_two_lists_of_attendance() -> None:
    found = rules.attendance([A, B, C, A], [B], [B, C, D])
    assert found == ((A,), (B,), (C, D))


def test_who_may_sign() -> None:
    now = datetime(2026, 5, 14, tzinfo=UTC)
    assert "还没有登记召开" in (rules.sign_problem(None, A, A) or "")
    assert "主持人本人" in (rules.sign_problem(now, A, B) or "")
    assert rules.sign_problem(now, A, A) is None
