"""What waits for a person, the same for every system: one line of 今日. Source: domain §5.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from sqlalchemy.orm import Session

from township.records import Cadre
from township.rules.settings import PRESET, Settings
from township.values import CHINA

SOON = PRESET.due_soon_days
"""The preset; a provider asks `Asker.urgency`, which goes by the township's own days."""


LINKED = "linked"
"""Target of 户台账: the households that are linked to this cadre."""


class Urgency(IntEnum):
    """How near a matter is; the lower the more urgent."""

    OVERDUE = 0
    SOON = 1
    COMING = 2


@dataclass(frozen=True)
class Due:
    """One matter that waits: what it is in plain words, its day, and the place where it is done.

    ``system`` is the name by which people know its system (诉求, 会议, 测评): 今日 filters by it.
    ``text`` goes without day and lateness, which `when_text` writes for every system alike.
    ``page`` is a key of the navigation and ``target`` what that page shows; ``at`` is given
    where a clock of hours or minutes runs. ``suspended`` says in Chinese why no term runs.
    ``alarm``: an emergency whose clock of minutes or hours has run out.
    """

    system: str
    text: str
    on: date | None
    urgency: Urgency
    page: str
    target: object = None
    at: datetime | None = None
    suspended: str = ""
    alarm: bool = False

    @property
    def order(self) -> tuple[bool, int, date, float, str]:
        """Emergencies that wait too long before all that is late by days; then the late, then by
        day and time, then by text."""
        clock = self.at.timestamp() if self.at else float("inf")
        return (not self.alarm, self.urgency, self.on or date.max, clock, self.text)


@dataclass(frozen=True)
class Asker:
    """Who asks, and when: ``now`` has a time zone."""

    cadre: Cadre
    now: datetime
    settings: Settings

    @property
    def today(self) -> date:
        """The day in China."""
        return self.now.astimezone(CHINA).date()

    def urgency(self, on: date) -> Urgency:
        """How near a day is, by the township's own days."""
        return urgency(on, self.today, self.settings.due_soon_days)

    @property
    def roles(self) -> frozenset[str]:
        """The roles that the person holds."""
        return frozenset(self.cadre.roles or ())


Provider = Callable[[Session, Asker], Iterator[Due]]
"""Each system has one of these; `township.usecases.today` asks them all."""


def urgency(on: date, today: date, soon: int = SOON) -> Urgency:
    """How near a day is: overdue is what ended before today."""
    if on < today:
        return Urgency.OVERDUE
    return Urgency.SOON if on <= today + timedelta(days=soon) else Urgency.COMING


def when_text(due: Due, now: datetime) -> str:
    """When it is due, in plain words: 5月20日 · 超期 3 天; empty when it has no day."""
    if due.suspended:
        return f"暂停：{due.suspended}"
    if due.on is None:
        return ""
    day = _day_text(due.on, now.astimezone(CHINA).date())
    left = (due.on - now.astimezone(CHINA).date()).days
    clock = f" {due.at.astimezone(CHINA):%H:%M}" if due.at else ""
    if due.urgency is Urgency.OVERDUE:
        over = f"{-left} 天" if left < 0 else _span(now - due.at) if due.at else ""
        return f"{day}{clock} · 超期 {over}".rstrip()
    near = due.urgency is Urgency.SOON and left > 1
    return f"{day}{clock} · 还有 {left} 天" if near else f"{day}{clock}"


def _day_text(on: date, today: date) -> str:
    near = {0: "今天", 1: "明天"}.get((on - today).days)
    if near:
        return near
    year = "" if on.year == today.year else f"{on.year}年"
    return f"{year}{on.month}月{on.day}日"


def _span(over: timedelta) -> str:
    """How long a clock of hours is over."""
    minutes = max(0, int(over.total_seconds())) // 60
    return f"{minutes // 60} 小时" if minutes >= _HOUR else f"{minutes} 分钟"


_HOUR = 60
