"""Counted days, case by case, and record numbers."""

from datetime import date
from typing import Any

import pytest

from township.rules import days, numbers
from township.rules.days import DayLog, Standing

DAY = date(2026, 5, 20)
COUNTED, PENDING, NOT = Standing.COUNTED, Standing.PENDING, Standing.NOT_COUNTED
BASE: dict[str, Any] = {
    "worked_on": DAY,
    "sessions": ("am",),
    "work_kind": "household_visit",
    "state": "submitted",
    "home_visits": 1,
    "entered_on": DAY,
}


@pytest.mark.parametrize(
    ("village", "change", "standing", "halves", "late", "reason"),
    [
        (True, {}, COUNTED, 1, False, "0.5 天"),
        (True, {"sessions": ("am", "pm")}, COUNTED, 2, False, "计 1 天"),
        (True, {"sessions": ("am", "pm", "eve")}, COUNTED, 2, False, "计 1 天"),
        (True, {"sessions": ()}, NOT, 0, False, "时段"),
        (True, {"home_visits": 0}, NOT, 0, False, "没有入户"),
        (True, {"state": "draft"}, PENDING, 1, False, "草稿"),
        (True, {"state": "returned"}, NOT, 0, False, "退回"),
        (True, {"work_kind": "meeting"}, COUNTED, 1, False, "0.5 天"),
        (True, {"entered_on": date(2026, 5, 21)}, COUNTED, 1, True, "晚 1 天"),
        (True, {"entered_on": date(2026, 5, 27)}, COUNTED, 1, True, "晚 7 天"),
        (True, {"entered_on": date(2026, 5, 28)}, PENDING, 1, True, "考核人同意"),
        (True, {"entered_on": date(2026, 5, 28), "state": "counted"}, COUNTED, 1, True, "晚 8 天"),
        (True, {"entered_on": None}, COUNTED, 1, False, "0.5 天"),
        (False, {"home_visits": 0, "work_kind": "in_village"}, COUNTED, 1, False, "0.5 天"),
        (False, {"home_visits": 0, "work_kind": "emergency"}, COUNTED, 1, False, "0.5 天"),
        (False, {"work_kind": "meeting"}, NOT, 0, False, "会议"),
        (False, {"work_kind": "other"}, NOT, 0, False, "电话"),
        (False, {"in_zone": False}, NOT, 0, False, "责任区"),
        (False, {"sessions": ("pm", "eve"), "home_visits": 2}, COUNTED, 2, False, "计 1 天"),
        (True, {"sessions": ("am", "am")}, COUNTED, 1, False, "0.5 天"),
        (True, {"sessions": ("am", "eve")}, COUNTED, 2, False, "计 1 天"),
        (True, {"work_kind": "in_village"}, COUNTED, 1, False, "0.5 天"),
        (True, {"entered_on": date(2026, 5, 17)}, COUNTED, 1, False, "日期不对"),
        (True, {"entered_on": date(2026, 5, 17), "home_visits": 0}, NOT, 0, False, "日期不对"),
    ],
)
def test_a_day(
    village: bool, change: dict[str, Any], standing: Standing, halves: int, late: bool, reason: str
) -> None:
    found = days.judge(DayLog(**BASE | change), village)
    assert (found.standing, found.halves, found.late) == (standing, halves, late)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("clocked", "entered", "standing", "late", "told"),
    [
        (28, 31, PENDING, True, "晚 11 天，超过 7 天，要考核人同意才计入；录入时本机日期慢 3 天"),
        (24, 27, COUNTED, True, "补录，晚 7 天；录入时本机日期慢 3 天，按镇服务器时间计"),
        (25, 28, PENDING, True, "录入时本机日期慢 3 天"),
        (17, 20, COUNTED, False, "计 0.5 天；录入时本机日期慢 3 天"),
        (23, 20, COUNTED, False, "计 0.5 天；录入时本机日期快 3 天"),
        (28, 25, COUNTED, True, "晚 5 天；录入时本机日期快 3 天"),
        (21, 20, COUNTED, False, "录入时本机日期快 1 天"),  # some hours, over midnight
        (20, 20, COUNTED, False, ""),
    ],
)
def test_the_township_says_when_it_was_entered(
    clocked: int, entered: int, standing: Standing, late: bool, told: str
) -> None:
    """Work of 20 May. Source: domain §9 (b): the server's time counts, and the row is flagged."""
    when = {"entered_on": DAY.replace(day=entered), "clocked_on": DAY.replace(day=clocked)}
    found = days.judge(DayLog(**BASE | when), village=True)
    assert (found.standing, found.late, found.wrong_clock) == (standing, late, bool(told))
    assert told in found.reason and ("本机日期" in found.reason) == bool(told)


@pytest.mark.parametrize(
    ("worked", "entered", "standing"),
    [
        (date(2028, 2, 29), date(2028, 3, 7), COUNTED),  # seven days later
        (date(2028, 2, 29), date(2028, 3, 8), PENDING),
        (date(2026, 2, 28), date(2026, 3, 7), COUNTED),
        (date(2026, 12, 30), date(2027, 1, 6), COUNTED),
        (date(2026, 12, 30), date(2027, 1, 7), PENDING),
    ],
)
def test_seven_days_later_is_free(worked: date, entered: date, standing: Standing) -> None:
    """Also over the end of February and of the year. Source: domain §5.1 rule 3."""
    log = DayLog(**BASE | {"worked_on": worked, "entered_on": entered})
    assert days.judge(log, village=True).standing is standing


@pytest.mark.parametrize(
    ("full", "half", "phone", "days_text", "met"),
    [
        (7, 1, 1, "7.5", False),
        (7, 2, 0, "8.0", True),
        (8, 0, 3, "8.0", True),
        (0, 16, 0, "8.0", True),
        (0, 15, 0, "7.5", False),
    ],
)
def test_the_border_of_eight_days(
    full: int, half: int, phone: int, days_text: str, met: bool
) -> None:
    """7.5 days are not 8.0. Source: domain §5.1 rule 1, §9 scenario 3."""
    kinds = (
        (full, {"sessions": ("am", "pm")}),
        (half, {"sessions": ("am",)}),
        (phone, {"home_visits": 0}),
    )
    results = [
        days.judge(DayLog(**BASE | change), village=True)
        for count, change in kinds
        for _ in range(count)
    ]
    total = days.total_halves(results)
    assert days.day_text(total) == days_text
    assert (total >= days.target_halves(village=True)) is met


def test_targets_and_sums() -> None:
    assert days.day_text(days.target_halves(village=True)) == "8.0"
    assert days.day_text(days.target_halves(village=False)) == "3.0"
    results = [
        days.judge(DayLog(**BASE | {"state": state}), True) for state in ("draft", "counted")
    ]
    assert days.total_halves(results) == days.total_halves(results, PENDING) == 1
    assert days.is_village_cadre(["TC", "VS"]) and not days.is_village_cadre(["LL"])


def test_numbers_count_on_per_laptop_and_year() -> None:
    taken = ["2026-007-0012", "2026-008-0099", "2025-007-0500", "2026-007-x", "N-1"]
    assert numbers.next_counter(taken, 2026, 7) == 13
    assert numbers.next_counter([], 2026, 7) == 1
    assert numbers.number(2026, 7, 12) == "2026-007-0012"
    assert numbers.number(2026, 1234, 10_000) == "2026-1234-10000"
