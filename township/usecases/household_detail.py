"""One household in full: its facts, its people, and what was seen, asked and reported there.

Phones leave here masked and dates of birth as age bands (domain §7.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from township.codes import RELATION
from township.errors import NotFound
from township.records import (
    Household,
    Need,
    Person,
    Situation,
    Visit,
    WorkLog,
)
from township.rules.consents import rests
from township.rules.masking import age_band, masked_phone
from township.usecases.consents import states_of
from township.usecases.household_rows import HouseholdRow, household_rows
from township.usecases.paper_facts import cadre_names
from township.values import CHINA

HISTORY = 50
"""So many visits, needs and situations are told at most, the newest first."""


@dataclass(frozen=True)
class PersonLine:
    """A person who lives there; the phone is masked, and empty without consent."""

    id: bytes
    name: str
    relation: str
    sex: str
    age: str
    phone: str
    residence: str


@dataclass(frozen=True)
class VisitLine:
    """One contact with the household."""

    id: bytes
    on: date
    session: str
    way: str
    purpose: str
    cadres: tuple[str, ...]
    talk: str
    next_visit_on: date | None


@dataclass(frozen=True)
class MatterLine:
    """A need or a situation; ``state`` in words."""

    id: bytes
    no: str
    on: date | None
    kind: str
    text: str
    state: str


@dataclass(frozen=True)
class HouseholdDetail:
    """What a cadre who goes there wants to know; ``visits_total`` counts those not told too."""

    row: HouseholdRow
    address: str
    phone: str
    away: bool
    housing_safety: str
    hazard_point: str
    persons: tuple[PersonLine, ...]
    visits: tuple[VisitLine, ...]
    visits_total: int
    needs: tuple[MatterLine, ...]
    situations: tuple[MatterLine, ...]


def household_detail(session: Session, household_id: bytes, today: date) -> HouseholdDetail:
    """One household. Raises NotFound."""
    home = session.get(Household, household_id)
    if home is None or home.deleted_at is not None:
        raise NotFound("这一户不在本机，可能已被删除。")
    visits, total = _visits(session, household_id)
    return HouseholdDetail(
        row=household_rows(session, [household_id], today)[household_id],
        address=home.address or "",
        phone=masked_phone(home.phone),
        away=bool(home.away),
        housing_safety=home.shown("housing_safety"),
        hazard_point=home.hazard_point or "",
        persons=_persons(session, home, today),
        visits=visits,
        visits_total=total,
        needs=_needs(session, household_id),
        situations=_situations(session, household_id),
    )


def _persons(session: Session, home: Household, today: date) -> tuple[PersonLine, ...]:
    people = session.scalars(
        select(Person).where(
            Person.household_id == home.id,
            Person.deleted_at.is_(None),
            or_(Person.died_on.is_(None), Person.died_on > today),
            or_(Person.moved_on.is_(None), Person.moved_on > today),
        )
    ).all()
    silent = {
        person
        for person, states in states_of(session, [one.id for one in people]).items()
        if rests(states.get("contact"))
    }
    places = {code: place for place, code in enumerate(RELATION)}
    order = sorted(
        people,
        key=lambda one: (
            one.id != home.head_person_id,
            places.get(one.relation or "", len(places)),
            one.birth_date or date.max,
            one.id,
        ),
    )
    return tuple(
        PersonLine(
            id=one.id,
            name=one.name or "",
            relation=one.shown("relation"),
            sex=one.shown("sex"),
            age=age_band(one.birth_date, today),
            phone="" if one.id in silent else masked_phone(one.phone),
            residence=one.shown("residence"),
        )
        for one in order
    )


def _visits(session: Session, household_id: bytes) -> tuple[tuple[VisitLine, ...], int]:
    here = (Visit.household_id == household_id, Visit.deleted_at.is_(None))
    names = cadre_names(session)
    found = session.execute(
        select(Visit, WorkLog.cadre_id)
        .outerjoin(WorkLog, WorkLog.id == Visit.work_log_id)
        .where(*here)
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
        .limit(HISTORY)
    ).all()
    total = len(found)
    if total == HISTORY:
        total = session.scalar(select(func.count()).select_from(Visit).where(*here)) or 0
    lines = tuple(
        VisitLine(
            id=visit.id,
            on=visit.visited_on,
            session=visit.shown("session"),
            way=visit.shown("way"),
            purpose=visit.shown("purpose"),
            cadres=tuple(
                names[one] for one in dict.fromkeys((cadre, *visit.companions)) if one in names
            ),
            talk=visit.talk or "",
            next_visit_on=visit.next_visit_on,
        )
        for visit, cadre in found
    )
    return lines, total


def _needs(session: Session, household_id: bytes) -> tuple[MatterLine, ...]:
    found = session.scalars(
        select(Need)
        .where(Need.household_id == household_id, Need.deleted_at.is_(None))
        .order_by(Need.raised_on.desc(), Need.id.desc())
        .limit(HISTORY)
    )
    return tuple(
        MatterLine(
            id=one.id,
            no=one.no or "",
            on=one.raised_on,
            kind=one.shown("topic"),
            text=one.text or "",
            state=Need.field("state").show(one.state or "new"),
        )
        for one in found
    )


def _situations(session: Session, household_id: bytes) -> tuple[MatterLine, ...]:
    found = session.scalars(
        select(Situation)
        .where(Situation.household_id == household_id, Situation.deleted_at.is_(None))
        .order_by(Situation.reported_at.desc(), Situation.id.desc())
        .limit(HISTORY)
    )
    return tuple(
        MatterLine(
            id=one.id,
            no=one.no or "",
            on=one.reported_at.astimezone(CHINA).date() if one.reported_at else None,
            kind=one.shown("situation_kind"),
            text=one.summary or "",
            state="已办结" if one.closed_at else one.shown("level"),
        )
        for one in found
    )
