"""下队考核: whose days stand on which sheet, and who signs it. Source: domain §5.1 rule 7."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Cadre, ZoneStaff
from township.rules import assessment as rules
from township.usecases.paper_facts import within
from township.usecases.zones import Zones, all_zones


@dataclass(frozen=True)
class Unit:
    """Whose sheet: a part of a zone's staff, or (no zone) the township's cadres."""

    part: str
    zone_id: bytes | None


@dataclass(frozen=True)
class Member:
    """A cadre on a sheet; ``zone_id`` is the first of the zones in which the cadre serves."""

    id: bytes
    name: str
    post: str
    zone_id: bytes
    part: str

    @property
    def village(self) -> bool:
        """Does the rule for village cadres hold?"""
        return self.part != rules.TOWNSHIP


class Staff:
    """Who serves where on some days, read once."""

    def __init__(self, session: Session, first: date, last: date) -> None:
        self.zones: Zones = all_zones(session)
        self._order = {zone: at for at, (zone, _) in enumerate(self.zones)}
        self._held: dict[bytes, dict[bytes, set[str]]] = defaultdict(dict)
        """Cadre → zone → roles."""
        self._holders: dict[tuple[bytes | None, str], set[bytes]] = defaultdict(set)
        """Zone (None: the offices) and role → cadres."""
        names: dict[bytes, tuple[str, str]] = {}
        cadres = select(Cadre.id, Cadre.name, Cadre.post, Cadre.roles, Cadre.status)
        for one, name, post, roles, status in session.execute(
            cadres.where(Cadre.deleted_at.is_(None))
        ):
            names[one] = (name or "", post or "")
            for role in (roles or ()) if status == "active" else ():
                self._holders[None, role].add(one)
        rows = session.execute(
            select(ZoneStaff.zone_id, ZoneStaff.cadre_id, ZoneStaff.role)
            .where(ZoneStaff.deleted_at.is_(None))
            .where(within(ZoneStaff.from_on, ZoneStaff.to_on, first, last))
        )
        for zone, cadre, role in rows:
            if cadre in names and zone in self._order:
                self._held[cadre].setdefault(zone, set()).add(role)
                self._holders[zone, role].add(cadre)
        self._members = {one.id: one for one in self._everybody(names)}
        self._units: dict[Unit, list[Member]] = defaultdict(list)
        for member in sorted(
            self._members.values(), key=lambda one: (self._order[one.zone_id], one.name, one.id)
        ):
            self._units[unit_of(member)].append(member)

    def members(self, unit: Unit) -> list[Member]:
        """Who stands on a sheet, by zone and name."""
        return list(self._units.get(unit, ()))

    def member(self, cadre_id: bytes) -> Member | None:
        """One cadre as a sheet has him; None for those who are on no sheet."""
        return self._members.get(cadre_id)

    def serves(self, cadre_id: bytes, role: str) -> list[bytes]:
        """The zones in which somebody has a role, in their order."""
        held = self._held.get(cadre_id, {})
        return sorted(
            (zone for zone, roles in held.items() if role in roles), key=self._order.__getitem__
        )

    def units(self) -> Iterator[Unit]:
        """All sheets of a month: two of each zone, one of the township's cadres."""
        for zone, _ in self.zones:
            yield Unit(rules.VILLAGE, zone)
            yield Unit(rules.SECRETARY, zone)
        yield Unit(rules.TOWNSHIP, None)

    def roles_in(self, cadre_id: bytes, zone_id: bytes) -> frozenset[str]:
        """The roles that somebody has in a zone."""
        return frozenset(self._held.get(cadre_id, {}).get(zone_id, ()))

    def title(self, unit: Unit) -> str:
        """What a unit is called."""
        if unit.zone_id is None:
            return "镇干部"
        names = dict(self.zones)
        return names.get(unit.zone_id, "") + _TITLES[unit.part]

    def holding(self, role: str, zone_id: bytes | None = None) -> set[bytes]:
        """Who has a role in a zone, or (None) in the township's offices."""
        return self._holders.get((zone_id, role), set())

    def _everybody(self, names: Mapping[bytes, tuple[str, str]]) -> Iterator[Member]:
        for cadre, zones in self._held.items():
            part = rules.part_of({role for held in zones.values() for role in held})
            if part is not None:
                there = [zone for zone, held in zones.items() if held & rules.ASSESSED[part]]
                zone = min(there, key=self._order.__getitem__)
                yield Member(cadre, *names[cadre], zone, part)


_TITLES = {rules.VILLAGE: "村干部", rules.SECRETARY: "村书记"}


def unit_of(member: Member) -> Unit:
    """The unit on whose sheet somebody stands."""
    return Unit(member.part, None if member.part == rules.TOWNSHIP else member.zone_id)


def staff_of_month(session: Session, year: int, month: int) -> Staff:
    """Who served at any time in a month."""
    return Staff(session, rules.first_of(year, month), rules.last_of(year, month))


def staff_of_day(session: Session, on: date) -> Staff:
    """Who serves on a day: who may sign."""
    return Staff(session, on, on)


def signers(day: Staff, month: Staff, unit: Unit) -> set[bytes]:
    """Who may sign a unit's sheet of a month on a day: never somebody who stands on it.

    Without a secretary who is not on it, the linked leader signs for the village.
    """
    on_it = {one.id for one in month.members(unit)}
    if unit.zone_id is None:
        return day.holding(rules.ASSESSOR[unit.part]) - on_it
    first = day.holding(rules.ASSESSOR[unit.part], unit.zone_id) - on_it
    return first or day.holding("LL", unit.zone_id) - on_it
