"""What a list tells of each household: one question for all rows of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    SpecialGroupMember,
    Visit,
    Zone,
)
from township.rules.viewing import Viewer
from township.usecases.needs import STILL_OPEN
from township.usecases.paper_facts import lived_there, special_labels, within
from township.usecases.viewers import viewer_of

Head = aliased(Person)
_BREAK = "\n"


@dataclass(frozen=True)
class HouseholdRow:
    """One household in a list. ``last_visit`` is any contact, ``visits`` are those at home."""

    no: str
    head: str
    zone: str
    group: str
    persons: int
    special: tuple[str, ...]
    cadres: tuple[str, ...]
    last_visit: date | None
    visits: int
    open_needs: int


def household_rows(
    session: Session, ids: Sequence[bytes], today: date, *, by: bytes
) -> dict[bytes, HouseholdRow]:
    """What a list tells the cadre ``by`` of some households; those that are gone are left out."""
    viewer = viewer_of(session, by)
    begin = date(today.year, 1, 1)
    given = {"ids": list(ids), "on": today, "year": today.year, "begin": begin}
    return {line.id: _row(line, viewer) for line in session.execute(_question(), given)}


def links_of(on: Any, year: Any) -> tuple[ColumnElement[bool], ...]:
    """Which links are in force on a day of a year."""
    link = HouseholdLink
    return (
        link.deleted_at.is_(None),
        link.year == year,
        within(link.from_on, link.to_on, on, on),
    )


def visited_homes(today: date) -> Select[bytes]:
    """The households with a visit at home this year, as a question to be put into another."""
    return select(Visit.household_id).where(
        Visit.way == "in_home",
        Visit.deleted_at.is_(None),
        Visit.visited_on.between(date(today.year, 1, 1), today),
    )


def _row(line: Any, viewer: Viewer) -> HouseholdRow:
    return HouseholdRow(
        no=line.no or "",
        head=viewer.name(line.head, line.zone_id),
        zone=line.zone or "",
        group=line.village_group or "",
        persons=line.persons,
        special=special_labels((line.special or "").split(",")),
        cadres=tuple(sorted(set((line.cadres or "").split(_BREAK)) - {""})),
        last_visit=line.last_visit,
        visits=line.visits,
        open_needs=line.needs,
    )


LATEST = (
    select(Visit.visited_on)
    .where(Visit.household_id == Household.id, Visit.deleted_at.is_(None))
    .order_by(Visit.visited_on.desc())
    .limit(1)
    .correlate(Household)
    .scalar_subquery()
)
"""The day of the last contact: one step in the index per household."""


@cache
def _question() -> Select[Any]:
    """Built once: composing it costs more than asking it."""
    on: Any = bindparam("on", type_=Visit.visited_on.type)
    return (
        select(
            Household.id,
            Household.no,
            Household.zone_id,
            Head.name.label("head"),
            Zone.name.label("zone"),
            Group.name.label("village_group"),
            _persons(on).label("persons"),
            _special(on).label("special"),
            _cadres(on).label("cadres"),
            LATEST.label("last_visit"),
            _visits_at_home().label("visits"),
            _open_needs().label("needs"),
        )
        .outerjoin(Head, Head.id == Household.head_person_id)
        .outerjoin(Zone, Zone.id == Household.zone_id)
        .outerjoin(Group, Group.id == Household.group_id)
        .where(Household.id.in_(bindparam("ids", expanding=True)), Household.deleted_at.is_(None))
    )


def _persons(on: Any) -> Any:
    here = (Person.household_id == Household.id, lived_there(on))
    return _for_each(select(func.count()).where(*here))


def _special(on: Any) -> Any:
    member = SpecialGroupMember
    here = (
        member.household_id == Household.id,
        member.deleted_at.is_(None),
        within(member.from_on, member.until_on, on, on),
    )
    return _for_each(select(func.group_concat(member.group_kind)).where(*here))


def _cadres(on: Any) -> Any:
    link = HouseholdLink
    names = select(func.group_concat(Cadre.name, _BREAK)).join(link, link.cadre_id == Cadre.id)
    return _for_each(
        names.where(link.household_id == Household.id, *links_of(on, bindparam("year")))
    )


def _visits_at_home() -> Any:
    """Of this year."""
    return _for_each(
        select(func.count()).where(
            Visit.household_id == Household.id,
            Visit.visited_on >= bindparam("begin"),
            Visit.way == "in_home",
            Visit.deleted_at.is_(None),
        )
    )


def _open_needs() -> Any:
    return _for_each(select(func.count()).where(Need.household_id == Household.id, STILL_OPEN))


def _for_each(question: Any) -> Any:
    """A value of each household in the outer question."""
    return question.correlate(Household).scalar_subquery()
