"""Own work that is on its way or was not taken: what it says, and settling it.

What was typed is read from the changesets themselves, which stay on the laptop for good. Of
records that only leave (sealed matters, the access log) nothing is listed: a sealed matter shows
as that one word, to its author, and only when it was not taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, delete, exists, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from township import changes
from township.changes import Op
from township.fields import Field, Sensitivity
from township.records import SealedEntry, record_kinds
from township.storage import tables
from township.storage.folding import changes_of
from township.usecases.access import Target
from township.usecases.names import name_of
from township.values import Kind, from_stored, moment_text

REFUSED = ("rejected", "quarantined")
_ACTIONS = {"insert": "新增", "set": "修改", "delete": "删除", "restore": "恢复"}
_HIDDEN = (Kind.PACKED,)
_BESIDE = ("need", "situation", "dispute", "dispute_party", "task", "attachment")
_TECHNICAL = {"attachment": {"sha256", "size", "media_type", "width", "height"}}
"""What the program notes about a picture; nobody typed it."""


@dataclass(frozen=True)
class Typed:
    """What was done to one record: its kind, the action, and the fields as people read them.

    ``masked``: which of the fields are sensitive and shown masked.
    """

    what: str
    lines: tuple[tuple[str, str], ...]
    masked: tuple[Target, ...] = ()


@dataclass(frozen=True)
class Again:
    """Where it can be done once more: kind and id of the record to go to, and, for a new visit,
    what its form held (stored values by the names of the fields)."""

    kind: str
    record: bytes
    visit: Mapping[str, Any] | None = None
    parts: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Needs, situations and photographs that were added with the visit: kind, stored values."""


@dataclass(frozen=True)
class OwnWork:
    """One changeset. ``reason`` is the code of the verdict, ``told`` what a person at the
    township wrote when it was sent back."""

    incarnation: int
    dseq: int
    state: str
    reason: str | None
    told: str | None
    sent_back: bool
    written_at: datetime
    kinds: tuple[str, ...]
    sealed: bool = False
    """It is sealed: nobody here can read it, and it cannot be written again from here."""

    @property
    def place(self) -> tuple[int, int]:
        """What names it on this laptop."""
        return self.incarnation, self.dseq


def not_taken(
    session: Session, by: bytes, *, aside: bool = False, most: int = 100
) -> list[OwnWork]:
    """What was refused or is in quarantine, newest first; ``aside``: what was put aside.

    Sealed work shows only to ``by``, its author.
    """
    c, p = tables.changeset.c, tables.put_aside.c
    put = exists().where(p.incarnation == c.incarnation, p.dseq == c.dseq)
    chosen = and_(c.state.in_(REFUSED), put if aside else ~put)
    newest = _all().where(chosen).order_by(c.incarnation.desc(), c.dseq.desc())
    found = ((row, _work(row)) for row in session.execute(newest.limit(most)))
    return [
        work
        for row, work in found
        if work.kinds and not (work.sealed and changes.decode_header(row.header).author != by)
    ]


def waiting(session: Session, most: int = 100) -> list[OwnWork]:
    """What the township has not answered yet, oldest first."""
    c = tables.changeset.c
    oldest = _all().where(c.state == "pending").order_by(c.incarnation, c.dseq)
    found = (_work(row) for row in session.execute(oldest.limit(most)))
    return [work for work in found if work.kinds and not work.sealed]


def content(session: Session, incarnation: int, dseq: int, *, clear: bool = False) -> list[Typed]:
    """What was typed, record by record; ``clear``: in full. Raises NoResultFound."""
    ops = _ops(session, incarnation, dseq)
    made = {op.record: op for op in ops if op.action == "insert"}
    return [_typed(session, op, made, clear) for op in ops if not _only_leaves(op)]


def author_of(session: Session, incarnation: int, dseq: int) -> bytes:
    """Who typed it. Raises NoResultFound."""
    c = tables.changeset.c
    here = (c.incarnation == incarnation, c.dseq == dseq)
    packed = session.execute(select(c.header).where(*here)).scalar_one()
    return changes.decode_header(packed).author


def as_text(written_at: str, typed: list[Typed]) -> str:
    """The same as plain text, to be pasted somewhere."""
    blocks = [
        "\n".join([one.what, *(f"{label}：{value}" for label, value in one.lines)]) for one in typed
    ]
    return "\n\n".join([f"{written_at} 填写", *blocks])


def again(session: Session, incarnation: int, dseq: int) -> Again | None:
    """Where a person can do it once more; None when this program has no place for it."""
    known = record_kinds()
    ops = [op for op in _ops(session, incarnation, dseq) if op.kind in known]
    for op in ops:
        if op.kind == "visit" and op.action == "insert":
            beside = tuple(
                (one.kind, one.fields)
                for one in ops
                if one.action == "insert" and one.kind in _BESIDE
            )
            return Again("visit", op.record, op.fields, beside)
    return next((found for op in ops if (found := _place(session, op))), None)


def put_aside(connection: Connection, work: OwnWork, now: datetime) -> None:
    """Do not show it as open any more; it stays in the history of this laptop."""
    row = {"incarnation": work.incarnation, "dseq": work.dseq, "at": moment_text(now)}
    connection.execute(insert(tables.put_aside).values(row).on_conflict_do_nothing())


def take_up(connection: Connection, work: OwnWork) -> None:
    """Show it as open again."""
    c = tables.put_aside.c
    connection.execute(
        delete(tables.put_aside).where(c.incarnation == work.incarnation, c.dseq == work.dseq)
    )


def _all() -> Select[Any]:
    c, d = tables.changeset.c, tables.decision.c
    here = and_(d.incarnation == c.incarnation, d.dseq == c.dseq)
    return select(tables.changeset, d.text, d.status).select_from(
        tables.changeset.outerjoin(tables.decision, here)
    )


def _work(row: Any) -> OwnWork:
    header = changes.decode_header(row.header)
    ops = changes_of(header, msgspec.msgpack.decode(row.ops))
    known = record_kinds()
    shown = [op for op in ops if not _only_leaves(op)]
    sealed = not shown and any(op.kind == SealedEntry.kind() for op in ops)
    labels = (known[op.kind].label if op.kind in known else op.kind for op in shown)
    kinds = (SealedEntry.label,) if sealed else tuple(dict.fromkeys(labels))
    return OwnWork(
        row.incarnation,
        row.dseq,
        row.state,
        row.reason,
        row.text,
        row.state == "rejected" and row.status == "rejected",
        datetime.fromtimestamp(header.wall_ms / 1000, UTC),
        kinds,
        sealed,
    )


def _only_leaves(op: Op) -> bool:
    """Is it of a kind that everybody sends in and that nobody reads where it was made?"""
    known = record_kinds().get(op.kind)
    return known is not None and known.outgoing


def _ops(session: Session, incarnation: int, dseq: int) -> list[Op]:
    c = tables.changeset.c
    row = session.execute(
        select(c.header, c.ops).where(c.incarnation == incarnation, c.dseq == dseq)
    ).one()
    return changes_of(changes.decode_header(row.header), msgspec.msgpack.decode(row.ops))


def _typed(session: Session, op: Op, made: Mapping[bytes, Op], clear: bool) -> Typed:
    record = record_kinds().get(op.kind)
    action = _ACTIONS[op.action]
    if record is None:
        return Typed(f"{action}{op.kind}", ())
    where = "" if op.action == "insert" else name_of(session, op.kind, op.record)
    fields = record.fields()
    lines = tuple(_lines(session, fields, op, made, clear))
    masked = (
        Target(op.kind, op.record, name)
        for name, value in _values(op).items()
        if value is not None and name in fields and fields[name].sensitivity is Sensitivity.S
    )
    what = f"{action}{record.label}{f' {where}' if where else ''}"
    return Typed(what, lines, () if clear else tuple(masked))


def _lines(
    session: Session, fields: Mapping[str, Field], op: Op, made: Mapping[bytes, Op], clear: bool
) -> Iterator[tuple[str, str]]:
    values = _values(op)
    for name, field in fields.items():
        hidden = field.kind in _HIDDEN or name in _TECHNICAL.get(op.kind, ())
        if name not in values or hidden:
            continue
        text = _shown(session, field, values[name], made, clear)
        if text or op.action == "set":
            yield field.label, text or "（清空）"


def _values(op: Op) -> dict[str, Any]:
    if op.action == "set":
        return {name: value for name, (value, _) in op.fields.items()}
    return op.fields if op.action == "insert" else {}


def _shown(
    session: Session, field: Field, stored: Any, made: Mapping[bytes, Op], clear: bool
) -> str:
    value = from_stored(field.kind, stored)
    if field.kind is Kind.REF:
        return _named(session, field, value, made)
    if field.kind is Kind.REFS:
        return "、".join(filter(None, (_named(session, field, one, made) for one in value)))
    return field.clear(value) if clear else field.show(value)


def _named(session: Session, field: Field, value: Any, made: Mapping[bytes, Op]) -> str:
    """A record by its name, also one that was made with the same changeset."""
    if found := name_of(session, field.target, value):
        return found
    fields = made[value].fields if value in made else {}
    return str(fields.get("name") or fields.get("no") or "")


def _place(session: Session, op: Op) -> Again | None:
    if op.kind in ("household", "need", "situation", "meeting", "resolution"):
        return Again(op.kind, op.record)
    found = session.get(record_kinds()[op.kind], op.record)
    for kind in ("meeting", "need", "situation", "household"):
        target = op.fields.get(f"{kind}_id") if op.action == "insert" else None
        target = target or getattr(found, f"{kind}_id", None)
        if isinstance(target, bytes):
            return Again(kind, target)
    return None
