"""When a meeting is due, what counts for which window, and who is reminded of a resolution.

Sources: the township's rule (village half-monthly, township monthly, ad hoc at any time);
windows, reminders and what counts by domain §5.3, overdue resolutions by domain §5.7. Days are
days in China. The windows are whole calendar days: a meeting that begins before midnight of the
last day counts for it, however long it goes on.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from township.rules.settings import PRESET, Settings
from township.rules.workdays import last_workday
from township.values import CHINA

VILLAGE, TOWNSHIP = "village", "township"
MAIN_LEADER = {VILLAGE: "VS", TOWNSHIP: "TOP"}
"""Role of the main leader, who convenes the meetings of a level and signs their minutes."""


class Standing(StrEnum):
    """How it stands with the meeting of a window."""

    HELD = "held"
    WAITING = "waiting"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Window:
    """The days in which a level meets at least once."""

    level: str
    first: date
    last: date

    @property
    def key(self) -> str:
        """``2026-05-H1``, ``2026-05-H2`` for villages, ``2026-05`` for the township."""
        month = f"{self.first:%Y-%m}"
        return month if self.level == TOWNSHIP else f"{month}-H{1 if self.first.day == 1 else 2}"

    @property
    def label(self) -> str:
        """As people call it: 2026年5月上半月."""
        half = "" if self.level == TOWNSHIP else "上半月" if self.first.day == 1 else "下半月"
        return f"{self.first.year}年{self.first.month}月{half}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def window_of(level: str, day: date, settings: Settings = PRESET) -> Window:
    """The window in which a day lies."""
    month = day.replace(day=1)
    end = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if level == TOWNSHIP:
        return Window(level, month, end)
    split = day.replace(day=settings.village_split_day)
    if day <= split:
        return Window(level, month, split)
    return Window(level, split + timedelta(days=1), end)


def before(window: Window, settings: Settings = PRESET) -> Window:
    """The window before one."""
    return window_of(window.level, window.first - timedelta(days=1), settings)


def back_from(level: str, day: date, count: int, settings: Settings = PRESET) -> Iterator[Window]:
    """The window of a day and those before it, so many in all, the newest first."""
    window = window_of(level, day, settings)
    for _ in range(count):
        yield window
        window = before(window, settings)


def held_on(held_at: datetime) -> date:
    """The day of a meeting: the one on which it began, in China."""
    return held_at.astimezone(CHINA).date()


def soon_from(window: Window, settings: Settings = PRESET) -> date:
    """The first day on which a window without a meeting is due soon.

    Counted from the last working day, so that a window that ends in a holiday is reminded of
    before it.
    """
    day = last_workday(window.last, settings.holidays)
    return max(window.first, day - timedelta(days=settings.meeting_soon_days))


def standing(
    window: Window, held: Iterable[date], today: date, settings: Settings = PRESET
) -> Standing:
    """How a window stands; ``held`` are days of meetings, regular or ad hoc, of that level.

    Overdue begins on the day after the window.
    """
    if any(day in window for day in held):
        return Standing.HELD
    if today > window.last:
        return Standing.OVERDUE
    return Standing.SOON if today >= soon_from(window, settings) else Standing.WAITING


def days_left(due_on: date, today: date) -> int:
    """Days until a resolution's term ends: 0 on its last day, negative after it."""
    return (due_on - today).days


def resolution_soon(due_on: date, today: date, settings: Settings = PRESET) -> bool:
    """Whether an open resolution is to be reminded of: its term, or the last working day before
    it, is near, and it is not over."""
    near = last_workday(due_on, settings.holidays)
    return days_left(due_on, today) >= 0 and days_left(near, today) <= settings.due_soon_days


def resolution_reaches(days_over: int, settings: Settings = PRESET) -> tuple[str, ...]:
    """Who sees an open resolution that is over its term by so many days: owner, then the
    convener, then the linked leader."""
    reached = ["owner"]
    if days_over >= settings.line_after_days:
        reached.append("convener")
    if days_over >= settings.area_after_days:
        reached.append("leader")
    return tuple(reached)


def attendance(
    attending: Iterable[bytes], on_leave: Iterable[bytes], observing: Iterable[bytes]
) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Everybody in one list only: who is on leave or observes does not attend as a member."""
    away = tuple(dict.fromkeys(on_leave))
    guests = tuple(one for one in dict.fromkeys(observing) if one not in away)
    there = tuple(one for one in dict.fromkeys(attending) if one not in {*away, *guests})
    return there, away, guests


def sign_problem(held_at: datetime | None, convener: bytes | None, signer: bytes) -> str | None:
    """Why the minutes may not be signed by somebody, in Chinese; None when they may."""
    if held_at is None:
        return "会议还没有登记召开，不能签发纪要。请先登记开会情况。"
    if convener != signer:
        return "会议纪要由主持会议的主要负责人签发，请由主持人本人签发。"
    return None
