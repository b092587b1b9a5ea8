"""Households with one number, persons with one identity number: shown, merged, kept apart.

A clash never stops a save or a sync: two laptops may enter the same family on one day. Whether
two records clash is a question to the records; only what a person decides is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.errors import NotFound, WorldError
from township.records import Duplicate, Household, Person, Record, Zone, record_kinds
from township.storage.work import UnitOfWork
from township.values import Kind

MERGED, DIFFERENT = "merged", "different"

_KEYS: dict[str, str] = {"household": "no", "person": "id_no"}
"""Kinds that must be unique in a township, and by which field."""


@dataclass(frozen=True)
class Side:
    """One of two records, in words: who and where, and since when it is known."""

    id: bytes
    name: str
    zone: str


@dataclass(frozen=True)
class OpenDuplicate:
    """Two records of one kind with the same number; ``mergeable`` when they lie in one zone."""

    kind: str
    what: str
    first: Side
    second: Side
    mergeable: bool


@dataclass(frozen=True)
class MergedPair:
    """A merge that can still be undone."""

    id: bytes
    what: str
    kept: Side
    other: Side


def open_duplicates(session: Session, most: int = 50) -> list[OpenDuplicate]:
    """Clashes that nobody has settled, the record that was entered first on the left."""
    apart = {
        frozenset((row.kept_id, row.other_id))
        for row in session.execute(
            select(Duplicate.kept_id, Duplicate.other_id).where(
                Duplicate.decision == DIFFERENT, Duplicate.deleted_at.is_(None)
            )
        )
    }
    found = []
    for kind, name in _KEYS.items():
        for first, second in _clashes(session, kind, name):
            if frozenset((first.id, second.id)) not in apart:
                found.append(_described(session, kind, name, first, second))
                if len(found) == most:
                    return found
    return found


def merge(work: UnitOfWork, kind: str, kept_id: bytes, other_id: bytes) -> bytes:
    """Make one record of two; returns the id of the decision, uncommitted.

    What points to the other record points to the kept one, empty fields of the kept one are
    filled, the other becomes a stub. Raises NotFound, and WorldError across zones.
    """
    kept, other = _living(work.session, kind, kept_id), _living(work.session, kind, other_id)
    if _zone(kept) != _zone(other):
        raise WorldError("两条记录在不同责任区，不能合并。请在迁出的一户登记迁出。")
    moved = [*_move(work.session, kind, kept, other), *_fill(kind, kept, other)]
    work.delete(other)
    decision = Duplicate(
        zone_id=_zone(kept),
        target_kind=kind,
        kept_id=kept_id,
        other_id=other_id,
        decision=MERGED,
        moved=msgspec.msgpack.encode(moved),
        decided_by=work.author,
    )
    work.add(decision)
    return decision.id


def undo(work: UnitOfWork, decision_id: bytes) -> None:
    """Take a merge back, uncommitted: what was changed again since then stays. Raises NotFound."""
    decision = work.session.get(Duplicate, decision_id)
    if decision is None or decision.deleted_at is not None or decision.decision != MERGED:
        raise NotFound("这次合并已经由别人撤销了。")
    kept = _record(work.session, decision.target_kind, decision.kept_id)
    other = _record(work.session, decision.target_kind, decision.other_id)
    if other.deleted_at is not None:
        work.restore(other)
    for kind, record_id, name in msgspec.msgpack.decode(decision.moved or b"\x90"):
        record = work.session.get(record_kinds()[kind], record_id)
        if record is None or record.deleted_at is not None:
            continue
        if record is kept and kind == decision.target_kind:
            if getattr(kept, name) == getattr(other, name):
                setattr(kept, name, None)
        elif getattr(record, name) == kept.id:
            setattr(record, name, other.id)
    work.delete(decision)


def keep_apart(work: UnitOfWork, kind: str, first_id: bytes, second_id: bytes) -> None:
    """Note that two records are not the same; the clash is not shown any more. Raises NotFound."""
    first = _living(work.session, kind, first_id)
    _living(work.session, kind, second_id)
    work.add(
        Duplicate(
            zone_id=_zone(first),
            target_kind=kind,
            kept_id=first_id,
            other_id=second_id,
            decision=DIFFERENT,
            decided_by=work.author,
        )
    )


def merged(session: Session, most: int = 5) -> list[MergedPair]:
    """The newest merges that can be undone."""
    rows = session.scalars(
        select(Duplicate)
        .where(Duplicate.decision == MERGED, Duplicate.deleted_at.is_(None))
        .order_by(Duplicate.id.desc())
        .limit(most)
    ).all()
    found = []
    for row in rows:
        kind = record_kinds()[row.target_kind]
        kept, other = session.get(kind, row.kept_id), session.get(kind, row.other_id)
        if kept is not None and other is not None:
            sides = _side(session, kept), _side(session, other)
            found.append(MergedPair(row.id, kind.label, *sides))
    return found


def _clashes(session: Session, kind: str, name: str) -> Iterator[tuple[Record, Record]]:
    record = record_kinds()[kind]
    column: Any = getattr(record, name)
    twice = (
        select(column)
        .where(record.deleted_at.is_(None), column.is_not(None), column != "")
        .group_by(column)
        .having(func.count() > 1)
    )
    for value in session.scalars(twice).all():
        same = session.scalars(
            select(record).where(column == value, record.deleted_at.is_(None)).order_by(record.id)
        ).all()
        for other in same[1:]:
            yield same[0], other


def _described(
    session: Session, kind: str, name: str, first: Record, second: Record
) -> OpenDuplicate:
    what = f"{first.label} · {first.field(name).label} {first.shown(name)}"
    sides = _side(session, first), _side(session, second)
    return OpenDuplicate(kind, what, *sides, mergeable=_zone(first) == _zone(second))


def _side(session: Session, record: Record) -> Side:
    home = record if isinstance(record, Household) else None
    if isinstance(record, Person):
        home = session.get(Household, record.household_id)
        name = record.name
    else:
        head = session.get(Person, home.head_person_id) if home and home.head_person_id else None
        name = head.name if head else "（没有户主）"
    zone = session.get(Zone, _zone(record))
    return Side(record.id, f"{name} {home.no if home else ''}".strip(), zone.name if zone else "")


def _move(
    session: Session, kind: str, kept: Record, other: Record
) -> Iterator[tuple[str, bytes, str]]:
    """Let everything that points to the other record point to the kept one."""
    for name, record_kind in record_kinds().items():
        for field_name, field in record_kind.fields().items():
            if field.kind is not Kind.REF or field.target != kind:
                continue
            column = getattr(record_kind, field_name)
            rows = session.scalars(
                select(record_kind).where(column == other.id, record_kind.deleted_at.is_(None))
            ).all()
            for row in rows:
                if row is not other and row is not kept:
                    setattr(row, field_name, kept.id)
                    yield name, row.id, field_name


def _fill(kind: str, kept: Record, other: Record) -> Iterator[tuple[str, bytes, str]]:
    """Nothing that somebody typed is lost: empty fields are filled from the other record."""
    for name in kept.fields():
        if getattr(kept, name) in (None, "", ()) and getattr(other, name) not in (None, "", ()):
            setattr(kept, name, getattr(other, name))
            yield kind, kept.id, name


def _living(session: Session, kind: str, record_id: bytes) -> Record:
    found = _record(session, kind, record_id)
    if found.deleted_at is not None:
        raise NotFound("其中一条记录已经被合并或删除了。")
    return found


def _record(session: Session, kind: str, record_id: bytes) -> Record:
    found: Record | None = session.get(record_kinds()[kind], record_id)
    if found is None:
        raise NotFound("其中一条记录不在本机上。")
    return found


def _zone(record: Record) -> bytes:
    zone: bytes = getattr(record, "zone_id")  # noqa: B009 - not every kind of record has one
    return zone
