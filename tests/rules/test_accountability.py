"""Terms after a failed evaluation, who may count and approve, and comments that hide nobody."""

from __future__ import annotations

from datetime import date

import pytest

from township.rules import accountability as terms
from township.rules import comments
from township.rules.settings import Settings

ONE, TWO, TARGET, OTHER = (bytes([n]) * 16 for n in range(1, 5))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 5, 20), 3, date(2026, 8, 20)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),  # a leap year
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_after(day: date, months: int, later: date) -> None:
    assert terms.months_after(day, months) == later


def test_terms() -> None:
    assert terms.measures_due(date(2026, 5, 20)) == date(2026, 6, 4)
    assert terms.again_due(date(2026, 6, 4)) == date(2026, 9, 4)
    assert terms.ballots_until(date(2026, 5, 20)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("today", "half", "due"),
    [
        (date(2026, 10, 31), False, None),
        (date(2026, 11, 1), False, ("year", date(2026, 12, 31))),
        (date(2026, 12, 31), False, ("year", date(2026, 12, 31))),
        (date(2026, 5, 1), False, None),
        (date(2026, 5, 1), True, ("h1", date(2026, 6, 30))),
        (date(2026, 7, 1), True, None),
    ],
)
def test_the_next_round(today: date, half: bool, due: tuple[str, date] | None) -> None:
    settings = Settings(evaluation_half_yearly=half)
    assert terms.period_due(2026, today, settings) == due


@pytest.mark.parametrize(
    ("one", "two", "target", "staff", "told"),
    [
        (ONE, TWO, TARGET, {TARGET}, None),
        (ONE, TWO, None, {TARGET}, None),
        (ONE, ONE, TARGET, set(), "不同的人"),
        (ONE, None, TARGET, set(), "两名"),
        (ONE, TARGET, TARGET, set(), "被测评的干部"),
        (ONE, TWO, None, {TWO}, "本责任区"),
    ],
)
def test_who_may_count(
    one: bytes, two: bytes | None, target: bytes | None, staff: set[bytes], told: str | None
) -> None:
    found = terms.tellers_problem(one, two, target, frozenset(staff))
    assert found is None if told is None else told in (found or "")


def test_who_may_approve() -> None:
    assert terms.approver_problem(OTHER, (ONE, TWO), TARGET) is None
    assert "计票人不能审定" in (terms.approver_problem(ONE, (ONE, TWO), TARGET) or "")
    assert "自己的结果" in (terms.approver_problem(TARGET, (ONE, TWO), TARGET) or "")


def lines(count: int, word: str = "意见") -> str:
    return "\n".join(f"{word}{number}" for number in range(count, 0, -1))


def test_comments_have_no_order() -> None:
    assert comments.unordered("丙\n 甲 \n\n乙") == comments.unordered("乙\n甲\n丙")


@pytest.mark.parametrize(
    ("texts", "returned", "groups", "hidden"),
    [
        ({"duty": lines(5)}, 20, {"duty": 5}, 0),
        ({"duty": lines(5)}, 4, {}, 5),  # fewer than five ballots: nothing is shown
        ({"duty": lines(5)}, 5, {"duty": 5}, 0),
        ({"duty": lines(4)}, 20, {}, 4),
        ({"duty": lines(4), "style": lines(1)}, 20, {"other": 5}, 0),
        ({"duty": lines(6), "style": lines(4)}, 20, {"duty": 6}, 4),
        ({"duty": lines(6), "style": lines(3), "other": lines(2)}, 20, {"duty": 6, "other": 5}, 0),
        ({}, 20, {}, 0),
    ],
)
def test_small_groups_of_comments(
    texts: dict[str, str], returned: int, groups: dict[str, int], hidden: int
) -> None:
    found = comments.shown(texts, returned)
    assert {subject: len(some) for subject, some in found.groups} == groups
    assert found.hidden == hidden


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("请多到组里走走", False),
        ("打 12345678901 找我", True),
        ("我是 42052719900101123X", True),
        ("路修了 300 米，花了 120000 元", False),
        ("编号 1234567890123", False),
    ],
)
def test_comments_without_numbers_of_persons(text: str, bad: bool) -> None:
    assert (comments.problem(text) is not None) is bad
