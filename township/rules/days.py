"""Which days of field work count. Source: domain §5.1 rules 1–4; halves are whole numbers.

A village cadre's day needs a visit at home, a township cadre's day work in a zone. Phone
contact makes no day. The date of the work counts; the date of entry only tells 补录.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from township.rules.settings import PRESET, Settings

VILLAGE_ROLES = frozenset({"VC", "VS"})
FIELD_KINDS = frozenset({"household_visit", "in_village", "emergency"})
"""Kinds of work that make a township cadre's day."""
FULL_DAY = 2
"""Half days that one date can give at most."""


class Standing(StrEnum):
    """Whether a day counts."""

    COUNTED = "counted"
    PENDING = "pending"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class DayLog:
    """What the rules look at of one cadre's work log of one date.

    ``entered_on`` is when that which makes the day count was entered; None when unknown,
    which is taken as in time. ``clocked_on`` is what the clock of that laptop said; the two
    differ where it is known to have been wrong.
    """

    worked_on: date
    sessions: tuple[str, ...]
    work_kind: str | None
    state: str | None
    home_visits: int
    entered_on: date | None = None
    in_zone: bool = True
    clocked_on: date | None = None


@dataclass(frozen=True)
class DayResult:
    """One day: ``halves`` is what it gives, or would give while pending; reason in Chinese."""

    standing: Standing
    halves: int
    late: bool
    reason: str
    wrong_clock: bool = False
    """The clock of the laptop was wrong: known from the township's, or it was entered before it
    was worked."""


def is_village_cadre(roles: Iterable[str]) -> bool:
    """Whether the rule for village cadres holds for somebody with these roles."""
    return not VILLAGE_ROLES.isdisjoint(roles)


def target_halves(village: bool, settings: Settings = PRESET) -> int:
    """Half days that are due in a calendar month."""
    return settings.village_halves if village else settings.township_halves


def judge(log: DayLog, village: bool, settings: Settings = PRESET) -> DayResult:
    """Whether a day counts, what it gives, and why."""
    after = (log.entered_on - log.worked_on).days if log.entered_on else 0
    standing, reason = _standing(log, village, after, settings)
    halves = 0 if standing is Standing.NOT_COUNTED else min(FULL_DAY, len(set(log.sessions)))
    if after < 0:
        reason += "；录入那台电脑的日期不对，早于工作日期，请核对"
    clock = _clock_text(log)
    return DayResult(standing, halves, after > 0, reason + clock, after < 0 or bool(clock))


def _clock_text(log: DayLog) -> str:
    """By how many days the laptop's date was wrong. Domain §9 (b): the row is flagged."""
    if log.entered_on is None or log.clocked_on is None or log.entered_on == log.clocked_on:
        return ""
    off = (log.entered_on - log.clocked_on).days
    how = "慢" if off > 0 else "快"
    return f"；录入时本机日期{how} {abs(off)} 天，按镇服务器时间计"


def _standing(log: DayLog, village: bool, after: int, settings: Settings) -> tuple[Standing, str]:
    if (missing := _missing(log, village)) is not None:
        return Standing.NOT_COUNTED, missing
    if log.state == "returned":
        return Standing.NOT_COUNTED, "已被考核人退回，改正后重新提交才计入"
    if log.state in (None, "draft"):
        return Standing.PENDING, "还是草稿，提交后计入"
    if after > settings.free_late_days and log.state != "counted":
        text = f"补录已晚 {after} 天，超过 {settings.free_late_days} 天，要考核人同意才计入"
        return Standing.PENDING, text
    return Standing.COUNTED, _counted(min(FULL_DAY, len(set(log.sessions))), after)


def total_halves(days: Iterable[DayResult], standing: Standing = Standing.COUNTED) -> int:
    """Half days of one standing."""
    return sum(day.halves for day in days if day.standing is standing)


def day_text(halves: int) -> str:
    """Half days as days: 3 → 1.5."""
    return f"{halves / 2:.1f}"


def _missing(log: DayLog, village: bool) -> str | None:
    if not log.sessions:
        return "没有选时段，不计天数"
    if village:
        return None if log.home_visits else "没有入户走访，电话和户外见面不计天数"
    if log.work_kind not in FIELD_KINDS:
        return "不是下队工作（会议、电话等），不计天数"
    return None if log.in_zone else "不在责任区内，不计天数"


def _counted(halves: int, after: int) -> str:
    text = "两个及以上时段，计 1 天" if halves == FULL_DAY else "一个时段，计 0.5 天"
    return f"{text}；补录，晚 {after} 天" if after > 0 else text
