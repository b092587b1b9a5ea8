"""The clocks of the five conditions and whom they alert: pure. Source: domain §5.2.

They remind; they do not replace the telephone in an emergency. All spans are settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from township.rules.settings import PRESET, Settings

CLOCK_MAY_ERR = timedelta(minutes=5)
"""A report from further in the future was stamped by a wrong clock."""


@dataclass(frozen=True)
class Clock:
    """How long after the report it is to be received and responded to; None: no clock runs."""

    receive: timedelta | None
    respond: timedelta | None


def clock_of(level: str | None, settings: Settings = PRESET) -> Clock:
    """The clock of a level. Normal reports go to the next village meeting."""
    if level == "emergency":
        return Clock(
            timedelta(minutes=settings.emergency_receive_minutes),
            timedelta(minutes=settings.emergency_respond_minutes),
        )
    if level == "abnormal":
        return Clock(
            timedelta(hours=settings.abnormal_receive_hours),
            timedelta(hours=settings.abnormal_respond_hours),
        )
    return Clock(None, None)


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


def due_at(line: Timeline, settings: Settings = PRESET) -> datetime | None:
    """When the next step is to be taken; None when no clock runs for it."""
    clock = clock_of(line.level, settings)
    begin, span = {
        Step.RECEIVE: (line.reported_at, clock.receive),
        Step.RESPOND: (line.reported_at, clock.respond),
        Step.FEED_BACK: (line.responded_at, timedelta(days=settings.situation_feedback_days)),
    }.get(next_step(line) or Step.CLOSE, (None, None))
    return begin + span if begin is not None and span is not None else None


def late(line: Timeline, now: datetime, settings: Settings = PRESET) -> bool:
    """Whether the next step should have been taken before now."""
    due = due_at(line, settings)
    return due is not None and (due < now or from_the_future(line, now))


def from_the_future(line: Timeline, now: datetime) -> bool:
    """Was it stamped by a clock that runs ahead? Then its clock must not wait: it is late."""
    return line.reported_at is not None and line.reported_at > now + CLOCK_MAY_ERR


def order_problem(line: Timeline, wanted: Step) -> str | None:
    """Why a step may not be taken now, in Chinese; None when it is the next one."""
    following = next_step(line)
    if following is wanted:
        return None
    if following is None:
        return "这条五情已经办结，不能再改动。"
    return f"现在应先{STEPS[following]}，还不能{STEPS[wanted]}。"


@dataclass(frozen=True)
class Escalation:
    """Somebody higher was alerted at ``at``, because ``step`` had not been taken by then.

    ``role`` is that of the linked leader or of the town's leaders; ``answered_at`` is when the
    step was taken after all, None as long as it waits.
    """

    role: str
    step: Step
    at: datetime
    answered_at: datetime | None


def escalations(line: Timeline, now: datetime, settings: Settings = PRESET) -> list[Escalation]:
    """All alerts of a report up to now, from its moments alone.

    No receipt alerts the linked leader, no response the town's leaders (emergency) or again the
    linked leader (abnormal) [P]. A report that is closed alerts nobody any more.
    """
    return list(_escalations(line, now, settings))


def _escalations(line: Timeline, now: datetime, settings: Settings) -> Iterator[Escalation]:
    clock = clock_of(line.level, settings)
    higher = "TOP" if line.level == "emergency" else "LL"
    ways = (
        (Step.RECEIVE, "LL", clock.receive, line.received_at),
        (Step.RESPOND, higher, clock.respond, line.responded_at),
    )
    for step, role, span, taken in ways:
        if span is None or line.reported_at is None:
            continue
        begin = now - span if from_the_future(line, now) else line.reported_at
        at = begin + span
        end = taken or line.closed_at
        if at < (end or now) or (end is None and from_the_future(line, now)):
            yield Escalation(role, step, at, end)


_AT_ONCE = "立即报告"


def report_due(
    duty: str | None, found_at: datetime | None, settings: Settings = PRESET
) -> datetime | None:
    """By when it has to be told to an organ outside; None when nothing has to."""
    if duty is None or found_at is None:
        return None
    within = settings.disaster_report_minutes if duty in ("natural", "accident") else 0
    return found_at + timedelta(minutes=within)


def report_rule(duty: str | None, settings: Settings = PRESET) -> str:
    """What the law asks for, in one sentence with its source; empty when it asks for nothing."""
    hour = settings.disaster_report_minutes
    return {
        "hazard": f"{_AT_ONCE}镇和县自然资源部门，不得迟报、漏报（地质灾害防治条例第28条）。",
        "natural": (
            f"{hour} 分钟内报县应急管理部门，灾情稳定前每日续报"
            "（突发事件应对法第60、61条，自然灾害救助条例第17条）。"
        ),
        "accident": (
            f"{_AT_ONCE}：单位负责人 1 小时内报县应急管理部门，30 日内伤亡变化要补报"
            "（生产安全事故报告和调查处理条例）。"
        ),
        "traffic_fire": f"{_AT_ONCE}公安交管或消防部门，7 日内伤亡变化要补报。",
        "violence": f"{_AT_ONCE}公安机关（反家庭暴力法第14条）。",
    }.get(duty or "", "")


def close_problem(duty: str | None, reported: bool) -> str | None:
    """Why a report may not be closed although all steps were taken; None when it may."""
    if duty is not None and not reported:
        return "依法要报告的还没有登记：请先点“登记依法报告”，填报告的机关、时间和接报人。"
    return None


def told_problem(told: tuple[str, ...]) -> str | None:
    """What is missing in a feedback: both the reporter and the residents hear of the response."""
    if "reporter" not in told:
        return "请先告知报送人，再登记反馈"
    if not {"residents", "nobody"} & set(told):
        return "请先告知受影响的群众；没有受影响的群众时选最后一项"
    return None


def span_text(span: timedelta) -> str:
    """A span as people say it: 12 分钟, 3 小时, 2 天."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"
