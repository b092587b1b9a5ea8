"""What consent means: the newest word counts, and without it the fields concerned rest.

Source: PIPL art. 14–16 (withdrawal at any time, refusal blocks no other service), 29–31.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

ADULT_FOR_CONSENT = 14
"""Years from which a person consents for themselves. Source: PIPL art. 31."""

CONCERNS: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    "contact": (("person", "phone"),),
    "photo": (("attachment", None),),
    "health": (),
}
"""Item → kinds and fields that rest on it; None: the whole record.

Nothing about health is kept here (decision 007): that consent only allows a call.
"""

PURPOSES: Mapping[str, str] = {
    "contact": "通知、回访",
    "photo": "说明道路、房屋等情况",
    "health": "由镇卫生院联系，提供健康服务",
}
"""The usual purpose of each item, offered in the form."""


class Word(NamedTuple):
    """One recorded word of a person about an item, the later the larger."""

    on: date
    id: bytes
    item: str
    state: str


def standing(words: Iterable[Word]) -> dict[str, str]:
    """Item → the state that holds: that of the newest word."""
    return {word.item: word.state for word in sorted(words)}


def rests(state: str | None) -> bool:
    """Must processing rest? Where nothing was recorded it goes on as before."""
    return state in ("refused", "withdrawn")


def speaker_problem(born_on: date | None, today: date, given_by: str) -> str | None:
    """Why this person cannot decide, in Chinese; None when they can or the age is unknown."""
    if born_on is None or given_by != "self":
        return None
    age = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    if age >= ADULT_FOR_CONSENT:
        return None
    return "未满 14 周岁，由监护人表示是否同意。请选择“监护人”。"
