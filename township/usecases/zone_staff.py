"""Who serves in a zone over time, and how somebody begins and ends there. Source: domain §4.1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.errors import InvalidInput, NotFound
from township.records import Cadre, Zone, ZoneStaff
from township.rules import zones as rules
from township.rules.zones import Service
from township.storage.work import UnitOfWork

ORDER = {role: at for at, role in enumerate(rules.ZONE_ROLES)}


@dataclass(frozen=True)
class Serving:
    """One service of somebody in a zone; ``phone`` is the number for work."""

    id: bytes
    zone_id: bytes
    cadre_id: bytes
    name: str
    role: str
    phone: str
    from_on: date | None
    to_on: date | None

    @property
    def service(self) -> Service:
        """As the rules know it."""
        return Service(self.cadre_id, self.role, self.from_on, self.to_on)

    @property
    def role_label(self) -> str:
        """The role in Chinese."""
        return ROLE.label(self.role)

    @property
    def span(self) -> str:
        """From when to when, in words."""
        begin = f"{self.from_on} 起" if self.from_on else ""
        return f"{self.from_on or ''} 至 {self.to_on}" if self.to_on else begin


def staff_of(session: Session, zones: Iterable[bytes] | None = None) -> list[Serving]:
    """All services, past and to come, of these zones (None: of all), by role and day."""
    question = (
        select(ZoneStaff, Cadre.name, Cadre.work_phone)
        .join(Cadre, Cadre.id == ZoneStaff.cadre_id)
        .where(ZoneStaff.deleted_at.is_(None), Cadre.deleted_at.is_(None))
    )
    if zones is not None:
        question = question.where(ZoneStaff.zone_id.in_(list(zones)))
    found = [
        Serving(
            one.id,
            one.zone_id,
            one.cadre_id,
            name or "",
            one.role or "",
            phone or "",
            one.from_on,
            one.to_on,
        )
        for one, name, phone in session.execute(question)
    ]
    last = len(ORDER)
    return sorted(
        found, key=lambda one: (ORDER.get(one.role, last), one.from_on or date.min, one.id)
    )


def serving_on(staff: Iterable[Serving], on: date) -> list[Serving]:
    """Those of them who serve on a day."""
    return [one for one in staff if one.service.on(on)]


def begin(
    work: UnitOfWork,
    zone_id: bytes,
    cadre_id: bytes | None,
    role: str | None,
    from_on: date | None,
) -> bytes:
    """Somebody begins in a role; returns the new service. Raises NotFound or InvalidInput."""
    zone = work.session.get(Zone, zone_id)
    if zone is None or zone.deleted_at is not None:
        raise NotFound("这个责任区不在本机，可能已被删除。")
    problems = {} if cadre_id else {"cadre_id": "请选择干部"}
    problems |= {} if role in ORDER else {"role": "请选择角色"}
    problems |= {} if from_on else {"from_on": "请填写开始日期"}
    if problems or not cadre_id or not role or not from_on:
        raise InvalidInput(problems)
    held = [one.service for one in staff_of(work.session, [zone_id])]
    if problem := rules.overlap_problem(held, cadre_id, role, from_on):
        raise InvalidInput({"from_on": problem})
    made = ZoneStaff(zone_id=zone_id, cadre_id=cadre_id, role=role, from_on=from_on)
    work.add(made)
    return made.id


def end(work: UnitOfWork, service_id: bytes | None, to_on: date | None) -> None:
    """The last day of a service. Raises NotFound or InvalidInput."""
    if service_id is None or to_on is None:
        raise InvalidInput({"to_on": "请选择人员，填写最后一天"})
    one = work.session.get(ZoneStaff, service_id)
    if one is None or one.deleted_at is not None:
        raise NotFound("这条任职记录不在本机，可能已被删除。")
    others = [
        other.service for other in staff_of(work.session, [one.zone_id]) if other.id != one.id
    ]
    begun = one.from_on or date.min
    if problem := rules.overlap_problem(others, one.cadre_id, one.role, begun, to_on):
        raise InvalidInput({"to_on": problem})
    one.to_on = to_on


def reopen(work: UnitOfWork, service_id: bytes) -> None:
    """Undo ``end``. Raises NotFound."""
    one = work.session.get(ZoneStaff, service_id)
    if one is None:
        raise NotFound("这条任职记录不在本机。")
    one.to_on = None


def set_place(work: UnitOfWork, zone_id: bytes, hotline: str | None, box: str | None) -> None:
    """Another hotline or place of the box. Raises NotFound or InvalidInput."""
    zone = work.session.get(Zone, zone_id)
    if zone is None or zone.deleted_at is not None:
        raise NotFound("这个责任区不在本机，可能已被删除。")
    given = {"hotline": hotline, "box_place": box}
    problems = {
        name: problem
        for name, value in given.items()
        if (problem := Zone.field(name).problem(value))
    }
    if problems:
        raise InvalidInput(problems)
    zone.hotline, zone.box_place = hotline, box
