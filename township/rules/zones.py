"""Who serves in a zone, when its card is out of date, when its box is to be opened: pure.

Sources: township rule and domain §4.1 (composition, card), §4.7 (box). A gap in the staff is a
warning and stops nobody's work; what it stops is a card that names the wrong people.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from township.codes import ROLE
from township.rules.settings import PRESET, Settings

ZONE_ROLES = ("LL", "VS", "VC", "TC", "PO", "JO")
"""Roles that somebody can have in a zone, in the order of the card."""
_VILLAGE = frozenset({"VC", "VS"})
"""The secretary is a cadre of the village."""
EMERGENCY = "紧急情况请拨打110/119/120"
"""Stands on every card and is no field. Source: domain §4.1."""
NOT_APPROVED = "这一版联系卡还没有经镇主要领导审定，审定后再打印"
CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"
"""Letters of receipts that nobody takes for another: no 0 O, 1 I L, 2 Z, 5 S."""
CODE_LENGTH = 8


@dataclass(frozen=True)
class Service:
    """One person's time in one role; the days of both ends are served."""

    cadre: bytes
    role: str
    from_on: date | None
    to_on: date | None

    def on(self, day: date) -> bool:
        """Does it last on a day?"""
        begun = self.from_on is None or self.from_on <= day
        return begun and (self.to_on is None or self.to_on >= day)


def gaps(staff: Iterable[Service], on: date, settings: Settings = PRESET) -> tuple[str, ...]:
    """What is wrong with a zone's staff on a day, in Chinese. Source: domain §4.1."""
    here = {(one.role, one.cadre) for one in staff if one.on(on)}
    found = []
    for roles, name, least, most in _wanted(settings):
        count = len({cadre for role, cadre in here if role in roles})
        if count == 0:
            found.append(f"缺{name}")
        elif count < least:
            found.append(f"{name}只有 {count} 名，应有 {_range(least, most)} 名")
        elif most is not None and count > most:
            found.append(f"{name}有 {count} 名，应有 {_range(least, most)} 名")
    return tuple(found)


def coming_gaps(
    staff: Sequence[Service], on: date, settings: Settings = PRESET
) -> tuple[tuple[date, str], ...]:
    """Gaps that begin after a day by what is known of the staff: day and text."""
    ends = (one.to_on + timedelta(days=1) for one in staff if one.to_on)
    begins = (one.from_on for one in staff if one.from_on)
    days = sorted({day for day in (*ends, *begins) if day > on})
    before, found = set(gaps(staff, on, settings)), []
    for day in days:
        now = gaps(staff, day, settings)
        found += [(day, text) for text in now if text not in before]
        before = set(now)
    return tuple(found)


def _wanted(settings: Settings) -> Iterable[tuple[frozenset[str], str, int, int | None]]:
    yield frozenset({"LL"}), ROLE.label("LL"), 1, 1
    yield _VILLAGE, ROLE.label("VC"), 1, None
    yield frozenset({"TC"}), ROLE.label("TC"), settings.zone_cadres_least, settings.zone_cadres_most
    yield frozenset({"PO"}), ROLE.label("PO"), 1, 1
    yield frozenset({"JO"}), ROLE.label("JO"), 1, 1


def _range(least: int, most: int | None) -> str:
    return str(least) if least == most else f"{least}–{most}"


def overlap_problem(
    held: Iterable[Service], cadre: bytes, role: str, from_on: date, to_on: date | None = None
) -> str | None:
    """Why somebody cannot begin in a role of a zone, in Chinese; None when he can.

    The same person cannot hold the same role twice at once: the old time is ended first.
    """
    if to_on is not None and to_on < from_on:
        return "结束日期早于开始日期，请核对"
    for one in held:
        if (one.cadre, one.role) != (cadre, role):
            continue
        ends_before = one.to_on is not None and one.to_on < from_on
        begins_after = to_on is not None and one.from_on is not None and one.from_on > to_on
        if not ends_before and not begins_after:
            since = f"从 {one.from_on} 起" if one.from_on else ""
            return f"这名干部{since}已是这里的{ROLE.label(role)}。请先结束原来的任职，再新增"
    return None


def stale(
    printed: Collection[bytes], serving: Collection[bytes], lines: tuple[str, str]
) -> str | None:
    """Why a card may not be printed any more, in Chinese; None while it is right.

    ``printed`` and ``serving`` are services: those that the card was made with and those of
    today; ``lines`` are the hotline of the card and the zone's.
    """
    gone, new = set(printed) - set(serving), set(serving) - set(printed)
    told = []
    if gone:
        told.append(f"{len(gone)} 人已不在岗")
    if new:
        told.append(f"{len(new)} 人新上岗")
    if lines[0] != lines[1]:
        told.append("服务热线变了")
    return f"联系卡已过期：{'，'.join(told)}。请制作新版" if told else None


def openers_problem(one: bytes | None, two: bytes | None, author: bytes) -> dict[str, str]:
    """Problems of who opened a box, by field. Source: domain §4.7: two, who write it down."""
    if one is None or two is None:
        return {"opener_two": "开箱要有两个人，请选择另一名开箱人"}
    if one == two:
        return {"opener_two": "两名开箱人不能是同一个人"}
    if author not in (one, two):
        return {"opener_one": "由开箱人本人登记，请选上您自己"}
    return {}


def box_due(last_opened: date | None, since: date, settings: Settings = PRESET) -> date:
    """By when a box is to be opened: so many days after the last time, or after ``since``."""
    return (last_opened or since) + timedelta(days=settings.box_days)


def answer_due(opened_on: date, settings: Settings = PRESET) -> date:
    """By when what lay in a box is answered."""
    return opened_on + timedelta(days=settings.box_answer_days)


def new_code() -> str:
    """A receipt for somebody who may not want to be known: chance, and nothing else."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def code_problem(code: str) -> str | None:
    """What is wrong with a receipt that was typed in, in Chinese."""
    if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS):
        return None
    return f"收条编号是 {CODE_LENGTH} 位字母和数字，没有 0、O、1、I、L、2、Z、5、S，请核对"
