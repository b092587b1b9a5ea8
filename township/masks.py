"""How personal facts are shown to people who need not know them in full. Source: domain §7.3."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from township.values import CHINA, Kind

_BANDS = (
    (6, "6 岁以下"),
    (14, "6–13 岁"),
    (18, "14–17 岁"),
    (36, "18–35 岁"),
    (60, "36–59 岁"),
    (70, "60–69 岁"),
    (80, "70–79 岁"),
)
"""Upper ends, not included. 14 and 18 are bounds of law; 60, 70 and 80 those of care."""
_OLDEST = "80 岁及以上"
_HIDDEN = "****"
_NUMBERS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1\d{10}|0\d{2,3}-\d{7,8})(?!\d)")
_ID_LENGTH = 18


def masked_name(name: str | None) -> str:
    """The first character and a star, however long the name is."""
    kept = (name or "").strip()[:1]
    return f"{kept}*" if kept else ""


def masked_phone(phone: str | None) -> str:
    """138****1234; of a landline the area code and the last four digits.

    A number that is too short for that is hidden wholly.
    """
    number = (phone or "").strip()
    if not number:
        return ""
    area, hyphen, line = number.rpartition("-")
    if len(line) < 7:
        return _HIDDEN
    kept = f"{area}{hyphen}" if hyphen else line[:3] if len(line) == 11 else ""
    return f"{kept}{_HIDDEN}{line[-4:]}"


def masked_id_no(id_no: str | None) -> str:
    """4205**********1234; a number of another length is hidden wholly."""
    number = (id_no or "").strip()
    if len(number) != _ID_LENGTH:
        return "*" * len(number)
    return f"{number[:4]}{'*' * 10}{number[-4:]}"


def age_band(born_on: date | None, today: date) -> str:
    """The band of the age in full years; empty when the date is unknown or still to come."""
    if born_on is None or born_on > today:
        return ""
    age = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    return next((band for end, band in _BANDS if age < end), _OLDEST)


def masked_text(text: str) -> str:
    """A free text with the telephone and identity numbers in it masked."""
    return _NUMBERS.sub(_masked_number, text)


def _masked_number(found: re.Match[str]) -> str:
    number = found.group()
    return masked_id_no(number) if len(number) == _ID_LENGTH else masked_phone(number)


def masked(kind: Kind, value: Any) -> str:
    """A sensitive value of any kind, as it may stand on a screen."""
    mask = _MASKS.get(kind)
    return mask(value) if mask else _HIDDEN


def _band_today(born_on: date) -> str:
    return age_band(born_on, datetime.now(CHINA).date()) or _HIDDEN


_MASKS: dict[Kind, Callable[[Any], str]] = {
    Kind.NAME: masked_name,
    Kind.PHONE: masked_phone,
    Kind.ID_NO: masked_id_no,
    Kind.DATE: _band_today,
}
