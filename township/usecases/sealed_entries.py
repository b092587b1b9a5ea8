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

from township.codes import SEALED_ACT
from township.errors import InvalidInput, NotAllowed, WorldError
from township.records import Cadre, SealedEntry, new_id
from township.records.sealed import SEALED_FIELDS
from township.rules import sealed as rules
from township.rules.sealed import Circle, Key
from township.storage.work import UnitOfWork
from township.usecases import sealed_text
from township.usecases.designations import circle_of
from township.usecases.sealed_text import SealedText
from township.values import CHINA

ADDED = tuple(act for act in SEALED_ACT if act != "report")
"""What a reader may add to a matter."""


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
    _check({name: values.get(name) for name in asked}, work.clock())
    accused = tuple(values.get("accused") or ())
    text = SealedText(
        new_id(),
        new_id(),
        sealed_text.new_number(),
        str(subject),
        "report",
        values["text"],
        work.author,
        work.clock(),
        accused=accused,
        names=_names(work, (work.author, *accused)),
        **{name: values[name] for name in asked if name not in _SET_APART and values.get(name)},
    )
    found = _circle(work, text.subject, accused)
    hand_over(work, text, found)
    return Receipt(text.no, len(found.readers))


def add(
    work: UnitOfWork,
    first: SealedText,
    recused: Collection[bytes],
    act: str,
    text: str,
    accused: Collection[bytes] = (),
) -> Receipt:
    """A further entry by a reader of the matter that ``first`` began; uncommitted.

    ``recused`` are those whom earlier entries complain about, ``accused`` come to them. Raises
    InvalidInput, NotAllowed when the author reads such matters no more, and WorldError.
    """
    _check({"text": text}, work.clock())
    if act not in ADDED:
        raise InvalidInput({"act": "请选择补充、处理或办结"})
    everybody = {*recused, *accused}
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
        text,
        work.author,
        work.clock(),
        accused=tuple(accused),
        names=_names(work, (work.author, *accused)),
    )
    hand_over(work, entry, found)
    return Receipt(first.no, len(found.readers))


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


_SET_APART = frozenset({"subject", "text", "accused"})


def _circle(work: UnitOfWork, subject: str, accused: Collection[bytes]) -> Circle:
    today = work.clock().astimezone(CHINA).date()
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


def _names(work: UnitOfWork, cadres: Collection[bytes]) -> dict[str, str]:
    rows = work.session.execute(select(Cadre.id, Cadre.name).where(Cadre.id.in_(cadres)))
    return {row.id.hex(): row.name or "" for row in rows}


def _lone_id() -> bytes:
    """A UUIDv7 that shares nothing but its millisecond with others made at the same time.

    The usual ones count up within a millisecond, which would tie the copies to one another.
    """
    fresh = new_id()[:6] + os.urandom(10)
    version, variant = 0x70 | fresh[6] & 0x0F, 0x80 | fresh[8] & 0x3F
    return bytes((*fresh[:6], version, fresh[7], variant, *fresh[9:]))
