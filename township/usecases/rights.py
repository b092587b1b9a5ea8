"""居民权利: what residents ask for about their data, from receipt to the answer.

Source: PIPL art. 44–50.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Consent, Household, Person, RightsRequest, SpecialGroupMember
from township.rules import rights as rules
from township.rules.consents import CONCERNS
from township.storage.work import UnitOfWork
from township.usecases import consents
from township.usecases.consents import NO_CONTACT, erase_withdrawn
from township.usecases.erasing import erase_fields, erase_past, erase_records, may_erase
from township.usecases.township_settings import settings_of

WHOLE = "*"
"""Stands for all of a person in what is to be erased."""


@dataclass(frozen=True)
class RequestLine:
    """One request, in words for people; ``overdue`` while it is open."""

    id: bytes
    person_id: bytes
    household_id: bytes
    person: str
    household: str
    code: str
    kind: str
    text: str
    received_on: date | None
    due_on: date | None
    decision: str
    reasons: str
    legal_basis: str
    decided_on: date | None
    overdue: bool

    @property
    def open(self) -> bool:
        return not self.decision


def request(work: UnitOfWork, person_id: bytes, kind: str, text: str = "") -> RightsRequest:
    """Write down what a resident asks for; uncommitted. Raises NotFound or InvalidInput."""
    person = _person(work.session, person_id)
    if not kind:
        raise InvalidInput({"request_kind": "请选择申请事项"})
    today = work.today()
    made = RightsRequest(
        zone_id=person.zone_id,
        household_id=person.household_id,
        person_id=person.id,
        request_kind=kind,
        received_on=today,
        due_on=rules.due_on(today, settings_of(work.session)),
        text=text.strip() or None,
    )
    work.add(made)
    return made


def withdraw(work: UnitOfWork, consent_id: bytes) -> Consent:
    """Withdraw a consent; uncommitted. The office erases at once, for others a request waits.

    Raises NotFound or NotAllowed.
    """
    consent = consents.withdraw(work, consent_id)
    _follow(work, consent, consent.shown("item"))
    return consent


def record_consent(
    work: UnitOfWork,
    person_id: bytes,
    item: str,
    state: str,
    given_by: str,
    purpose: str = "",
) -> Consent:
    """Record that somebody agreed or refused; a refusal is followed like a withdrawal.

    Uncommitted. Raises NotFound or InvalidInput.
    """
    consent = consents.record_consent(work, person_id, item, state, given_by, purpose)
    if state == "refused":
        _follow(work, consent, f"不同意：{consent.shown('item')}")
    return consent


def _follow(work: UnitOfWork, consent: Consent, text: str) -> None:
    """What rested on it has to be erased: by the office now, or once it hears of it."""
    if not CONCERNS.get(consent.item):
        return
    made = request(work, consent.person_id, "withdraw", text)
    if may_erase(work):
        erase_withdrawn(work, consent.person_id, made.id, (consent.item,))
        _answer(work, made, "granted", "", "")


def decide(
    work: UnitOfWork, request_id: bytes, decision: str, reasons: str = "", legal_basis: str = ""
) -> None:
    """Answer a request without a change of data; uncommitted.

    Raises NotFound, NotAllowed or InvalidInput.
    """
    asked = _open(work, request_id)
    if problems := rules.decision_problems(decision, reasons, legal_basis):
        raise InvalidInput(problems)
    if decision == "granted" and asked.request_kind == "withdraw":
        raise NotAllowed("撤回同意须同时清除有关内容，请用“清除并办结”。")
    _answer(work, asked, decision, reasons, legal_basis)


def correct(work: UnitOfWork, request_id: bytes, values: Mapping[str, Any]) -> None:
    """Correct fields of the person and answer; what was wrong is erased. Uncommitted.

    Raises NotFound, NotAllowed or InvalidInput.
    """
    asked = _open(work, request_id)
    person = _person(work.session, asked.person_id)
    problems = _correction_problems(work.session, person, values)
    if problems:
        raise InvalidInput(problems)
    changed = [name for name, value in values.items() if getattr(person, name) != value]
    if not changed:
        raise InvalidInput({"": "没有改动。请填写更正后的内容，或写明理由不予办理。"})
    for name in changed:
        setattr(person, name, values[name])
    erase_past(work, person, changed, "corrected", asked.id)
    _answer(work, asked, "granted", "", "")


def erase(
    work: UnitOfWork,
    request_id: bytes,
    names: frozenset[str],
    reasons: str = "",
    legal_basis: str = "",
) -> None:
    """Erase what a resident asked to be deleted, and answer; uncommitted, never undone.

    ``names`` are fields of the person, or ``WHOLE``. With reasons the answer is that the rest
    stays. Raises NotFound, NotAllowed or InvalidInput.
    """
    asked = _open(work, request_id)
    person = _person(work.session, asked.person_id)
    decision = "partly" if reasons.strip() else "granted"
    if problems := rules.decision_problems(decision, reasons, legal_basis):
        raise InvalidInput(problems)
    if names == {WHOLE}:
        _erase_person(work, person, asked.id)
    elif problem := rules.erasable_problem(names):
        raise InvalidInput({"names": problem})
    else:
        erase_fields(work, person, names, "request", asked.id)
    _answer(work, asked, decision, reasons, legal_basis)


def finish_withdrawal(work: UnitOfWork, request_id: bytes) -> int:
    """Erase what rested on withdrawn consents, and answer; returns how much. Uncommitted.

    Raises NotFound or NotAllowed.
    """
    asked = _open(work, request_id)
    erased = erase_withdrawn(work, asked.person_id, asked.id)
    _answer(work, asked, "granted", "", "")
    return erased


def requests_of(session: Session, person_id: bytes, today: date) -> tuple[RequestLine, ...]:
    """What a person has asked for, the newest first."""
    return tuple(reversed(_lines(session, RightsRequest.person_id == person_id, today)))


def open_requests(session: Session, today: date) -> tuple[RequestLine, ...]:
    """All that waits for an answer on this laptop, the most urgent first."""
    return tuple(_lines(session, RightsRequest.decision.is_(None), today))


def _lines(session: Session, where: ColumnElement[bool], today: date) -> list[RequestLine]:
    rows = session.execute(
        select(RightsRequest, Person.name, Household.no)
        .outerjoin(Person, Person.id == RightsRequest.person_id)
        .outerjoin(Household, Household.id == RightsRequest.household_id)
        .where(where, RightsRequest.deleted_at.is_(None))
        .order_by(RightsRequest.due_on, RightsRequest.id)
    )
    return [
        RequestLine(
            id=one.id,
            person_id=one.person_id,
            household_id=one.household_id,
            person=name or "",
            household=no or "",
            code=one.request_kind or "",
            kind=one.shown("request_kind"),
            text=one.text or "",
            received_on=one.received_on,
            due_on=one.due_on,
            decision=one.shown("decision"),
            reasons=one.reasons or "",
            legal_basis=one.legal_basis or "",
            decided_on=one.decided_on,
            overdue=one.decision is None and one.due_on is not None and one.due_on < today,
        )
        for one, name, no in rows
    ]


def _correction_problems(
    session: Session, person: Person, values: Mapping[str, Any]
) -> dict[str, str]:
    problems = {
        name: problem
        for name, value in values.items()
        if (problem := Person.field(name).problem(value))
    }
    if unknown := set(values) - set(rules.CORRECTABLE):
        problems[sorted(unknown)[0]] = "这一项不能在这里更正"
    if values.get("phone") and consents.refuses_contact(session, person.id):
        problems["phone"] = NO_CONTACT
    return problems


def _erase_person(work: UnitOfWork, person: Person, request_id: bytes) -> None:
    """The person, and what was kept about this person alone."""
    about = (
        SpecialGroupMember.person_id == person.id,
        SpecialGroupMember.group_kind.is_not(None),
    )
    groups = work.session.scalars(select(SpecialGroupMember).where(*about)).all()
    given = work.session.scalars(select(Consent).where(Consent.person_id == person.id)).all()
    home = work.session.get(Household, person.household_id)
    if home is not None and home.head_person_id == person.id:
        home.head_person_id = None
    for ward in work.session.scalars(select(Person).where(Person.guardian_id == person.id)):
        ward.guardian_id = None
    erase_records(work, [person, *groups, *given], "request", request_id)


def _answer(
    work: UnitOfWork, asked: RightsRequest, decision: str, reasons: str, legal_basis: str
) -> None:
    asked.decision = decision
    asked.reasons, asked.legal_basis = reasons.strip() or None, legal_basis.strip() or None
    asked.decided_on = work.today()
    asked.handled_by = work.author


def _open(work: UnitOfWork, request_id: bytes) -> RightsRequest:
    asked = work.session.get(RightsRequest, request_id)
    if asked is None or asked.deleted_at is not None:
        raise NotFound("这份申请不在本机，可能已被删除。")
    if asked.decision is not None:
        raise NotAllowed("这份申请已经答复，不能再改。需要时请另行登记。")
    return asked


def _person(session: Session, person_id: bytes) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.deleted_at is not None:
        raise NotFound("这位居民不在本机，可能已被删除。")
    return person
