"""责任区: the list of zones, and one in full with its people, card, box and numbers.

Every number is counted from rows that another page can show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from township.errors import NotFound
from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    SpecialGroupMember,
    Zone,
)
from township.rules import zones as rules
from township.rules.settings import PRESET, Settings
from township.usecases import cards, open_homes, opinion_list
from township.usecases.cards import CardState
from township.usecases.household_rows import links_of, visited_homes
from township.usecases.needs import STILL_OPEN
from township.usecases.paper_facts import lived_there, within
from township.usecases.zone_staff import Serving, serving_on, staff_of
from township.usecases.zones import all_zones, held_zones

GROUPS, HOUSEHOLDS, PERSONS = "groups", "households", "persons"
LINKS, UNLINKED, VISITED, NEEDS = "links", "unlinked", "visited", "needs"
SPECIAL, PAPERS, OPEN_HOMES = "special", "papers", "open_homes"


@dataclass(frozen=True)
class ZoneRow:
    """One zone in a list; ``box_on`` is the day by which its box is to be opened."""

    id: bytes
    name: str
    people: int
    gaps: tuple[str, ...]
    card: CardState
    box_on: date | None


@dataclass(frozen=True)
class ZoneDetail:
    """One zone in full; ``numbers`` is None when this laptop does not hold its households."""

    zone: Zone
    staff: tuple[Serving, ...]
    former: tuple[Serving, ...]
    gaps: tuple[str, ...]
    coming: tuple[tuple[date, str], ...]
    card: CardState
    card_made_by: str
    delivered: int
    opened_on: date | None
    box_on: date | None
    groups: tuple[str, ...]
    numbers: Mapping[str, int] | None


def zone_rows(session: Session, today: date, settings: Settings = PRESET) -> list[ZoneRow]:
    """All zones of the township in their order."""
    staff: dict[bytes, list[Serving]] = defaultdict(list)
    for one in staff_of(session):
        staff[one.zone_id].append(one)
    states = cards.card_states(session, today)
    held = [zone for zone, _ in held_zones(session)]
    boxes = opinion_list.box_days(session, held, settings)
    return [
        ZoneRow(
            zone,
            name,
            len({one.cadre_id for one in serving_on(staff[zone], today)}),
            rules.gaps((one.service for one in staff[zone]), today, settings),
            states[zone],
            boxes.get(zone),
        )
        for zone, name in all_zones(session)
    ]


def zone_detail(
    session: Session, zone_id: bytes, today: date, *, by: bytes, settings: Settings = PRESET
) -> ZoneDetail:
    """One zone. Raises NotFound."""
    zone = session.get(Zone, zone_id)
    if zone is None or zone.deleted_at is not None:
        raise NotFound("这个责任区不在本机，可能已被删除。")
    staff = staff_of(session, [zone_id])
    services = [one.service for one in staff]
    card = cards.card_state(session, zone, today)
    since = {zone_id: card.card.valid_from} if card.card and card.card.approved_by else {}
    held = zone_id in dict(held_zones(session))
    maker = session.get(Cadre, card.card.created_by) if card.card and card.card.created_by else None
    groups = session.scalars(
        select(Group.name)
        .where(Group.zone_id == zone_id, Group.deleted_at.is_(None))
        .order_by(Group.number)
    )
    return ZoneDetail(
        zone,
        tuple(one for one in staff if one.to_on is None or one.to_on >= today),
        tuple(one for one in staff if one.to_on is not None and one.to_on < today),
        rules.gaps(services, today, settings),
        rules.coming_gaps(services, today, settings),
        card,
        maker.name if maker else "",
        cards.delivered_counts(session, since).get(zone_id, 0),
        opinion_list.last_openings(session).get(zone_id),
        opinion_list.box_days(session, [zone_id], settings).get(zone_id) if held else None,
        tuple(name or "" for name in groups),
        _numbers(session, zone_id, today, by) if held else None,
    )


def _numbers(session: Session, zone: bytes, today: date, by: bytes) -> dict[str, int]:
    home, link, member = Household, HouseholdLink, SpecialGroupMember
    here = (home.zone_id == zone, home.deleted_at.is_(None))
    linked = select(link.household_id).where(*links_of(today, today.year))
    special = select(member.household_id).where(
        member.deleted_at.is_(None), within(member.from_on, member.until_on, today, today)
    )
    visited = visited_homes(today)

    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(home).where(*here, *where)) or 0

    def others(
        kind: type[Group | Person | Need | HouseholdLink], *where: ColumnElement[bool]
    ) -> int:
        asked = select(func.count()).select_from(kind).where(kind.zone_id == zone, *where)
        return session.scalar(asked) or 0

    return {
        GROUPS: others(Group, Group.deleted_at.is_(None)),
        HOUSEHOLDS: count(),
        PERSONS: others(Person, lived_there(today)),
        LINKS: others(link, *links_of(today, today.year)),
        UNLINKED: count(home.id.not_in(linked)),
        VISITED: count(home.id.in_(visited)),
        NEEDS: others(Need, STILL_OPEN),
        SPECIAL: count(home.id.in_(special)),
        PAPERS: len(opinion_list.paper_rows(session, opinion_list.OPEN, [zone], by=by)),
        OPEN_HOMES: len(open_homes.open_homes(session, [zone], by=by)),
    }
