"""The clocks of the five conditions, as data. Source: domain §5.2 (township preset).

They remind; they do not replace the telephone in an emergency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True)
class Clock:
    """How long after the report it is to be received and responded to; None: no clock runs."""

    receive: timedelta | None
    respond: timedelta | None


CLOCKS: Mapping[str | None, Clock] = {
    "emergency": Clock(timedelta(minutes=15), timedelta(minutes=30)),
    "abnormal": Clock(timedelta(hours=4), timedelta(hours=24)),
    "normal": Clock(None, None),
}
"""By level. Normal reports go to the next village meeting."""
FEEDBACK = timedelta(days=3)
"""The reporter and those affected hear of the response within this time."""


class Step(StrEnum):
    """What is to be done next, in this order."""

    RECEIVE = "receive"
    RESPOND = "respond"
    FEED_BACK = "feed_back"
    CLOSE = "close"


STEPS: Mapping[Step, str] = {
    Step.RECEIVE: "接收",
    Step.RESPOND: "处置",
    Step.FEED_BACK: "反馈",
    Step.CLOSE: "办结",
}


@dataclass(frozen=True)
class Timeline:
    """The moments of one report; None for what has not happened."""

    level: str | None
    reported_at: datetime | None
    received_at: datetime | None
    responded_at: datetime | None
    fed_back_at: datetime | None
    closed_at: datetime | None


def next_step(line: Timeline) -> Step | None:
    """The first step that has not been taken; None when the report is closed."""
    if line.closed_at is not None:
        return None
    taken = (line.received_at, line.responded_at, line.fed_back_at)
    for step, moment in zip(Step, taken, strict=False):
        if moment is None:
            return step
    return Step.CLOSE


def due_at(line: Timeline) -> datetime | None:
    """When the next step is to be taken; None when no clock runs for it."""
    clock = CLOCKS.get(line.level, Clock(None, None))
    begin, span = {
        Step.RECEIVE: (line.reported_at, clock.receive),
        Step.RESPOND: (line.reported_at, clock.respond),
        Step.FEED_BACK: (line.responded_at, FEEDBACK),
    }.get(next_step(line) or Step.CLOSE, (None, None))
    return begin + span if begin is not None and span is not None else None


def late(line: Timeline, now: datetime) -> bool:
    """Whether the next step should have been taken before now."""
    due = due_at(line)
    return due is not None and due < now


def order_problem(line: Timeline, wanted: Step) -> str | None:
    """Why a step may not be taken now, in Chinese; None when it is the next one."""
    following = next_step(line)
    if following is wanted:
        return None
    if following is None:
        return "这条五情已经办结，不能再改动。"
    return f"现在应先{STEPS[following]}，还不能{STEPS[wanted]}。"
