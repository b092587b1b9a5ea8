"""What waits for a person, the same for every system: one line of 今日. Source: domain §5.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from sqlalchemy.orm import Session

from township.records import Cadre
from township.rules.settings import Settings
from township.values import CHINA

SOON = 3
"""So many days before its day a matter is due soon. Source: domain §5.7."""


class Urgency(IntEnum):
    """How near a matter is; the lower the more urgent."""

    OVERDUE = 0
    SOON = 1
    COMING = 2


@dataclass(frozen=True)
class Due:
    """One matter that waits: what it is in plain words, its day, and the place where it is done.

    ``page`` is a key of the navigation and ``target`` what that page shows; ``at`` is given
    where a clock of hours or minutes runs. ``suspended`` says in Chinese why no term runs.
    """

    system: str
    text: str
    on: date | None
    urgency: Urgency
    page: str
    target: object = None
    at: datetime | None = None
    suspended: str = ""

    @property
    def order(self) -> tuple[int, date, str]:
        """The late first, then by day, then by text."""
        return (self.urgency, self.on or date.max, self.text)


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
