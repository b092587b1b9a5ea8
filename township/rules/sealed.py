"""To whom a sealed matter goes. Source: domain §2 (class X), §5.6 (recusal), scenarios 9 and 17.

Designated persons read; who is complained about never does. When all of a subject are recused,
those take over who are designated for just that; when there is nobody, nothing is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from township.rules.settings import PRESET, Settings

RESERVE = "reserve"
CARE = "care"
"""The health centre's service (§7.4): there is none until somebody is designated for it."""
CARE_LONGEST = 400
"""Days after its last entry when a service that nobody ended is deleted. [P]"""
FEW = 5
"""Fewer services than these are not told to anybody. Source: §7.4."""
ELIGIBLE: Mapping[str, frozenset[str]] = {
    "accusation": frozenset({"DIS", "PET"}),
    "box_note": frozenset({"DIS", "PET"}),
    "child_harm": frozenset({"CHD", "PET", "PO"}),
    CARE: frozenset({"HW"}),
    RESERVE: frozenset({"DIS", "TOP"}),
}
"""Roles of which somebody may be designated for a subject."""

_CHILD = ("noticed_at", "report_organ", "report_person", "report_at")
ASKED: Mapping[str, tuple[str, ...]] = {
    "accusation": ("text", "concerned", "accused"),
    "box_note": ("text", "concerned", "accused"),
    "child_harm": (*_CHILD, "text", "concerned", "accused"),
    CARE: ("willing", "zone_id", "who", "help", "wish"),
}
"""What the first entry of each subject asks for."""

MOST_MINUTES = 60 * 24
"""Minutes that the clock of a report to the authorities shows; later it says days."""


@dataclass(frozen=True)
class Key:
    """The public key of one laptop of a cadre, as an age recipient."""

    cadre: bytes
    device: int
    public: str


@dataclass(frozen=True)
class Appointed:
    """A designation as it is in force; ``roles`` are the cadre's present ones, none if inactive."""

    subject: str
    cadre: bytes
    from_on: date | None
    to_on: date | None
    roles: frozenset[str]

    def holds(self, subject: str, today: date) -> bool:
        """Is it in force today for this subject?"""
        begun = self.from_on is None or self.from_on <= today
        ended = self.to_on is not None and self.to_on < today
        fits = self.subject == subject and bool(self.roles & ELIGIBLE.get(subject, frozenset()))
        return fits and begun and not ended


@dataclass(frozen=True)
class Circle:
    """Who reads a matter: each reader with the keys of his laptops, never without one.

    ``without_key`` are designated but cannot receive yet, ``recused`` are left out because the
    matter is about them.
    """

    readers: Mapping[bytes, tuple[Key, ...]]
    without_key: frozenset[bytes] = frozenset()
    recused: frozenset[bytes] = frozenset()

    @property
    def keys(self) -> list[Key]:
        """The keys of all readers."""
        return [key for keys in self.readers.values() for key in keys]


def circle(
    subject: str,
    accused: Collection[bytes],
    appointed: Iterable[Appointed],
    keys: Iterable[Key],
    today: date,
) -> Circle:
    """Who reads a matter of this subject that complains about these cadres."""
    everybody = list(appointed)
    by_cadre: dict[bytes, list[Key]] = {}
    for key in keys:
        by_cadre.setdefault(key.cadre, []).append(key)
    found = Circle({})
    recused: frozenset[bytes] = frozenset()
    for turn in (subject,) if subject == CARE else (subject, RESERVE):
        named = {one.cadre for one in everybody if one.holds(turn, today)}
        recused |= named.intersection(accused)
        left = named.difference(accused)
        readers = {one: tuple(by_cadre[one]) for one in sorted(left) if one in by_cadre}
        found = Circle(readers, found.without_key | (left - readers.keys()), recused)
        if left:
            break  # the reserve steps in for recusal, not for a laptop that is still missing
    return found


def lacking(found: Circle) -> str | None:
    """Why nobody would receive a matter, and what to do, in Chinese; None when somebody does."""
    if found.readers:
        return None
    if found.without_key:
        return (
            "已指定接收人，但他们的笔记本还没有可用的密钥，不能密封，没有保存。"
            "请联系系统管理员给接收人登记笔记本，同步后再保存；着急时请写在纸上，当面交给纪检监督。"
        )
    if found.recused:
        return (
            "指定人员都是被反映的干部，须回避，不能交给他们，没有保存。"
            "请不要在电脑上继续填写，写在纸上，当面交给县或镇纪检机关。"
        )
    return (
        "镇里还没有为这类事项指定接收人，不能密封，没有保存。"
        "请联系安全管理员指定，同步后再保存；着急时请写在纸上，当面交给纪检监督。"
    )


def care_ends(
    checked_on: date | None,
    closed_on: date | None,
    last_on: date,
    *,
    withdrawn: bool,
    settings: Settings = PRESET,
) -> date:
    """From which day on nothing may be kept of a service to a woman: so many days after the
    42-day check, or after the end of a service without it."""
    if withdrawn:
        return last_on
    if checked_on or closed_on:
        return max(filter(None, (checked_on, closed_on))) + timedelta(days=settings.care_days)
    return last_on + timedelta(days=CARE_LONGEST)


def minutes_text(noticed: datetime, then: datetime) -> str:
    """How long after noticing, as people say it; empty when the clocks contradict."""
    minutes = int((then - noticed).total_seconds() // 60)
    if minutes < 0:
        return ""
    if minutes <= MOST_MINUTES:
        return f"{minutes} 分钟"
    return f"{minutes // (60 * 24)} 天"
