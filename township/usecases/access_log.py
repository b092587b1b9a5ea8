"""查阅记录 for the audit administrator: who looked at what, when and why, and what stands out.

It names no resident: the auditor holds no data of the zones. Source: domain §2 (AUD), §7.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from township.records import AccessEntry, Zone, record_kinds
from township.rules.settings import Settings
from township.usecases.township_settings import settings_of
from township.values import local_text

AT, WHO, ACT, REASON = "at", "who", "act", "reason"
"""Orders that the list can be asked for."""
DAYS = 30
"""What stands out is told for so many days."""
_WHAT = {
    "household_list": "户名册",
    "monthly_ledger": "户台账月报",
    "print": "打印",
    "export": "导出",
}
"""What stands in ``target_field`` when it is no field of a record."""
_CHINA = "+8 hours"


@dataclass(frozen=True)
class LogFilter:
    """Which entries a list shows; None asks for no restriction. ``who`` is a cadre."""

    who: bytes | None = None
    act: str | None = None


@dataclass(frozen=True)
class LogLine:
    """One entry in words."""

    at: str
    who: str
    act: str
    zone: str
    what: str
    rows: int | None
    reason: str
    text: str


@dataclass(frozen=True)
class Alert:
    """What stands out of one person's day: very many looks, or refusals."""

    on: date
    who_id: bytes
    who: str
    looks: int
    refused: int


def entry_ids(
    session: Session, wanted: LogFilter, sort: str = AT, descending: bool = True
) -> list[bytes]:
    """The entries of a list, the newest first unless asked otherwise."""
    entry = AccessEntry
    orders: dict[str, Any] = {
        AT: entry.created_at,
        WHO: entry.who_name,
        ACT: entry.act,
        REASON: entry.reason,
    }
    order = orders[sort].desc() if descending else orders[sort]
    newest = (entry.created_at.desc(), entry.id.desc())
    return list(session.scalars(select(entry.id).where(*_where(wanted)).order_by(order, *newest)))


def entry_lines(session: Session, ids: Sequence[bytes]) -> dict[bytes, LogLine]:
    """Some entries in words."""
    found = session.execute(
        select(AccessEntry, Zone.name)
        .outerjoin(Zone, Zone.id == AccessEntry.zone_id)
        .where(AccessEntry.id.in_(ids))
    )
    return {entry.id: _line(entry, zone or "") for entry, zone in found}


def people(session: Session) -> tuple[tuple[bytes, str], ...]:
    """Who stands in the log, by name; with the name of the last entry."""
    entry = AccessEntry
    found = session.execute(
        select(entry.created_by, entry.who_name)
        .where(entry.created_by.is_not(None))
        .order_by(entry.created_at)
    )
    names = {who: name or "" for who, name in found if who}
    return tuple(sorted(names.items(), key=lambda one: one[1]))


def alerts(session: Session, today: date, settings: Settings | None = None) -> tuple[Alert, ...]:
    """Days with more looks of one person than the township allows, and days with refusals."""
    entry, most = AccessEntry, (settings or settings_of(session)).unmask_alert
    day: ColumnElement[str] = func.date(entry.created_at, _CHINA)
    looks = func.count().filter(entry.act == "unmask")
    refused = func.count().filter(entry.act == "refused")
    since = str(today - timedelta(days=DAYS))
    found = session.execute(
        select(day, entry.created_by, func.max(entry.who_name), looks, refused)
        .where(*_where(LogFilter()), day >= since)
        .group_by(day, entry.created_by)
        .having((looks > most) | (refused > 0))
        .order_by(day.desc(), looks.desc())
    )
    return tuple(
        Alert(date.fromisoformat(on), who or b"", name or "", seen, refusals)
        for on, who, name, seen, refusals in found
    )


def _where(wanted: LogFilter) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [AccessEntry.deleted_at.is_(None)]
    if wanted.who is not None:
        parts.append(AccessEntry.created_by == wanted.who)
    if wanted.act is not None:
        parts.append(AccessEntry.act == wanted.act)
    return parts


def _line(entry: AccessEntry, zone: str) -> LogLine:
    at: datetime | None = entry.created_at
    return LogLine(
        at=local_text(at) if at else "",
        who=entry.who_name or "",
        act=entry.shown("act"),
        zone=zone,
        what=_what(entry),
        rows=entry.row_count,
        reason=entry.shown("reason"),
        text=entry.reason_text or "",
    )


def _what(entry: AccessEntry) -> str:
    """Kind of record and field in the words of the screens; never whose."""
    kind = record_kinds().get(entry.target_kind or "")
    name = entry.target_field or ""
    field = kind.fields().get(name) if kind else None
    words = (
        kind.label if kind else entry.target_kind or "",
        field.label if field else _WHAT.get(name, name),
    )
    return " · ".join(filter(None, words))
