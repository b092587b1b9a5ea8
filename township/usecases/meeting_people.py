"""Who takes part in the meetings of a village or of the township, and who leads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.records import Cadre, ZoneStaff
from township.rules import meetings as rules
from township.usecases.paper_facts import within

FIELD_ROLES = ("LL", "VS", "VC", "TC", "PO", "JO", "HW", "CHD")
"""Roles in a zone, in the order in which lists of attendance name them."""
TOWNSHIP_ROLES = ("TOP", "PGO", "PET", "SAF", "CLK", "DIS", "LL", "VS")
"""Who is asked to the township's meeting."""
OFFICES = frozenset({"TOP", "PGO", "PET", "SAF", "CLK"})
"""Roles that keep the records of the township's meeting."""


@dataclass(frozen=True)
class Attendee:
    """Somebody who may take part; ``roles`` are those that matter here."""

    id: bytes
    name: str
    roles: tuple[str, ...]

    @property
    def label(self) -> str:
        """Name and first role: 向美华 村干部."""
        return f"{self.name} {ROLE.label(self.roles[0])}" if self.roles else self.name


def people(session: Session, zone_id: bytes | None, on: date) -> list[Attendee]:
    """Who belongs to the meetings of a zone, or of the township (None), on a day."""
    if zone_id is None:
        return _of_township(session)
    return _staff(session, zone_id, on) or _of_zone(session, zone_id)


def leaders(session: Session, zone_id: bytes | None, on: date) -> list[Attendee]:
    """The main leaders who convene: the village secretary, or those of the township."""
    role = rules.MAIN_LEADER[rules.VILLAGE if zone_id else rules.TOWNSHIP]
    return [one for one in people(session, zone_id, on) if role in one.roles]


def _staff(session: Session, zone_id: bytes, on: date) -> list[Attendee]:
    rows = session.execute(
        select(Cadre.id, Cadre.name, ZoneStaff.role)
        .join(ZoneStaff, ZoneStaff.cadre_id == Cadre.id)
        .where(
            ZoneStaff.zone_id == zone_id,
            ZoneStaff.deleted_at.is_(None),
            Cadre.deleted_at.is_(None),
            within(ZoneStaff.from_on, ZoneStaff.to_on, on, on),
        )
        .order_by(Cadre.id)
    )
    held: dict[bytes, tuple[str, list[str]]] = {}
    for one, name, role in rows:
        held.setdefault(one, (name or "", []))[1].append(role or "")
    return _ordered((one, name, roles) for one, (name, roles) in held.items())


def _of_zone(session: Session, zone_id: bytes) -> list[Attendee]:
    """Where nobody was entered as staff: the cadres that name the zone."""
    found = session.execute(_active()).all()
    return _ordered(
        (one, name or "", [role for role in roles if role in FIELD_ROLES])
        for one, name, roles, zones in found
        if zone_id in zones and set(roles) & set(FIELD_ROLES)
    )


def _of_township(session: Session) -> list[Attendee]:
    found = session.execute(_active()).all()
    return _ordered(
        (
            (one, name or "", [role for role in TOWNSHIP_ROLES if role in roles])
            for one, name, roles, _ in found
            if set(roles) & set(TOWNSHIP_ROLES)
        ),
        TOWNSHIP_ROLES,
    )


def _active() -> Select[bytes, str, tuple[str, ...], tuple[bytes, ...]]:
    return (
        select(Cadre.id, Cadre.name, Cadre.roles, Cadre.zones)
        .where(Cadre.deleted_at.is_(None), Cadre.status == "active")
        .order_by(Cadre.id)
    )


def _ordered(
    found: Iterable[tuple[bytes, str, list[str]]], order: tuple[str, ...] = FIELD_ROLES
) -> list[Attendee]:
    rank = {role: at for at, role in enumerate(order)}

    def place(role: str) -> int:
        return rank.get(role, len(order))

    made = [Attendee(one, name, tuple(sorted(roles, key=place))) for one, name, roles in found]
    return sorted(made, key=lambda one: place(one.roles[0]) if one.roles else len(order))
