"""Clocks of the five conditions. Source: domain §5.2."""

from datetime import UTC, datetime, timedelta

import pytest

from township.rules.situations import Step, Timeline, due_at, late, next_step, order_problem

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
