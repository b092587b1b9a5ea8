"""Clocks of the five conditions. Source: domain §5.2."""

from datetime import UTC, datetime, timedelta

import pytest

from township.rules.settings import Settings
from township.rules.situations import (
    Step,
    Timeline,
    close_problem,
    due_at,
    escalations,
    late,
    next_step,
    order_problem,
    report_due,
    report_rule,
    span_text,
    told_problem,
)
from township.situation_codes import REPORT_DUTY

T = datetime(2026, 5, 3, 8, tzinfo=UTC)


def line(level: str | None, taken: int) -> Timeline:
    moments = [T + timedelta(minutes=n) if n < taken else None for n in range(4)]
    return Timeline(level, T, *moments)


@pytest.mark.parametrize(
    ("level", "taken", "step", "after"),
    [
        ("emergency", 0, Step.RECEIVE, timedelta(minutes=15)),
        ("emergency", 1, Step.RESPOND, timedelta(minutes=30)),
        ("abnormal", 0, Step.RECEIVE, timedelta(hours=4)),
        ("abnormal", 1, Step.RESPOND, timedelta(hours=24)),
        ("abnormal", 2, Step.FEED_BACK, timedelta(days=3, minutes=1)),
        ("abnormal", 3, Step.CLOSE, None),
        ("abnormal", 4, None, None),
        ("normal", 0, Step.RECEIVE, None),
        (None, 1, Step.RESPOND, None),
    ],
)
def test_clocks(level: str, taken: int, step: Step | None, after: timedelta | None) -> None:
    found = line(level, taken)
    assert next_step(found) is step
    assert due_at(found) == (None if after is None else T + after)
    if after is not None:
        assert not late(found, T + after)
        assert late(found, T + after + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("taken", "wanted", "said"),
    [
        (0, Step.RECEIVE, None),
        (0, Step.CLOSE, "先接收"),
        (1, Step.FEED_BACK, "先处置"),
        (3, Step.CLOSE, None),
        (4, Step.CLOSE, "已经办结"),
    ],
)
def test_steps_are_taken_in_order(taken: int, wanted: Step, said: str | None) -> None:
    problem = order_problem(line("normal", taken), wanted)
    assert problem is None if said is None else said in (problem or "")


NIGHT = datetime(2026, 5, 3, 15, 50, tzinfo=UTC)  # 23:50 in China
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def reported(level: str, received: timedelta | None, responded: timedelta | None) -> Timeline:
    """A report of ten to midnight."""
    taken = [None if one is None else NIGHT + one for one in (received, responded)]
    return Timeline(level, NIGHT, *taken, None, None)


@pytest.mark.parametrize(
    ("level", "received", "responded", "after", "alerted"),
    [
        # At the minute itself nobody is alerted, a second later somebody is; over midnight.
        ("emergency", None, None, 15 * MINUTE, []),
        ("emergency", None, None, 15 * MINUTE + timedelta(seconds=1), [("LL", None)]),
        ("emergency", None, None, 31 * MINUTE, [("LL", None), ("TOP", None)]),
        ("emergency", 14 * MINUTE, None, 20 * MINUTE, []),
        ("emergency", 16 * MINUTE, None, 20 * MINUTE, [("LL", 16 * MINUTE)]),
        ("emergency", 5 * MINUTE, None, 31 * MINUTE, [("TOP", None)]),
        ("emergency", 5 * MINUTE, 30 * MINUTE, 90 * MINUTE, []),
        ("emergency", 5 * MINUTE, 31 * MINUTE, 90 * MINUTE, [("TOP", 31 * MINUTE)]),
        ("abnormal", None, None, 4 * HOUR, []),
        ("abnormal", None, None, 4 * HOUR + MINUTE, [("LL", None)]),
        ("abnormal", HOUR, None, 24 * HOUR + MINUTE, [("LL", None)]),
        ("normal", None, None, 1000 * HOUR, []),
    ],
)
def test_alerts(
    level: str,
    received: timedelta | None,
    responded: timedelta | None,
    after: timedelta,
    alerted: list[tuple[str, timedelta | None]],
) -> None:
    """Domain §5.2: no receipt in 15 minutes → linked leader, no response in 30 → town's leaders."""
    found = escalations(reported(level, received, responded), NIGHT + after)
    answered = [None if one is None else NIGHT + one for _, one in alerted]
    assert [(one.role, one.answered_at) for one in found] == list(
        zip((role for role, _ in alerted), answered, strict=True)
    )


def test_a_township_sets_its_own_clocks() -> None:
    quick = Settings(emergency_receive_minutes=5, emergency_respond_minutes=10)
    line_ = reported("emergency", None, None)
    assert due_at(line_, quick) == NIGHT + 5 * MINUTE
    assert [one.role for one in escalations(line_, NIGHT + 11 * MINUTE, quick)] == ["LL", "TOP"]


def test_a_report_from_the_future_never_waits() -> None:
    """A clock that runs ahead must not put an alarm off (domain §9 b)."""
    now = NIGHT - timedelta(days=3)
    line_ = reported("emergency", None, None)
    assert late(line_, now) and [one.role for one in escalations(line_, now)] == ["LL", "TOP"]
    assert not late(line_, NIGHT - 5 * MINUTE) and not escalations(line_, NIGHT - 5 * MINUTE)


@pytest.mark.parametrize(
    ("duty", "within", "source"),
    [
        ("hazard", timedelta(0), "地质灾害防治条例第28条"),
        ("natural", HOUR, "自然灾害救助条例第17条"),
        ("accident", HOUR, "30 日内"),
        ("traffic_fire", timedelta(0), "7 日内"),
        ("violence", timedelta(0), "反家庭暴力法第14条"),
    ],
)
def test_what_the_law_wants_reported(duty: str, within: timedelta, source: str) -> None:
    """Domain §5.2, legal reporting; each code of the list has its rule."""
    assert report_due(duty, NIGHT) == NIGHT + within
    assert source in report_rule(duty)
    assert close_problem(duty, reported=False) and not close_problem(duty, reported=True)


def test_without_duty_nothing_is_asked() -> None:
    assert report_due(None, NIGHT) is None and report_rule(None) == ""
    assert close_problem(None, reported=False) is None
    assert all(report_rule(duty) for duty in REPORT_DUTY)


@pytest.mark.parametrize(
    ("told", "fine"),
    [
        ((), False),
        (("residents",), False),
        (("reporter",), False),
        (("reporter", "residents"), True),
        (("reporter", "nobody"), True),
    ],
)
def test_feedback_reaches_reporter_and_residents(told: tuple[str, ...], fine: bool) -> None:
    """Domain §4.4: fed back to reporter and residents."""
    assert (told_problem(told) is None) is fine


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=59), "0 分钟"),
        (119 * MINUTE, "119 分钟"),
        (120 * MINUTE, "2 小时"),
        (47 * HOUR, "47 小时"),
        (48 * HOUR, "2 天"),
    ],
)
def test_spans_in_words(span: timedelta, text: str) -> None:
    assert span_text(span) == text
