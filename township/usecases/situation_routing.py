"""Who hears of a situation, and whom to telephone about it. Source: domain §5.2, §4.1."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.records import Cadre, Zone, ZoneStaff
from township.usecases.township_settings import settings_of

PUBLIC_NUMBERS = (("报警", "110"), ("消防、抢险", "119"), ("急救", "120"))


@dataclass(frozen=True)
class Contact:
    """Somebody to telephone; ``phone`` is a work phone, empty when none is entered."""

    who: str
    phone: str

    def __str__(self) -> str:
        return f"{self.who} {self.phone or '（没有登记工作电话）'}"


def report_to(session: Session, zone_id: bytes, kind: str, on: date) -> bytes | None:
    """The duty leader: who is named for the kind, else who has the role that the township set.

    Of several named ones the one who serves in the zone comes first.
    """
    named = [one for one in _active(session) if kind in (one.duty_kinds or ())]
    if named:
        return min(named, key=lambda one: (zone_id not in _own(one), one.id)).id
    set_ = settings_of(session)
    roles = {
        "livelihood": set_.livelihood_role,
        "opinion": set_.opinion_role,
        "police": set_.police_role,
        "disaster": set_.disaster_role,
    }
    return responsible(session, zone_id, roles.get(kind, "LL"), on)


def responsible(session: Session, zone_id: bytes, role: str, on: date) -> bytes | None:
    """Who has a role for a zone on a day: the zone's own, the township's, else the zone's LL."""
    staff = in_service(session, zone_id, role, on)
    if staff:
        return staff[0]
    if role == "LL":
        return None
    office = (one.id for one in _active(session) if role in (one.roles or ()))
    return next(office, None) or responsible(session, zone_id, "LL", on)


def in_service(session: Session, zone_id: bytes, role: str, on: date) -> list[bytes]:
    """Those who serve in a zone in a role on a day, who came last first."""
    found = session.scalars(
        select(ZoneStaff.cadre_id)
        .where(ZoneStaff.zone_id == zone_id, ZoneStaff.role == role)
        .where(ZoneStaff.deleted_at.is_(None))
        .where(or_(ZoneStaff.from_on.is_(None), ZoneStaff.from_on <= on))
        .where(or_(ZoneStaff.to_on.is_(None), ZoneStaff.to_on >= on))
        .order_by(ZoneStaff.from_on.desc(), ZoneStaff.id)
    )
    return list(found)


def call_list(session: Session, zone_id: bytes | None, on: date) -> list[Contact]:
    """Whom to call in an emergency in a zone: rescue first, then who leads. Offline.

    The phones are work phones of the cadre list, which every laptop holds.
    """
    rescue = [Contact(who, number) for who, number in PUBLIC_NUMBERS]
    if zone_id is None:
        return rescue
    leader = report_to(session, zone_id, "disaster", on)
    people = [*in_service(session, zone_id, "LL", on), *([leader] if leader else [])]
    people += in_service(session, zone_id, "PO", on)[:1]
    people += [one.id for one in _active(session) if "TOP" in (one.roles or ())]
    zone = session.get(Zone, zone_id)
    hotline = [Contact(f"{zone.name}服务热线", zone.hotline)] if zone and zone.hotline else []
    return [*rescue, *contacts(session, people), *hotline]


def contacts(session: Session, cadres: Iterable[bytes]) -> list[Contact]:
    """These people with their posts and work phones, each once."""
    found: list[Contact] = []
    for one in dict.fromkeys(cadres):
        cadre = session.get(Cadre, one)
        if cadre is not None and cadre.deleted_at is None:
            name = f"{_post(cadre)} {cadre.name or ''}".strip()
            found.append(Contact(name, cadre.work_phone or ""))
    return found


def leaders(session: Session, zone_id: bytes, role: str, on: date) -> list[bytes]:
    """Whom an escalation alerts: the zone's linked leaders, or the leaders of the town."""
    if role == "LL":
        return in_service(session, zone_id, "LL", on)
    return [one.id for one in _active(session) if role in (one.roles or ())]


def _post(cadre: Cadre) -> str:
    return cadre.post or "、".join(ROLE.label(one) for one in cadre.roles or ())


def _active(session: Session) -> list[Cadre]:
    found = session.scalars(
        select(Cadre).where(Cadre.deleted_at.is_(None), Cadre.status == "active").order_by(Cadre.id)
    )
    return list(found)


def _own(cadre: Cadre) -> Collection[bytes]:
    return cadre.zones or ()
