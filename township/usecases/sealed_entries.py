"""Writing sealed entries: sealed at the moment of saving, readable here no more.

The plain text is in memory only. Nothing is stored when nobody could receive it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from township.errors import InvalidInput, NotAllowed, NotFound, WorldError
from township.records import Cadre, SealedEntry, Zone, new_id
from township.records.sealed import SEALED_FIELDS
from township.rules import sealed as rules
from township.rules.sealed import Circle, Key
from township.storage.work import UnitOfWork
from township.usecases import sealed_matters, sealed_text
from township.usecases.designations import circle_of
from township.usecases.sealed_text import SealedText


def added(subject: str) -> tuple[str, ...]:
    """What a reader may add to a matter of this subject."""
    if subject == rules.CARE:
        return "note", "closing", "withdrawn"
    return "note", "decision", "closing"


@dataclass(frozen=True)
class Receipt:
    """What the author may know afterwards: the matter's number, and how many persons have it."""

    no: str
    readers: int


def record(work: UnitOfWork, values: Mapping[str, Any]) -> Receipt:
    """The first entry of a matter, by the names of ``SEALED_FIELDS``; uncommitted.

    Raises InvalidInput, and WorldError when nobody could receive it.
    """
    subject = values.get("subject")
    asked = ("subject", *rules.ASKED.get(subject or "", ("text",)))
    if subject == rules.CARE and values.get("willing") is False:
        raise NotAllowed("本人不愿意，什么都不能保存。")
    _check({name: values.get(name) for name in asked}, work.clock())
    accused = tuple(values.get("accused") or ())
    text = SealedText(
        new_id(),
        new_id(),
        sealed_text.new_number(),
        str(subject),
        "report",
        values.get("text") or "",
        work.author,
        work.clock(),
        accused=accused,
        names=_names(work, (work.author, *accused), values.get("zone_id")),
        **{name: values[name] for name in asked if name not in _SET_APART and values.get(name)},
    )
    found = _circle(work, text.subject, accused)
    hand_over(work, text, found)
    return Receipt(text.no, len(found.readers))


def add(work: UnitOfWork, matter: bytes, act: str, values: Mapping[str, Any]) -> Receipt:
    """A further entry to a matter that its author reads; uncommitted.

    ``values`` by the names of ``further``. Whoever any entry complains about gets none of it.
    Raises NotFound, InvalidInput, NotAllowed when the author reads such matters no more, and
    WorldError.
    """
    read = sealed_matters.read(work.session, work.author).find(matter)
    if read is None:
        raise NotFound("这件密件没有密封给您，或不在本机，没有保存。")
    first = read.first
    if act not in added(first.subject):
        raise InvalidInput({"act": "这类密件不能这样办理，请重新选择"})
    asked = further(first.subject, act)
    _check({name: values.get(name) for name in asked}, work.clock())
    accused = tuple(values.get("accused") or ())
    everybody = {*read.recused, *accused}
    found = _circle(work, first.subject, everybody)
    if work.author not in found.readers:
        raise NotAllowed(
            "您现在不是这类密件的指定人员，不能再补充或处理，没有保存。请联系安全管理员。"
        )
    entry = SealedText(
        first.matter,
        new_id(),
        first.no,
        first.subject,
        act,
        values.get("text") or "",
        work.author,
        work.clock(),
        accused=accused,
        names=_names(work, (work.author, *accused)),
        **{name: values[name] for name in asked if name not in _SET_APART and values.get(name)},
    )
    hand_over(work, entry, found)
    return Receipt(first.no, len(found.readers))


def further(subject: str, act: str) -> tuple[str, ...]:
    """What a further entry asks for."""
    if subject != rules.CARE:
        return "text", "accused"
    return ("stage", "checked_on", "wish") if act == "note" else ("wish",)


def hand_over(work: UnitOfWork, text: SealedText, found: Circle) -> None:
    """One copy for each reader, in an order and under ids that say nothing; uncommitted."""
    body, devices = sealed_text.packed(text), {key.device for key in found.keys}
    copies = [copy_for(reader, body, keys, devices) for reader, keys in found.readers.items()]
    for copy in sorted(copies, key=lambda one: one.id):
        work.add(copy)


def copy_for(
    reader: bytes, body: bytes, keys: Collection[Key], devices: Collection[int]
) -> SealedEntry:
    """One person's copy of an entry."""
    sealed = sealed_text.seal(body, list(keys), devices)
    return SealedEntry(id=_lone_id(), reader_id=reader, sealed=sealed)


def note_for(
    reader: bytes, entries: Collection[bytes], keys: Collection[Key], devices: Collection[int]
) -> SealedEntry:
    """What one person's program hears of copies that these laptops have let go."""
    sealed = sealed_text.seal_note(entries, list(keys), devices)
    return SealedEntry(id=_lone_id(), reader_id=reader, sealed=sealed)


_SET_APART = frozenset({"subject", "text", "accused", "willing"})


def _circle(work: UnitOfWork, subject: str, accused: Collection[bytes]) -> Circle:
    today = work.today()
    found = circle_of(work.session, subject, accused, today)
    if problem := rules.lacking(found):
        raise WorldError(problem)
    return found


def _check(values: Mapping[str, Any], now: datetime) -> None:
    """Raises InvalidInput."""
    problems = {
        name: problem
        for name, value in values.items()
        if (problem := SEALED_FIELDS[name].problem(value))
    }
    noticed, reported = values.get("noticed_at"), values.get("report_at")
    if noticed and noticed > now:
        problems.setdefault("noticed_at", "发现时间晚于现在，请核对")
    if reported and reported > now:
        problems.setdefault("report_at", "报告时间晚于现在。请先报告，再如实填写")
    elif noticed and reported and reported < noticed:
        problems.setdefault("report_at", "报告时间早于发现时间，请核对")
    if problems:
        raise InvalidInput(problems)


def _names(
    work: UnitOfWork, cadres: Collection[bytes], zone: bytes | None = None
) -> dict[str, str]:
    rows = work.session.execute(select(Cadre.id, Cadre.name).where(Cadre.id.in_(cadres)))
    names = {row.id.hex(): row.name or "" for row in rows}
    found = work.session.get(Zone, zone) if zone else None
    return names | ({found.id.hex(): found.name} if found else {})


def _lone_id() -> bytes:
    """A UUIDv7 that shares nothing but its millisecond with others made at the same time.

    The usual ones count up within a millisecond, which would tie the copies to one another.
    """
    fresh = new_id()[:6] + os.urandom(10)
    version, variant = 0x70 | fresh[6] & 0x0F, 0x80 | fresh[8] & 0x3F
    return bytes((*fresh[:6], version, fresh[7], variant, *fresh[9:]))
