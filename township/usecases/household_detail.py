"""One household in full: its facts, its people, and what was seen, asked and reported there.

What is sensitive leaves here masked (domain §7.3); ``usecases.access`` gives it in full.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from township.codes import RELATION
from township.errors import NotFound
from township.masks import age_band
from township.records import (
    Household,
    Need,
    Person,
    Situation,
    Visit,
    WorkLog,
)
from township.rules.consents import rests
from township.rules.permissions import Act
from township.rules.viewing import Viewer
from township.usecases.access import Masked, masked_fields, may_unmask
from township.usecases.consents import states_of
from township.usecases.household_rows import HouseholdRow, household_rows
from township.usecases.paper_facts import cadre_names
from township.usecases.viewers import viewer_of
from township.values import CHINA

HISTORY = 50
"""So many visits, needs and situations are told at most, the newest first."""


@dataclass(frozen=True)
class Guarded:
    """The masked fields of one record, and what this person may do with them."""

    kind: str
    id: bytes
    fields: tuple[Masked, ...]
    may_look: bool
    may_change: bool


@dataclass(frozen=True)
class PersonLine:
    """A person who lives there; ``guarded`` is what may be looked at with a reason.

    A telephone without consent is not among it.
    """

    id: bytes
    name: str
    relation: str
    sex: str
    age: str
    residence: str
    guarded: Guarded


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
    """What a cadre who goes there wants to know; ``visits_total`` counts those not told too.

    Restricted fields are empty for who may not see them.
    """

    row: HouseholdRow
    guarded: Guarded
    address: str
    away: bool
    housing_safety: str
    hazard_point: str
    card_on: str
    persons: tuple[PersonLine, ...]
    visits: tuple[VisitLine, ...]
    visits_total: int
    needs: tuple[MatterLine, ...]
    situations: tuple[MatterLine, ...]


def household_detail(
    session: Session, household_id: bytes, today: date, *, by: bytes
) -> HouseholdDetail:
    """One household, as the cadre ``by`` sees it. Raises NotFound."""
    home = session.get(Household, household_id)
    if home is None or home.deleted_at is not None:
        raise NotFound("这一户不在本机，可能已被删除。")
    visits, total = _visits(session, household_id)
    viewer = viewer_of(session, by)
    restricted = viewer.restricted(home.zone_id)
    return HouseholdDetail(
        row=household_rows(session, [household_id], today, by=by)[household_id],
        guarded=_guarded(home, viewer, by),
        address=(home.address or "") * restricted,
        away=bool(home.away and restricted),
        housing_safety=home.shown("housing_safety") * restricted,
        hazard_point=home.hazard_point or "",
        card_on=home.shown("card_delivered_at"),
        persons=_persons(session, home, today, viewer, by),
        visits=visits,
        visits_total=total,
        needs=_needs(session, household_id),
        situations=_situations(session, household_id),
    )


def _guarded(
    record: Household | Person, viewer: Viewer, by: bytes, *, without: Collection[str] = ()
) -> Guarded:
    return Guarded(
        record.kind(),
        record.id,
        tuple(one for one in masked_fields(record) if one.target.field not in without),
        may_unmask(viewer, record, by),
        viewer.may(Act.EDIT, record.kind(), record.zone_id, own=record.created_by == by),
    )


def _persons(
    session: Session, home: Household, today: date, viewer: Viewer, by: bytes
) -> tuple[PersonLine, ...]:
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
            name=viewer.name(one.name, one.zone_id),
            relation=one.shown("relation"),
            sex=one.shown("sex"),
            age=age_band(one.birth_date, today),
            residence=one.shown("residence"),
            guarded=_guarded(one, viewer, by, without={"phone"} if one.id in silent else set()),
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
