"""联系户: who is linked with whom, how far each cadre is, and who has nobody.

A link counts once the cadre was at home with the household in its year, alone or along with
somebody, as on 今日 and on the assessment sheet.
Source: domain §4.2, §5.1 rule 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import (
    Household,
    HouseholdLink,
    Person,
)
from township.rules import links as rules
from township.rules.settings import PRESET, Settings
from township.storage.work import UnitOfWork
from township.usecases.field_days import homes_visited
from township.usecases.household_rows import links_of
from township.usecases.township_settings import settings_of
from township.usecases.zone_staff import serving_on, staff_of
from township.usecases.zones import held_zones

Head = aliased(Person)


@dataclass(frozen=True)
class Linker:
    """A cadre who links: in which zone, how many households, how many of them visited."""

    cadre_id: bytes
    zone_id: bytes
    zone: str
    name: str
    role: str
    wanted: int
    linked: int
    visited: int


def linkers(
    session: Session, zones: Collection[bytes], today: date, settings: Settings = PRESET
) -> list[Linker]:
    """Everybody who links in these zones today, the furthest from the target first in each."""
    names = dict(held_zones(session))
    held: dict[tuple[bytes, bytes], list[str]] = defaultdict(list)
    called = {}
    for one in serving_on(staff_of(session, zones), today):
        if one.role in rules.LINKERS and one.zone_id in names:
            held[one.zone_id, one.cadre_id].append(one.role)
            called[one.cadre_id] = one.name
    counts = _counts(session, zones, today)
    found = [
        Linker(
            cadre,
            zone,
            names[zone],
            called[cadre],
            roles[0],
            rules.target(roles, settings),
            *counts.get((zone, cadre), (0, 0)),
        )
        for (zone, cadre), roles in held.items()
    ]
    order = {zone: at for at, zone in enumerate(names)}
    return sorted(found, key=lambda one: (order[one.zone_id], one.linked - one.wanted, one.name))


def names_of_linkers(
    session: Session, zones: Collection[bytes], today: date
) -> list[tuple[bytes, str]]:
    """The same people once each, by name; without their counts, which take a year's visits."""
    serving = serving_on(staff_of(session, zones), today)
    found = {one.cadre_id: one.name for one in serving if one.role in rules.LINKERS}
    return sorted(found.items(), key=lambda one: one[1])


def _counts(
    session: Session, zones: Collection[bytes], on: date
) -> dict[tuple[bytes, bytes], tuple[int, int]]:
    """Linked households, and visited ones among them, by zone and cadre."""
    link = HouseholdLink
    rows = session.execute(
        select(link.zone_id, link.cadre_id, link.household_id).where(
            *links_of(on, on.year), link.zone_id.in_(list(zones))
        )
    )
    linked: dict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
    for zone, cadre, home in rows:
        linked[zone, cadre].add(home)
    cadres = {cadre for _, cadre in linked}
    seen = homes_visited(session, cadres, date(on.year, 1, 1), on)
    return {
        (zone, cadre): (len(homes), len(homes & seen[cadre]))
        for (zone, cadre), homes in linked.items()
    }


def link(work: UnitOfWork, cadre_id: bytes | None, households: Iterable[bytes]) -> tuple[str, ...]:
    """Link a cadre with households from today on; returns warnings of 多头联系.

    Raises NotFound, InvalidInput, and NotAllowed when he is linked with one already.
    """
    chosen = list(dict.fromkeys(households))
    if cadre_id is None or not chosen:
        raise InvalidInput({"household_id": "请选择干部和户"})
    today = work.today()
    warnings = []
    for one in chosen:
        home = work.session.get(Household, one)
        if home is None or home.deleted_at is not None:
            raise NotFound("这一户不在本机，可能已被删除。")
        others = cadres_of(work.session, one, today)
        if cadre_id in others:
            raise NotAllowed(f"{home.no} 已经由这名干部联系。")
        if rules.too_many(len(others) + 1, settings_of(work.session)):
            warnings.append(f"{home.no} 多头联系：今年已有 {len(others)} 名联系干部")
        work.add(
            HouseholdLink(
                zone_id=home.zone_id,
                cadre_id=cadre_id,
                household_id=one,
                year=today.year,
                from_on=today,
                to_on=date(today.year, 12, 31),
            )
        )
    return tuple(warnings)


def unlink(work: UnitOfWork, cadre_id: bytes, household_id: bytes | None) -> None:
    """End a link: yesterday was its last day; one that began today never was.

    Raises NotFound or InvalidInput.
    """
    if household_id is None:
        raise InvalidInput({"household_id": "请选择要结束联系的户"})
    today = work.today()
    here = (HouseholdLink.cadre_id == cadre_id, HouseholdLink.household_id == household_id)
    found = work.session.scalars(
        select(HouseholdLink).where(*here, *links_of(today, today.year))
    ).all()
    if not found:
        raise NotFound("这名干部现在没有联系这一户。")
    for one in found:
        if one.from_on == today:
            work.delete(one)
        else:
            one.to_on = date.fromordinal(today.toordinal() - 1)


def cadres_of(session: Session, home: bytes, today: date) -> frozenset[bytes]:
    """Who is linked with a household today."""
    here = (HouseholdLink.household_id == home, *links_of(today, today.year))
    return frozenset(session.scalars(select(HouseholdLink.cadre_id).where(*here)))
