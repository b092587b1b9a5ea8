"""How personal facts are shown to people who need not know them in full. Source: domain §7.3."""

from __future__ import annotations

from datetime import date

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
    if len(number) != 18:
        return "*" * len(number)
    return f"{number[:4]}{'*' * 10}{number[-4:]}"


def age_band(born_on: date | None, today: date) -> str:
    """The band of the age in full years; empty when the date is unknown or still to come."""
    if born_on is None or born_on > today:
        return ""
    age = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    return next((band for end, band in _BANDS if age < end), _OLDEST)
