"""How a value of each kind is checked, read from text and shown to people.

Stored values are primitive (text, integer, bytes), so that storage, wire and bulk loading
share one representation; see ``Kind``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

Value = str | int | bytes | None
"""Every stored value is one of these, the same on the wire and in the database."""


class Kind(StrEnum):
    """What a field holds: Python value → stored and transmitted value."""

    NAME = "name"  # str → text; 1–50 characters, "·" and rare characters allowed
    TEXT = "text"  # str → text, one line
    LONG_TEXT = "long_text"  # str → text, several lines
    NUMBER = "number"  # int → integer
    FLAG = "flag"  # bool → 0/1
    DATE = "date"  # date → "YYYY-MM-DD"
    MOMENT = "moment"  # datetime in UTC → "YYYY-MM-DDTHH:MM:SSZ"
    CODE = "code"  # str → code value of the field's list
    CODES = "codes"  # tuple of codes → codes in list order joined by a blank
    REF = "ref"  # bytes of 16 → the same: id of another record
    REFS = "refs"  # tuple of ids → hex ids joined by a blank
    PHONE = "phone"  # str → digits and hyphen
    ID_NO = "id_no"  # str → 18 characters of GB 11643
    PACKED = "packed"  # bytes → the same: msgpack of a stored value of any kind, or sealed


CHINA = timezone(timedelta(hours=8))
"""China has one civil time; deadlines and printed times are in it."""

_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"0\d{2,3}-?\d{7,8}")
_SHORT = frozenset({"110", "119", "120", "122", "12345"})
_TEST_MOBILE = re.compile(r"12\d{9}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def id_check_digit(first17: str) -> str:
    """Check character of an identity number. Source: GB 11643-1999."""
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, first17, strict=True)) % 11]


def id_no_problem(text: str, today: date) -> str | None:
    """What is wrong with an identity number, in Chinese, or None.

    Source: GB 11643-1999 (length, birth date, check character). The address prefix is not
    judged: older people carry codes of counties that no longer exist.
    """
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return "身份证号应为 18 位：17 位数字加 1 位数字或大写 X"
    try:
        birth = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return "身份证号第 7–14 位不是有效的出生日期，请核对"
    if birth > today:
        return "身份证号里的出生日期晚于今天，请核对"
    if id_check_digit(text[:17]) != text[17]:
        return "身份证号校验位不符，请逐位核对"
    return None


def phone_problem(text: str, *, test_numbers: bool = True) -> str | None:
    """What is wrong with a telephone number, in Chinese, or None.

    ``test_numbers`` admits mobiles that begin with 12, which no operator gives out.
    """
    if text in _SHORT or _MOBILE.fullmatch(text) or _FIXED.fullmatch(text):
        return None
    if test_numbers and _TEST_MOBILE.fullmatch(text):
        return None
    return "电话应为 11 位手机号，或带区号的固定电话，如 0717-2881234"


def utc_now() -> datetime:
    """The present moment in whole seconds; the only clock that records see."""
    return datetime.now(UTC).replace(microsecond=0)


def moment_text(moment: datetime) -> str:
    """Stored form of a moment. Raises ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_from_text(text: str) -> datetime:
    """The moment behind its stored form."""
    return datetime.fromisoformat(text)


def local_text(moment: datetime) -> str:
    """A moment as people in China read it: 2026-05-03 14:05."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def to_stored(kind: Kind, value: Any) -> Value:
    """The stored and transmitted form of a Python value; empty becomes None."""
    if value is None or value == "" or value == ():
        return None
    convert = _TO_STORED.get(kind)
    return convert(value) if convert else value


def from_stored(kind: Kind, value: Value) -> Any:
    """The Python value behind a stored one; ``to_stored`` turned round."""
    if value is None:
        return () if kind in (Kind.CODES, Kind.REFS) else None
    convert = _FROM_STORED.get(kind)
    return convert(value) if convert else value


_TO_STORED: dict[Kind, Callable[[Any], Value]] = {
    Kind.FLAG: int,
    Kind.DATE: date.isoformat,
    Kind.MOMENT: moment_text,
    Kind.CODES: " ".join,
    Kind.REFS: lambda ids: " ".join(sorted(i.hex() for i in ids)),
}
_FROM_STORED: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLAG: bool,
    Kind.DATE: date.fromisoformat,
    Kind.MOMENT: moment_from_text,
    Kind.CODES: lambda text: tuple(text.split()),
    Kind.REFS: lambda text: tuple(bytes.fromhex(i) for i in text.split()),
}
