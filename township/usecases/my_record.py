"""我的信息: what is kept about one resident, gathered for that resident. PIPL art. 45.

Third parties stay out (decision 037): other members of the household, those who reported
something, and free text that may tell of them.
"""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.documents import MyRecord, OwnNeed, OwnVisit
from township.errors import NotAllowed, NotFound
from township.records import (
    Cadre,
    Dispute,
    DisputeParty,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    SpecialGroupMember,
    Task,
    Visit,
    WorkLog,
    Zone,
)
from township.rules.permissions import Act, may
from township.rules.rights import purposes
from township.storage.work import UnitOfWork
from township.usecases.access import Noted, note
from township.usecases.consents import consents_of, refuses_contact
from township.usecases.paper_facts import cadre_names, lived_there, township_name, within
from township.usecases.rights import requests_of
from township.usecases.township_settings import settings_of

_OF_OTHERS = frozenset({"zone_id", "household_id", "guardian_id"})
_PLAIN_SOURCES = ("civil_affairs", "self_report")
"""Where a special group comes from a list or from the person, its evidence names no reporter."""


def print_my_record(work: UnitOfWork, person_id: bytes) -> MyRecord:
    """The record for printing; the trace of it is left in the same transaction, uncommitted.

    Raises NotFound, or NotAllowed to those who may not print about people.
    """
    author = work.session.get(Cadre, work.author)
    if author is None or not may(author.roles or (), Act.PRINT, "person"):
        raise NotAllowed("您的角色不能打印居民的信息。请由村干部、村书记或镇党政办打印。")
    made = my_record(work.session, person_id, work.today())
    person = work.session.get_one(Person, person_id)
    note(work, Noted("my_record", "person", person_id, zone_id=person.zone_id))
    return made


def my_record(session: Session, person_id: bytes, today: date) -> MyRecord:
    """All that is kept about one person. Raises NotFound."""
    person = session.get(Person, person_id)
    home = session.get(Household, person.household_id) if person else None
    if person is None or person.deleted_at is not None or home is None:
        raise NotFound("这位居民不在本机，可能已被删除。")
    zone = session.get(Zone, person.zone_id)
    return MyRecord(
        township=township_name(session),
        zone=(zone.name if zone else "") or "",
        person=person.name or "",
        facts=_facts(session, person, home, today),
        groups=_groups(session, person),
        consents=_consents(session, person_id),
        requests=_requests(session, person_id, today),
        visits=_visits(session, home.id),
        needs=(
            *_needs(session, home.id, alone=_alone(session, home.id, today)),
            *_disputes(session, home.id),
            *_tasks(session, home.id, alone=_alone(session, home.id, today)),
        ),
        purposes=tuple(astuple(one) for one in purposes(settings_of(session))),
        hotline=(zone.hotline if zone else "") or "",
    )


def _facts(
    session: Session, person: Person, home: Household, today: date
) -> tuple[tuple[str, str], ...]:
    """The person's fields, and those of the household that place the person."""
    silent = refuses_contact(session, person.id)
    facts = [
        (field.label, field.clear(getattr(person, name)))
        for name, field in Person.fields().items()
        if name not in _OF_OTHERS and not (name == "phone" and silent)
    ]
    group = session.get(Group, home.group_id) if home.group_id else None
    facts += [
        ("户编号", home.no or ""),
        ("村民小组", (group.name if group else "") or ""),
        ("住址", home.address or ""),
        ("住房安全等级", home.shown("housing_safety")),
        ("联系卡送达日期", home.shown("card_delivered_at")),
        ("个人信息告知日期", home.shown("notice_given_at")),
        ("联系干部", "、".join(_linked(session, home.id, today))),
    ]
    if home.head_person_id == person.id and not silent:
        facts.append(("本户联系电话", home.phone or ""))
    return tuple((label, text) for label, text in facts if text)


def _linked(session: Session, home: bytes, today: date) -> list[str]:
    names, link = cadre_names(session), HouseholdLink
    found = session.scalars(
        select(link.cadre_id).where(
            link.household_id == home,
            link.deleted_at.is_(None),
            link.year == today.year,
            within(link.from_on, link.to_on, today, today),
        )
    )
    return sorted({names[one] for one in found if one in names})


def _groups(session: Session, person: Person) -> tuple[tuple[str, str, str], ...]:
    found = session.scalars(
        select(SpecialGroupMember)
        .where(SpecialGroupMember.person_id == person.id, SpecialGroupMember.deleted_at.is_(None))
        .order_by(SpecialGroupMember.from_on, SpecialGroupMember.id)
    )
    lines = []
    for one in found:
        evidence = one.evidence if one.source in _PLAIN_SOURCES else None
        source = "：".join(filter(None, (one.shown("source"), evidence)))
        lines.append((one.shown("group_kind"), source, _span(one.from_on, one.until_on)))
    return tuple(lines)


def _consents(session: Session, person_id: bytes) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            "：".join(filter(None, (one.item, one.purpose))),
            one.state,
            _span(one.given_on, one.withdrawn_on),
        )
        for one in consents_of(session, person_id)
    )


def _requests(session: Session, person_id: bytes, today: date) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (
            "：".join(filter(None, (one.kind, one.text))),
            f"{one.received_on or ''} 收到",
            "\n".join(filter(None, (one.decision or "办理中", one.reasons, one.legal_basis))),
        )
        for one in requests_of(session, person_id, today)
    )


def _visits(session: Session, home: bytes) -> tuple[OwnVisit, ...]:
    names = cadre_names(session)
    found = session.execute(
        select(Visit, WorkLog.cadre_id)
        .outerjoin(WorkLog, WorkLog.id == Visit.work_log_id)
        .where(Visit.household_id == home, Visit.deleted_at.is_(None))
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
    )
    return tuple(
        OwnVisit(
            visit.visited_on,
            visit.shown("way"),
            visit.shown("purpose"),
            tuple(names[one] for one in dict.fromkeys((cadre, *visit.companions)) if one in names),
        )
        for visit, cadre in found
    )


def _needs(session: Session, home: bytes, *, alone: bool) -> tuple[OwnNeed, ...]:
    """Needs are the household's: which member raised one is not kept."""
    found = session.scalars(
        select(Need)
        .where(Need.household_id == home, Need.deleted_at.is_(None))
        .order_by(Need.raised_on.desc(), Need.id.desc())
    )
    return tuple(
        OwnNeed(
            one.no or "",
            one.raised_on,
            one.shown("topic"),
            (one.text or "") if alone else "",
            one.shown("state"),
            one.shown("result"),
        )
        for one in found
    )


def _disputes(session: Session, home: bytes) -> tuple[OwnNeed, ...]:
    """Those to which the household is a party; the other parties, and what was said, stay out."""
    found = session.scalars(
        select(Dispute)
        .join(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .where(
            DisputeParty.home_id == home,
            DisputeParty.deleted_at.is_(None),
            Dispute.deleted_at.is_(None),
        )
        .order_by(Dispute.found_on.desc(), Dispute.id.desc())
    )
    return tuple(
        OwnNeed(
            one.no or "",
            one.found_on,
            f"矛盾纠纷（{one.shown('dispute_type')}）",
            "",
            one.shown("state"),
            one.shown("result"),
        )
        for one in found
    )


def _tasks(session: Session, home: bytes, *, alone: bool) -> tuple[OwnNeed, ...]:
    """What somebody is to do for the household."""
    found = session.scalars(
        select(Task)
        .where(Task.household_id == home, Task.deleted_at.is_(None))
        .order_by(Task.due_on.desc(), Task.id.desc())
    )
    return tuple(
        OwnNeed("", one.due_on, "任务", (one.text or "") if alone else "", one.shown("state"), "")
        for one in found
    )


def _alone(session: Session, home: bytes, today: date) -> bool:
    """Does nobody else live there, nor has ever?"""
    everybody = select(func.count()).where(Person.household_id == home, Person.deleted_at.is_(None))
    here = everybody.where(lived_there(today))
    return session.scalar(everybody) == 1 and session.scalar(here) == 1


def _span(first: date | None, last: date | None) -> str:
    """A span of days in words; empty when neither is known."""
    if last:
        return f"{first} 至 {last}" if first else f"至 {last}"
    return f"{first} 起" if first else ""
