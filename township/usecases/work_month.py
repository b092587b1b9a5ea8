"""工作日志: one cadre's month, day by day, and the households a visit can be logged for."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Cadre, Household, Person, ZoneStaff
from township.rules import days as rules
from township.storage import search
from township.usecases.field_days import WorkDay, field_days
from township.usecases.township_settings import settings_of_month
from township.usecases.viewers import viewer_of


@dataclass(frozen=True)
class WorkMonth:
    """One cadre's month; halves are half days."""

    village: bool
    target: int
    counted: int
    pending: int
    days: dict[date, WorkDay]


def work_month(session: Session, cadre_id: bytes, year: int, month: int) -> WorkMonth:
    """The days of a month that have a log, judged by the rules for the cadre's roles.

    A month goes by the settings with which it began.
    """
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    settings = settings_of_month(session, year, month)
    village = rules.is_village_cadre(_roles(session, cadre_id, first, last))
    days = field_days(session, {cadre_id: village}, first, last, settings)[cadre_id]
    results = [day.result for day in days.values()]
    return WorkMonth(
        village=village,
        target=rules.target_halves(village, settings),
        counted=rules.total_halves(results),
        pending=rules.total_halves(results, rules.Standing.PENDING),
        days=days,
    )


def find_households(
    session: Session, query: str, limit: int = 20, *, by: bytes
) -> list[tuple[bytes, str, str]]:
    """(id, head and number, address) of households that fit a query, best first."""
    ids = search.household_ids(session, query, limit)
    named = household_names(session, ids, by=by)
    return [(one, *named[one]) for one in ids if one in named]


def household_names(
    session: Session, ids: Sequence[bytes], *, by: bytes
) -> dict[bytes, tuple[str, str]]:
    """(head and number, address) of living households, as the cadre ``by`` sees them."""
    viewer = viewer_of(session, by)
    found = session.execute(
        select(Household.id, Household.zone_id, Household.no, Household.address, Person.name)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Household.id.in_(ids), Household.deleted_at.is_(None))
    )
    return {
        one: (
            " ".join(filter(None, (viewer.name(head, zone), no))),
            (address or "") * viewer.restricted(zone),
        )
        for one, zone, no, address, head in found
    }


def companions(session: Session, cadre_id: bytes) -> list[tuple[bytes, str]]:
    """(id, name) of the cadres who may have come along: those of the same zones, by name."""
    mine = select(ZoneStaff.zone_id).where(
        ZoneStaff.cadre_id == cadre_id, ZoneStaff.deleted_at.is_(None)
    )
    found = session.execute(
        select(Cadre.id, Cadre.name)
        .join(ZoneStaff, ZoneStaff.cadre_id == Cadre.id)
        .where(ZoneStaff.zone_id.in_(mine), ZoneStaff.deleted_at.is_(None))
        .where(Cadre.id != cadre_id, Cadre.status == "active", Cadre.deleted_at.is_(None))
        .distinct()
        .order_by(Cadre.name)
    )
    return [(one, name or "") for one, name in found]


def _roles(session: Session, cadre_id: bytes, first: date, last: date) -> set[str]:
    """Roles of a cadre: the ones held by the person and those held in zones in these days."""
    cadre = session.get(Cadre, cadre_id)
    held = session.execute(
        select(ZoneStaff.role, ZoneStaff.from_on, ZoneStaff.to_on).where(
            ZoneStaff.cadre_id == cadre_id, ZoneStaff.deleted_at.is_(None)
        )
    )
    in_zones = {
        role
        for role, begin, end in held
        if (begin is None or begin <= last) and (end is None or end >= first)
    }
    return in_zones or set((cadre.roles if cadre else None) or ())
