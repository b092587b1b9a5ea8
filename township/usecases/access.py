"""Looking at what is masked: with a reason, for a while, and noted before it is shown.

The note (``AccessEntry``) leaves with the next sync and stays with the audit administrators.
Source: domain §7.3; PIPL art. 51.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.errors import InvalidInput, NotAllowed, NotFound
from township.fields import Sensitivity
from township.protection_codes import ACCESS_REASON
from township.records import AccessEntry, Cadre, Record, record_kinds
from township.rules.permissions import Act, may
from township.rules.viewing import Viewer
from township.storage.database import Database
from township.storage.settings import keep, setting
from township.storage.work import UnitOfWork
from township.usecases.township_settings import settings_of
from township.usecases.viewers import viewer_of
from township.values import CHINA

_LEAST_WORDS = 2
_LOOKS = "access.looks."
"""Setting: the day and number of a cadre's looks, as the notes themselves are not kept here."""


@dataclass(frozen=True)
class Reason:
    """Why somebody looks, prints or exports: a code of the list, and words of one's own."""

    code: str | None
    text: str

    def problems(self) -> dict[str, str]:
        """What is missing, by field; empty when the reason is complete."""
        found = {}
        if self.code not in ACCESS_REASON:
            found["reason"] = "请选择理由"
        if len(self.text.strip()) < _LEAST_WORDS:
            found["reason_text"] = "请写明具体事由，至少两个字"
        elif problem := AccessEntry.field("reason_text").problem(self.text.strip()):
            found["reason_text"] = problem
        return found


@dataclass(frozen=True)
class Target:
    """One field of one record."""

    kind: str
    id: bytes
    field: str


@dataclass(frozen=True)
class Masked:
    """A sensitive field that has a value: what it is called, and how it is shown masked."""

    target: Target
    label: str
    shown: str


@dataclass(frozen=True)
class Look:
    """A field in full, until when it may be shown, and the person's looks of the day so far."""

    text: str
    until: datetime
    looks: int


@dataclass(frozen=True)
class Noted:
    """What a note says besides who, when and why; ``rows`` counts persons or records."""

    act: str
    target_kind: str | None = None
    target_id: bytes | None = None
    target_field: str | None = None
    zone_id: bytes | None = None
    rows: int | None = None


def masked_fields(record: Record) -> tuple[Masked, ...]:
    """The sensitive fields of a record that have a value, in order of declaration."""
    return tuple(
        Masked(Target(record.kind(), record.id, name), field.label, record.shown(name))
        for name, field in record.fields().items()
        if field.sensitivity is Sensitivity.S and getattr(record, name) not in (None, "", ())
    )


def require(reason: Reason) -> None:
    """Raises InvalidInput when the reason is not complete."""
    if problems := reason.problems():
        raise InvalidInput(problems)


def note(work: UnitOfWork, noted: Noted, reason: Reason | None = None) -> None:
    """Note a look in this unit of work; uncommitted."""
    cadre = work.session.get(Cadre, work.author)
    work.add(
        AccessEntry(
            who_name=(cadre.name if cadre else "") or "本机使用者",
            act=noted.act,
            zone_id=noted.zone_id,
            target_kind=noted.target_kind,
            target_id=noted.target_id,
            target_field=noted.target_field,
            row_count=noted.rows,
            reason=reason.code if reason else None,
            reason_text=reason.text.strip() if reason else None,
        )
    )


def refuse(database: Database, cadre_id: bytes, text: str, noted: Noted) -> NotAllowed:
    """Note that somebody was refused; the error to raise. ``noted.act`` says at what."""
    tried = Noted("refused", *_whereabouts(noted))
    with database.work(cadre_id) as work:
        note(work, tried)
        work.commit()
    return NotAllowed(text)


def unmask(
    database: Database,
    cadre_id: bytes,
    target: Target,
    reason: Reason,
) -> Look:
    """Note the look, then give the field in full.

    Raises InvalidInput (reason not complete), NotFound, and NotAllowed, which is noted too.
    """
    require(reason)
    with database.reader() as session:
        record = living(session, target)
        allowed = may_unmask(viewer_of(session, cadre_id), record, cadre_id)
        zone = zone_of(record)
        minutes = settings_of(session).unmask_minutes
    noted = Noted("unmask", target.kind, target.id, target.field, zone, 1)
    if not allowed:
        raise refuse(database, cadre_id, not_allowed(target.kind), noted)
    with database.work(cadre_id) as work:
        note(work, noted, reason)
        looks = count_look(work.session.connection(), cadre_id, work.clock())
        work.commit()
    text = record.field(target.field).clear(getattr(record, target.field))
    until = database.clock() + timedelta(minutes=minutes)
    return Look(text, until, looks)


def living(session: Session, target: Target) -> Record:
    """The record that a target names. Raises NotFound."""
    kind = record_kinds().get(target.kind)
    record: Record | None = session.get(kind, target.id) if kind else None
    if record is None or record.deleted_at is not None or target.field not in record.fields():
        raise NotFound("这条记录不在本机，可能已被删除。")
    return record


def may_unmask(viewer: Viewer, record: Record, cadre_id: bytes) -> bool:
    """May this person have a masked field of the record shown?"""
    own = record.created_by == cadre_id
    return viewer.may(Act.UNMASK, record.kind(), zone_of(record), own=own)


def not_allowed(kind: str) -> str:
    """For people: that they may not look, and who can help."""
    others = "、".join(ROLE.label(role) for role in ROLE if may([role], Act.UNMASK, kind))
    label = record_kinds()[kind].label
    who = f"请由本责任区的{others}办理。" if others else "请联系镇党政办。"
    return f"您的角色不能查看这一{label}被遮盖的内容。{who}"


def count_look(connection: Connection, cadre_id: bytes, now: datetime) -> int:
    """Count one look; returns how many it are on this day in China."""
    day = now.astimezone(CHINA).date()
    looks = looks_of(connection, cadre_id, day) + 1
    keep(connection, _LOOKS + cadre_id.hex(), f"{day} {looks}")
    return looks


def looks_of(connection: Connection, cadre_id: bytes, day: date) -> int:
    """How often a cadre looked at something masked on this laptop on a day."""
    on, _, looks = (setting(connection, _LOOKS + cadre_id.hex()) or "").partition(" ")
    return int(looks) if on == str(day) else 0


def zone_of(record: Record) -> bytes | None:
    """The zone in which a record lies."""
    zone: bytes | None = getattr(record, "zone_id", None)
    return zone


def _whereabouts(noted: Noted) -> tuple[str | None, bytes | None, str | None, bytes | None]:
    field = noted.target_field or noted.act
    return noted.target_kind, noted.target_id, field, noted.zone_id
