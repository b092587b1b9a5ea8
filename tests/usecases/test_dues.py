"""When a matter is due, in plain words; near and far. Source: domain §5.7."""

from datetime import UTC, date, datetime, timedelta

import pytest

from township.usecases.dues import Due, Urgency, urgency, when_text

NOW = datetime(2026, 5, 20, 17, tzinfo=UTC)
"""01:00 of the 21st in China."""
TODAY = date(2026, 5, 21)


@pytest.mark.parametrize(
    ("days", "near", "told"),
    [
        (-30, Urgency.OVERDUE, "4月21日 · 超期 30 天"),
        (-1, Urgency.OVERDUE, "5月20日 · 超期 1 天"),
        (0, Urgency.SOON, "今天"),
        (1, Urgency.SOON, "明天"),
        (3, Urgency.SOON, "5月24日 · 还有 3 天"),
        (4, Urgency.COMING, "5月25日"),
        (300, Urgency.COMING, "2027年3月17日"),
    ],
)
def test_days(days: int, near: Urgency, told: str) -> None:
    """Overdue is what ended before today, soon what ends within three days."""
    on = TODAY + timedelta(days=days)
    assert urgency(on, TODAY) is near
    assert when_text(Due("诉求", "路灯", on, near, "needs"), NOW) == told


@pytest.mark.parametrize(
    ("minutes", "near", "told"),
    [
        (-15, Urgency.OVERDUE, "今天 00:45 · 超期 15 分钟"),
        (-59, Urgency.OVERDUE, "今天 00:01 · 超期 59 分钟"),
        (-60, Urgency.OVERDUE, "今天 00:00 · 超期 1 小时"),
        (30, Urgency.SOON, "今天 01:30"),
    ],
)
def test_clocks(minutes: int, near: Urgency, told: str) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert when_text(Due("五情", "塌方", TODAY, near, "situations", at=at), NOW) == told


def test_what_is_suspended_says_why() -> None:
    due = Due("纠纷", "地界", TODAY, Urgency.COMING, "disputes", suspended="法院审理中")
    assert when_text(due, NOW) == "暂停：法院审理中"
    assert when_text(Due("本机", "查看原因", None, Urgency.SOON, "sync"), NOW) == ""


def test_the_order() -> None:
    late = Due("诉求", "乙", TODAY, Urgency.OVERDUE, "needs")
    clock = Due("五情", "丙", TODAY, Urgency.SOON, "situations", at=NOW)
    day = Due("诉求", "甲", TODAY, Urgency.SOON, "needs")
    undated = Due("同步", "甲", None, Urgency.SOON, "sync")
    mixed = sorted((undated, day, clock, late), key=lambda one: one.order)
    assert mixed == [late, clock, day, undated]


def test_an_emergency_that_waits_comes_before_what_is_late_by_days() -> None:
    """Minutes weigh more than days there. Source: domain §5.2 (clocks), §5.7."""
    need = Due("诉求", "甲", TODAY - timedelta(days=30), Urgency.OVERDUE, "needs")
    abnormal = Due("五情", "乙", TODAY, Urgency.OVERDUE, "situations", at=NOW - timedelta(hours=1))
    minutes = [NOW - timedelta(minutes=one) for one in (20, 5)]
    first, second = (
        Due("五情", "丙", TODAY, Urgency.OVERDUE, "situations", at=at, alarm=True) for at in minutes
    )
    mixed = sorted((abnormal, second, need, first), key=lambda one: one.order)
    assert mixed == [first, second, need, abnormal]
