"""Households as the lists of links tell of them: a cadre's own, and those without anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, String, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Person,
    SpecialGroupMember,
    Visit,
    WorkLog,
)
from township.rules.settings import PRESET, Settings
from township.usecases.household_rows import links_of
from township.usecases.paper_facts import special_labels, within
from township.usecases.viewers import viewer_of
from township.usecases.zones import held_zones

Head = aliased(Person)


@dataclass(frozen=True)
class Home:
    """A household in a list of this page; ``cadres`` are those who are linked with it."""

    id: bytes
    zone_id: bytes
    zone: str
    group: str
    no: str
    head: str
    special: tuple[str, ...]
    cadres: tuple[str, ...] = ()
    visited_on: date | None = None

    @property
    def label(self) -> str:
        """Head, number and why it comes first."""
        special = f"（{'、'.join(self.special)}）" if self.special else ""
        return " ".join(filter(None, (self.head, self.no))) + special


def homes_of(
    session: Session, cadre_id: bytes, zone_id: bytes, today: date, *, by: bytes
) -> list[Home]:
    """The households that a cadre is linked with, those not visited yet first."""
    link = HouseholdLink
    here = (link.cadre_id == cadre_id, link.zone_id == zone_id, *links_of(today, today.year))
    linked = list(session.scalars(select(link.household_id).where(*here).distinct()))
    along = func.instr(type_coerce(Visit.companions, String), cadre_id.hex()) > 0
    rows = session.execute(
        select(Visit.household_id, func.max(Visit.visited_on))
        .join(WorkLog, WorkLog.id == Visit.work_log_id)
        .where(
            Visit.household_id.in_(linked),
            or_(WorkLog.cadre_id == cadre_id, along),
            Visit.way == "in_home",
            Visit.deleted_at.is_(None),
            Visit.visited_on.between(date(today.year, 1, 1), today),
        )
        .group_by(Visit.household_id)
    )
    days: dict[bytes, date | None] = dict.fromkeys(linked) | dict(rows.all())
    found = _homes(session, list(days), today, by, days)
    return sorted(found, key=lambda one: (one.visited_on is not None, not one.special, one.no))


def unlinked(
    session: Session,
    zones: Collection[bytes],
    today: date,
    *,
    by: bytes,
    most: int | None = None,
) -> list[Home]:
    """Households with which nobody is linked, those of special groups first."""
    ids = list(session.scalars(_unlinked(zones, today).limit(most)))
    found = {one.id: one for one in _homes(session, ids, today, by)}
    return [found[one] for one in ids if one in found]


def unlinked_ids(session: Session, zones: Collection[bytes], today: date) -> list[bytes]:
    """Their ids in the same order."""
    return list(session.scalars(_unlinked(zones, today)))


def linked_by_others(
    session: Session, zone_id: bytes, cadre_id: bytes, today: date, *, by: bytes
) -> list[Home]:
    """Households of a zone that others are linked with, and not this cadre."""
    link = HouseholdLink
    here = (link.zone_id == zone_id, *links_of(today, today.year))
    own = select(link.household_id).where(*here, link.cadre_id == cadre_id)
    found = select(link.household_id).where(*here, link.household_id.not_in(own)).distinct()
    return _homes(session, list(session.scalars(found)), today, by)


def _unlinked(zones: Collection[bytes] | None, today: date) -> Select[bytes]:
    link, member = HouseholdLink, SpecialGroupMember
    linked = select(link.household_id).where(*links_of(today, today.year))
    special = select(member.household_id).where(
        member.deleted_at.is_(None), within(member.from_on, member.until_on, today, today)
    )
    question = select(Household.id).where(
        Household.deleted_at.is_(None), Household.id.not_in(linked)
    )
    if zones is not None:
        question = question.where(Household.zone_id.in_(list(zones)))
    first = Household.id.in_(special)
    return question.order_by(first.desc(), Household.zone_id, Household.no, Household.id)


def crowded_ids(
    session: Session, zones: Collection[bytes], today: date, settings: Settings = PRESET
) -> list[bytes]:
    """多头联系: households with too many linked cadres this year."""
    link = HouseholdLink
    count = func.count(link.cadre_id.distinct())
    rows = session.execute(
        select(link.household_id, count)
        .where(*links_of(today, today.year), link.zone_id.in_(list(zones)))
        .group_by(link.household_id)
        .having(count > settings.links_of_home)
        .order_by(count.desc(), link.household_id)
    )
    return [home for home, _ in rows]


def homes(session: Session, ids: Collection[bytes], today: date, *, by: bytes) -> list[Home]:
    """What lists tell of these households."""
    return _homes(session, ids, today, by)


def _homes(
    session: Session,
    ids: Collection[bytes],
    today: date,
    by: bytes,
    days: Mapping[bytes, date | None] | None = None,
) -> list[Home]:
    viewer = viewer_of(session, by)
    names = dict(held_zones(session))
    member, chosen = SpecialGroupMember, list(ids)
    kinds: dict[bytes, list[str]] = defaultdict(list)
    for home, kind in session.execute(
        select(member.household_id, member.group_kind).where(
            member.household_id.in_(chosen),
            member.deleted_at.is_(None),
            within(member.from_on, member.until_on, today, today),
        )
    ):
        kinds[home].append(kind)
    cadres: dict[bytes, set[str]] = defaultdict(set)
    for home, name in session.execute(
        select(HouseholdLink.household_id, Cadre.name)
        .join(Cadre, Cadre.id == HouseholdLink.cadre_id)
        .where(HouseholdLink.household_id.in_(chosen), *links_of(today, today.year))
    ):
        cadres[home].add(name or "")
    rows = session.execute(
        select(Household.id, Household.zone_id, Household.no, Group.name, Head.name)
        .outerjoin(Group, Group.id == Household.group_id)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .where(Household.id.in_(chosen), Household.deleted_at.is_(None))
        .order_by(Household.no)
    )
    return [
        Home(
            home,
            zone,
            names.get(zone, ""),
            group or "",
            no or "",
            viewer.name(head, zone),
            special_labels(kinds[home]),
            tuple(sorted(cadres[home])),
            (days or {}).get(home),
        )
        for home, zone, no, group, head in rows
    ]
