"""户台账: which households there are, in which order, and what a list tells of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

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
from township.storage import search
from township.usecases.needs import STILL_OPEN
from township.usecases.paper_facts import persons_of, special_groups_of, within

FOUND = 200
"""A search shows so many households at most."""
_EVERY = 1_000_000

LAST_VISIT, OPEN_NEEDS, NO = "last_visit", "needs", "no"
"""Orders that a list can be asked for."""


@dataclass(frozen=True)
class HouseholdFilter:
    """Which households a list shows; None asks for no restriction.

    ``special`` is a code of the special groups, ``only_linked_to`` a cadre.
    """

    zone_id: bytes | None = None
    group_id: bytes | None = None
    special: str | None = None
    only_linked_to: bytes | None = None


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


@dataclass(frozen=True)
class ZoneGroups:
    """A zone with its groups, as filters offer them: ids and names."""

    id: bytes
    name: str
    groups: tuple[tuple[bytes, str], ...]


def zones_with_groups(session: Session) -> tuple[ZoneGroups, ...]:
    """All zones on this laptop in their order."""
    groups: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
    for zone, group, name in session.execute(
        select(Group.zone_id, Group.id, Group.name)
        .where(Group.deleted_at.is_(None))
        .order_by(Group.number, Group.name)
    ):
        groups[zone].append((group, name or ""))
    zones = session.execute(
        select(Zone.id, Zone.name)
        .where(Zone.deleted_at.is_(None))
        .order_by(Zone.position, Zone.name)
    )
    return tuple(ZoneGroups(zone, name or "", tuple(groups[zone])) for zone, name in zones)


def household_ids(
    session: Session,
    wanted: HouseholdFilter,
    today: date,
    sort: str | None = None,
    descending: bool = False,
) -> list[bytes]:
    """The ids of a list; without ``sort`` by zone, group and number.

    In the order of the last visit, households that were never visited are the longest ago.
    """
    question = (
        select(Household.id)
        .outerjoin(Zone, Zone.id == Household.zone_id)
        .outerjoin(Group, Group.id == Household.group_id)
        .where(*_where(wanted, today))
    )
    natural = (Zone.position, Zone.name, Group.number, Household.no)
    if sort in (None, NO):
        order = [one.desc() if descending else one.asc() for one in natural]
    else:
        first = _LATEST if sort == LAST_VISIT else _OPEN
        order = [first.desc() if descending else first.asc(), *natural]
    return list(session.scalars(question.order_by(*order)))


def find_households(
    session: Session, query: str, wanted: HouseholdFilter, today: date
) -> list[bytes]:
    """Households that fit what was typed and the filter, the best first."""
    narrow = wanted != HouseholdFilter()
    found = search.household_ids(session, query, _EVERY if narrow else FOUND)
    if not found:
        return []
    if narrow:
        known = set(household_ids(session, wanted, today))
    else:
        living = select(Household.id).where(Household.id.in_(found), *_where(wanted, today))
        known = set(session.scalars(living))
    return [one for one in found if one in known][:FOUND]


def household_rows(
    session: Session, ids: Sequence[bytes], today: date
) -> dict[bytes, HouseholdRow]:
    """What a list tells of some households; those that are gone are left out."""
    persons = persons_of(session, today, Person.household_id.in_(ids))
    special = special_groups_of(session, today, today, SpecialGroupMember.household_id.in_(ids))
    cadres = linked_cadres(session, ids, today)
    visits = _visits(session, ids, today)
    needs = _open_needs(session, ids)
    return {
        home: HouseholdRow(
            no=no or "",
            head=head or "",
            zone=zone or "",
            group=group or "",
            persons=persons.get(home, 0),
            special=special.get(home, ()),
            cadres=tuple(cadres.get(home, ())),
            last_visit=visits.get(home, (None, 0))[0],
            visits=visits.get(home, (None, 0))[1],
            open_needs=needs.get(home, 0),
        )
        for home, no, head, zone, group in _named(session, ids)
    }


def linked_cadres(session: Session, ids: Sequence[bytes], today: date) -> dict[bytes, list[str]]:
    """The names of the cadres who are linked with some households on this day."""
    found: dict[bytes, list[str]] = defaultdict(list)
    for home, name in session.execute(
        select(HouseholdLink.household_id, Cadre.name)
        .join(Cadre, Cadre.id == HouseholdLink.cadre_id)
        .where(HouseholdLink.household_id.in_(ids), *_links_of(today))
        .order_by(HouseholdLink.household_id, Cadre.name)
        .distinct()
    ):
        found[home].append(name or "")
    return found


def _named(session: Session, ids: Sequence[bytes]) -> Sequence[Any]:
    return session.execute(
        select(Household.id, Household.no, Person.name, Zone.name, Group.name)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(Zone, Zone.id == Household.zone_id)
        .outerjoin(Group, Group.id == Household.group_id)
        .where(Household.id.in_(ids), Household.deleted_at.is_(None))
    ).all()


def _visits(
    session: Session, ids: Sequence[bytes], today: date
) -> dict[bytes, tuple[date | None, int]]:
    at_home = and_(Visit.way == "in_home", Visit.visited_on >= date(today.year, 1, 1))
    rows = session.execute(
        select(Visit.household_id, func.max(Visit.visited_on), func.count().filter(at_home))
        .where(Visit.household_id.in_(ids), Visit.deleted_at.is_(None))
        .group_by(Visit.household_id)
    )
    return {home: (last, count) for home, last, count in rows}


def _open_needs(session: Session, ids: Sequence[bytes]) -> dict[bytes, int]:
    rows = session.execute(
        select(Need.household_id, func.count())
        .where(Need.household_id.in_(ids), STILL_OPEN)
        .group_by(Need.household_id)
    )
    return {home: count for home, count in rows if home}


def _links_of(today: date) -> tuple[ColumnElement[bool], ...]:
    link = HouseholdLink
    return (
        link.deleted_at.is_(None),
        link.year == today.year,
        within(link.from_on, link.to_on, today, today),
    )


def _where(wanted: HouseholdFilter, today: date) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [Household.deleted_at.is_(None)]
    if wanted.zone_id is not None:
        parts.append(Household.zone_id == wanted.zone_id)
    if wanted.group_id is not None:
        parts.append(Household.group_id == wanted.group_id)
    if wanted.special is not None:
        member = SpecialGroupMember
        parts.append(
            Household.id.in_(
                select(member.household_id).where(
                    member.deleted_at.is_(None),
                    member.group_kind == wanted.special,
                    within(member.from_on, member.until_on, today, today),
                )
            )
        )
    if wanted.only_linked_to is not None:
        linked = select(HouseholdLink.household_id).where(
            HouseholdLink.cadre_id == wanted.only_linked_to, *_links_of(today)
        )
        parts.append(Household.id.in_(linked))
    return parts


_LATEST = (
    select(func.max(Visit.visited_on))
    .where(Visit.household_id == Household.id, Visit.deleted_at.is_(None))
    .correlate(Household)
    .scalar_subquery()
)
_OPEN = (
    select(func.count())
    .select_from(Need)
    .where(Need.household_id == Household.id, STILL_OPEN)
    .correlate(Household)
    .scalar_subquery()
)
