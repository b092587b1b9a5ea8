"""Levels of disputes, their terms, who owns them, and what must have happened before an end.

Sources: domain §5.5 (four levels of the matter, never of a person; terms are settings of the
township [P]); 人民调解法 art. 17 (no mediation where a party refuses), art. 26 (mediation that
fails is ended and the parties are told the lawful ways), art. 33 (joint application for judicial
confirmation within thirty days of the agreement). The day on which a term begins is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from township.rules.settings import PRESET, Settings

LEVELS = ("blue", "yellow", "orange", "red")
"""From the lowest to the highest."""
OWNER_ROLE = {"yellow": "VS", "orange": "LL", "red": "TOP"}
"""Whose a dispute of a level is; a blue one is its mediators'."""
CRITERIA = {
    "blue": "双方口头争执，未激化",
    "yellow": "反复发生，或 5 人以上，或涉及钱款、土地",
    "orange": "有威胁言行，或 10 人以上，或已超期一次，或跨村",
    "red": "可能出现暴力或自伤，或 30 人以上，或堵路堵门",
}
"""What makes a matter one of a level, in the words of the township's table."""
CONFIRM_DAYS = 30
"""Days for the joint application for judicial confirmation. 人民调解法 art. 33: not a setting."""
REMEDIES = "可依法申请仲裁、请求行政处理，或向人民法院起诉。"
"""What the parties are told when mediation ends. 人民调解法 art. 26."""


@dataclass(frozen=True)
class Course:
    """What the clock looks at; ``stopped_on``: an agreement, or the end, stops it."""

    level: str
    since: date
    due_on: date | None = None
    stopped_on: date | None = None


@dataclass(frozen=True)
class Standing:
    """How a dispute stands: the level it has by now, since when and until when.

    ``risen`` counts the steps by which it rose because it was overdue; ``overdue`` can only be
    true at the highest level, for below it an overdue matter rises.
    """

    level: str
    since: date
    due_on: date
    risen: int = 0
    overdue: bool = False


def term(level: str, settings: Settings = PRESET) -> int:
    """Days until a dispute of this level is to be resolved; unknown levels are like blue."""
    return settings.dispute_days[_place(level)]


def standing(course: Course, today: date, settings: Settings = PRESET) -> Standing:
    """The level that a dispute has today: it rises one step each time its term is over."""
    level = course.level if course.level in LEVELS else LEVELS[0]
    since = course.since
    due = course.due_on or since + timedelta(days=term(level, settings))
    on = min(today, course.stopped_on) if course.stopped_on else today
    risen = 0
    while on > due and level != LEVELS[-1]:
        level, since = higher(level), due
        due = since + timedelta(days=term(level, settings))
        risen += 1
    return Standing(level, since, due, risen, on > due)


def higher(level: str) -> str:
    """The next level; red stays red."""
    return LEVELS[min(_place(level) + 1, len(LEVELS) - 1)]


def is_lower(level: str, than: str) -> bool:
    """Is one level below another?"""
    return _place(level) < _place(than)


def contact_due(found_on: date, level: str, settings: Settings = PRESET) -> date:
    """The last day for the first contact with the parties; a red one on the day itself."""
    return found_on + timedelta(days=settings.dispute_contact_days[_place(level)])


def proposed(people: int, settings: Settings = PRESET) -> str:
    """The least level by the number of people alone; people decide about the rest."""
    bounds = zip(LEVELS[1:], settings.dispute_people, strict=True)
    return next((one for one, least in reversed(list(bounds)) if people >= least), LEVELS[0])


def confirm_until(agreed_on: date) -> date:
    """The last day for applying for judicial confirmation. 人民调解法 art. 33."""
    return agreed_on + timedelta(days=CONFIRM_DAYS)


def revisit_on(ended_on: date, settings: Settings = PRESET) -> date:
    """The day by which the parties are visited again. Domain §4.6 [P]."""
    return ended_on + timedelta(days=settings.dispute_revisit_days)


def mediation_problem(refused_on: date | None) -> str | None:
    """Why there is no mediation, in Chinese; None when there may be one. Art. 17."""
    if refused_on is None:
        return None
    return "当事人一方已明确拒绝调解，不得调解。请登记终止，并告知依法解决的途径。"


def _place(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 0
