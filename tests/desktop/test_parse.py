from __future__ import annotations

from datetime import date, datetime

import pytest

from desktop.initials import initials
from desktop.parse import Unreadable, distance, plain, read_date, read_moment, read_whole
from township.values import CHINA

TODAY = date(2026, 5, 6)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("20260503", date(2026, 5, 3)),
        ("２０２６０５０３", date(2026, 5, 3)),
        ("260503", date(2026, 5, 3)),
        ("2026-05-03", date(2026, 5, 3)),
        ("2026/5/3", date(2026, 5, 3)),
        ("2026.5.3", date(2026, 5, 3)),
        ("2026年5月3日", date(2026, 5, 3)),
        ("26-5-3", date(2026, 5, 3)),
        ("5-3", date(2026, 5, 3)),
        ("5/3", date(2026, 5, 3)),
        ("5月3日", date(2026, 5, 3)),
        ("12-30", date(2025, 12, 30)),
        ("0503", date(2026, 5, 3)),
        ("3", date(2026, 5, 3)),
        ("3号", date(2026, 5, 3)),
        ("今天", TODAY),
        (" 昨天 ", date(2026, 5, 5)),
        ("前天", date(2026, 5, 4)),
        ("明天", date(2026, 5, 7)),
        ("周三", TODAY),
        ("周四", date(2026, 4, 30)),
        ("星期天", date(2026, 5, 3)),
        ("2-29", date(2024, 2, 29)),
        ("6-6", date(2026, 6, 6)),
        ("6-7", date(2025, 6, 7)),
    ],
)
def test_dates_as_people_type_them(typed: str, expected: date) -> None:
    assert read_date(typed, TODAY) == expected


def test_a_date_ahead() -> None:
    assert read_date("3-1", date(2026, 11, 26), ahead=330) == date(2027, 3, 1)


@pytest.mark.parametrize(
    "typed", ["", "上个月", "2026", "13-40", "20260231", "31-31", "202605031", "5-3-1-2"]
)
def test_unreadable_dates_say_how_to_mend(typed: str) -> None:
    today = date(2026, 2, 1) if typed == "31" else TODAY
    with pytest.raises(Unreadable, match=r"日期|没有这一天"):
        read_date(typed, today)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("5-3 14:05", (2026, 5, 3, 14, 5)),
        ("今天 9:30", (2026, 5, 6, 9, 30)),
        ("昨天 21点", (2026, 5, 5, 21, 0)),
        ("14：05", (2026, 5, 6, 14, 5)),
        ("20260503 1405", (2026, 5, 3, 14, 5)),
    ],
)
def test_moments(typed: str, expected: tuple[int, int, int, int, int]) -> None:
    assert read_moment(typed, TODAY) == datetime(*expected, tzinfo=CHINA)


@pytest.mark.parametrize("typed", ["", "5-3", "25:00", "5-3 12:61"])
def test_unreadable_moments(typed: str) -> None:
    with pytest.raises(Unreadable, match="时间"):
        read_moment(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "expected"), [("3", 3), ("１２", 12), ("1,200", 1200), ("-2", -2)]
)
def test_whole_numbers(typed: str, expected: int) -> None:
    assert read_whole(typed) == expected


@pytest.mark.parametrize("typed", ["", "3.5", "三", "9999999999"])
def test_not_whole_numbers(typed: str) -> None:
    with pytest.raises(Unreadable, match="整数"):
        read_whole(typed)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(6, "今天"), (5, "昨天"), (4, "前天"), (8, "后天"), (1, "5 天前"), (31, "25 天后")],
)
def test_distance(day: int, expected: str) -> None:
    assert distance(date(2026, 5, day), TODAY) == expected


def test_plain_and_initials() -> None:
    assert plain("　１３８ＡＢＣ　") == "138ABC"
    assert initials("入户走访") == "rhzf"
    assert initials("A 合理合法") == "a hlhf"
    assert initials("䲜") == "䲜"
