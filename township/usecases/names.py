"""What people call the records that other records point to."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from township.records import Record, record_kinds

_NAMES: dict[str, Callable[[Record], str]] = {
    "cadre": lambda record: str(getattr(record, "name", "")),
    "person": lambda record: str(getattr(record, "name", "")),
    "household": lambda record: str(getattr(record, "no", "")),
    "zone": lambda record: str(getattr(record, "name", "")),
    "village_group": lambda record: str(getattr(record, "name", "")),
}


def name_of(session: Session, kind: str | None, value: object) -> str:
    """The name of a record; empty for kinds without names and for records that are not here."""
    if kind not in _NAMES or not isinstance(value, bytes):
        return ""
    found = session.get(record_kinds()[kind], value)
    return _NAMES[kind](found) if found else ""
