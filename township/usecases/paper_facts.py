"""What several papers ask of the records, in bulk: names, persons per household, groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select, true
from sqlalchemy.orm import Session

from township import codes
from township.records import Cadre, Person, Record, SpecialGroupMember
from township.storage import tables

ALL = true()
"""No restriction."""


def township_name(session: Session) -> str:
    """The name of the township that this laptop belongs to."""
    return session.scalar(select(tables.device.c.township_name)) or ""


def cadre_names(session: Session) -> dict[bytes, str]:
    """All cadres by id; those who left keep their names on old papers."""
    return dict(session.execute(select(Cadre.id, Cadre.name)).all())


def persons_of(session: Session, on: date, where: ColumnElement[bool] = ALL) -> dict[bytes, int]:
    """How many persons a household had on a day."""
    here = (lived_there(on), where)
    counted = select(Person.household_id, func.count()).where(*here).group_by(Person.household_id)
    return dict(session.execute(counted).all())


def lived_there(on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a person was alive and in the household on a day."""
    return and_(
        Person.deleted_at.is_(None),
        or_(Person.died_on.is_(None), Person.died_on > on),
        or_(Person.moved_on.is_(None), Person.moved_on > on),
    )


def special_groups_of(
    session: Session, first: date, last: date, where: ColumnElement[bool] = ALL
) -> dict[bytes, tuple[str, ...]]:
    """The special groups of each household at any time between two days, in the list's order."""
    member = SpecialGroupMember
    rows = session.execute(
        select(member.household_id, member.group_kind).where(
            member.deleted_at.is_(None), within(member.from_on, member.until_on, first, last), where
        )
    )
    found: dict[bytes, set[str]] = defaultdict(set)
    for household, kind in rows:
        found[household].add(kind)
    return {household: special_labels(kinds) for household, kinds in found.items()}


def special_labels(kinds: Collection[str]) -> tuple[str, ...]:
    """The names of special groups in the list's order."""
    return tuple(codes.SPECIAL_GROUP.label(k) for k in codes.SPECIAL_GROUP if k in kinds)


def within(
    begins: SQLColumnExpression[date | None],
    ends: SQLColumnExpression[date | None],
    first: date | ColumnElement[date],
    last: date | ColumnElement[date],
) -> ColumnElement[bool]:
    """Whether a span, open where it has no end, touches the days from first to last."""
    return and_(or_(begins.is_(None), begins <= last), or_(ends.is_(None), ends >= first))


def in_zones(kind: type[Record], zones: Collection[bytes] | None) -> ColumnElement[bool]:
    """Rows of these zones; all when ``zones`` is None."""
    return ALL if zones is None else kind.zone_id.in_(zones)  # type: ignore[attr-defined]
