"""户台账: which households there are, in which order, and what a list tells of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from township.records import (
    Group,
    Household,
    HouseholdLink,
    Need,
    SpecialGroupMember,
    Zone,
)
from township.storage import search
from township.usecases.household_rows import LATEST, links_of, visited_homes
from township.usecases.needs import STILL_OPEN
from township.usecases.paper_facts import within
from township.usecases.zones import held_zones

FOUND = 200
"""A search shows so many households at most."""
_EVERY = 1_000_000

VISITED = "visited"
"""``HouseholdFilter.only``: with a visit at home this year."""
LAST_VISIT, OPEN_NEEDS, NO = "last_visit", "needs", "no"
"""Orders that a list can be asked for."""


@dataclass(frozen=True)
class HouseholdFilter:
    """Which households a list shows; None asks for no restriction.

    ``special`` is a code of the special groups, ``only_linked_to`` a cadre, ``only`` a question
    that another page asks.
    """

    zone_id: bytes | None = None
    group_id: bytes | None = None
    special: str | None = None
    only_linked_to: bytes | None = None
    only: str | None = None


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
        visited = dict(session.execute(select(Household.id, LATEST)).all())
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
    if wanted == HouseholdFilter():
        return search.household_ids(session, query, FOUND)
    found = search.household_ids(session, query, _EVERY)
    known = set(session.scalars(select(Household.id).where(*_where(wanted, today))))
    return [one for one in found if one in known][:FOUND]


def _in_order(session: Session, wanted: HouseholdFilter, today: date) -> list[bytes]:
    """By zone, group and number.

    SQLite hands over one text per group: thousands of rows of their own, or a sort over joined
    tables, would take twice as long. In hex, which sorts as the text itself does: a number may
    hold any character, also the one that stands between two lines.
    """
    line = func.hex(func.coalesce(Household.no, "")) + " " + func.hex(Household.id)
    lines = func.group_concat(line, ",")
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
    return [bytes.fromhex(one[-32:]) for text in texts for one in sorted(text.split(","))]


def _open_needs(session: Session, where: ColumnElement[bool]) -> dict[bytes, int]:
    rows = session.execute(
        select(Need.household_id, func.count()).where(where, STILL_OPEN).group_by(Need.household_id)
    )
    return {home: count for home, count in rows if home}


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
            HouseholdLink.cadre_id == wanted.only_linked_to, *links_of(today, today.year)
        )
        parts.append(Household.id.in_(linked))
    if wanted.only == VISITED:
        parts.append(Household.id.in_(visited_homes(today)))
    return parts
