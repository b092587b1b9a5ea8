"""户台账: which households there are, in which order, and what a list tells of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
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
from township.usecases.zones import held_zones

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
    """The zones whose households this laptop holds, in their order."""
    groups: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
    for zone, group, name in session.execute(
        select(Group.zone_id, Group.id, Group.name)
        .where(Group.deleted_at.is_(None))
        .order_by(Group.number, Group.name)
    ):
        groups[zone].append((group, name or ""))
    return tuple(ZoneGroups(zone, name, tuple(groups[zone])) for zone, name in held_zones(session))


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
    found = _in_order(session, wanted, today)
    if sort == LAST_VISIT:
        visited = dict(session.execute(select(Household.id, _LATEST)).all())
        found.sort(key=lambda one: visited.get(one) or date.min, reverse=descending)
    elif sort == OPEN_NEEDS:
        needs = _open_needs(session, Need.household_id.is_not(None))
        found.sort(key=lambda one: needs.get(one, 0), reverse=descending)
    elif descending:
        found.reverse()
    return found


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
    latest = _latest(session, ids)
    visits = _visits_at_home(session, ids, today)
    needs = _open_needs(session, Need.household_id.in_(ids))
    return {
        home: HouseholdRow(
            no=no or "",
            head=head or "",
            zone=zone or "",
            group=group or "",
            persons=persons.get(home, 0),
            special=special.get(home, ()),
            cadres=tuple(cadres.get(home, ())),
            last_visit=latest.get(home),
            visits=visits.get(home, 0),
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


def _in_order(session: Session, wanted: HouseholdFilter, today: date) -> list[bytes]:
    """By zone, group and number.

    SQLite hands over one text per group: thousands of rows of their own, or a sort over joined
    tables, would take twice as long.
    """
    line = func.coalesce(Household.no, "") + "\n" + func.hex(Household.id)
    lines = func.group_concat(line, "\t")
    grouped: dict[bytes, str] = dict(
        session.execute(
            select(Household.group_id, lines)
            .where(*_where(wanted, today))
            .group_by(Household.group_id)
        ).all()
    )
    places = session.scalars(
        select(Group.id)
        .outerjoin(Zone, Zone.id == Group.zone_id)
        .order_by(Zone.position, Zone.name, Group.number, Group.name)
    )
    known = [grouped.pop(place) for place in places if place in grouped]
    texts = [*known, *grouped.values()]  # groups that are not on this laptop come last
    return [bytes.fromhex(one[-32:]) for text in texts for one in sorted(text.split("\t"))]


def _latest(session: Session, ids: Sequence[bytes]) -> dict[bytes, date | None]:
    rows = session.execute(select(Household.id, _LATEST).where(Household.id.in_(ids)))
    return dict(rows.all())


def _visits_at_home(session: Session, ids: Sequence[bytes], today: date) -> dict[bytes, int]:
    """Visits of this year."""
    rows = session.execute(
        select(Visit.household_id, func.count())
        .where(
            Visit.household_id.in_(ids),
            Visit.visited_on >= date(today.year, 1, 1),
            Visit.way == "in_home",
            Visit.deleted_at.is_(None),
        )
        .group_by(Visit.household_id)
    )
    return dict(rows.all())


def _open_needs(session: Session, where: ColumnElement[bool]) -> dict[bytes, int]:
    rows = session.execute(
        select(Need.household_id, func.count()).where(where, STILL_OPEN).group_by(Need.household_id)
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
    select(Visit.visited_on)
    .where(Visit.household_id == Household.id, Visit.deleted_at.is_(None))
    .order_by(Visit.visited_on.desc())
    .limit(1)
    .correlate(Household)
    .scalar_subquery()
)
"""The day of the last contact: one step in the index per household."""
