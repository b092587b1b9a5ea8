"""个人信息同意: recording and withdrawing it, and what must rest without it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Attachment, Consent, Person
from township.rules import consents as rules
from township.rules.consents import Word
from township.storage.work import UnitOfWork
from township.usecases.erasing import erase_fields, erase_records

NO_CONTACT = "本人没有同意使用联系电话，不能登记电话。如本人已经改变主意，请先登记同意。"
NO_PHOTOS = "这一户没有同意拍照，不能添加照片。走访照常登记，不受影响。"


@dataclass(frozen=True)
class ConsentLine:
    """One recorded word, in words for people; ``standing``: it is the one that holds."""

    id: bytes
    item: str
    purpose: str
    state: str
    given_by: str
    given_on: date | None
    withdrawn_on: date | None
    standing: bool
    can_withdraw: bool


def consents_of(session: Session, person_id: bytes) -> tuple[ConsentLine, ...]:
    """All that a person said, the newest first."""
    found = _records(session, Consent.person_id == person_id)
    newest = {one.item: one.id for one in found}
    return tuple(
        ConsentLine(
            one.id,
            one.shown("item"),
            one.purpose or "",
            one.shown("state"),
            one.shown("given_by"),
            one.given_on,
            one.withdrawn_on,
            newest[one.item] == one.id,
            newest[one.item] == one.id and one.state == "given",
        )
        for one in reversed(found)
    )


def record_consent(
    work: UnitOfWork, person_id: bytes, item: str, state: str, given_by: str, purpose: str = ""
) -> Consent:
    """Record that somebody agreed or refused; uncommitted. Raises NotFound or InvalidInput.

    A refusal stops what rests on the item, like a withdrawal.
    """
    person = _person(work.session, person_id)
    today = work.today()
    problems = {} if item else {"item": "请选择事项"}
    if state not in ("given", "refused"):
        problems["state"] = "请选择同意或不同意"
    if problem := rules.speaker_problem(person.birth_date, today, given_by):
        problems["given_by"] = problem
    if problems:
        raise InvalidInput(problems)
    made = Consent(
        zone_id=person.zone_id,
        household_id=person.household_id,
        person_id=person.id,
        item=item,
        purpose=purpose or rules.PURPOSES.get(item, ""),
        state=state,
        given_by=given_by,
        given_on=today,
        recorded_by=work.author,
    )
    work.add(made)
    if state == "refused":
        _stop(person, item)
    return made


def withdraw(work: UnitOfWork, consent_id: bytes) -> Consent:
    """Record that a consent is withdrawn; uncommitted. Raises NotFound or NotAllowed.

    What rests on it stops at once; the office then erases the past (``erase_withdrawn``).
    """
    consent = work.session.get(Consent, consent_id)
    if consent is None or consent.deleted_at is not None:
        raise NotFound("这条同意记录不在本机，可能已被删除。")
    if consent.state != "given":
        raise NotAllowed("这一项没有处于同意状态，不用撤回。")
    consent.state = "withdrawn"
    consent.withdrawn_on = work.today()
    person = work.session.get(Person, consent.person_id)
    if person is not None and person.deleted_at is None:
        _stop(person, consent.item)
    return consent


def erase_withdrawn(
    work: UnitOfWork,
    person_id: bytes,
    request_id: bytes | None = None,
    items: Collection[str] = (),
) -> int:
    """Erase all that rested on consents that do not hold any more, and on ``items``.

    Uncommitted. Returns how many records and fields. Raises NotFound or NotAllowed.
    """
    person = _person(work.session, person_id)
    states = states_of(work.session, [person_id]).get(person_id, {})
    resting = {item for item, state in states.items() if rules.rests(state)}
    erased = 0
    for item in sorted(resting.union(items)):
        for kind, field in rules.CONCERNS.get(item, ()):
            if kind == "person" and field:
                erase_fields(work, person, [field], "withdrawn", request_id)
                erased += 1
            elif kind == "attachment":
                photos = _photos(work.session, person.household_id)
                erase_records(work, photos, "withdrawn", request_id)
                erased += len(photos)
    return erased


def states_of(session: Session, people: Collection[bytes]) -> dict[bytes, dict[str, str]]:
    """Person → item → the state that holds; people who said nothing are left out."""
    words: dict[bytes, list[Word]] = {}
    for one in _records(session, Consent.person_id.in_(people)):
        words.setdefault(one.person_id, []).append(_word(one))
    return {person: rules.standing(said) for person, said in words.items()}


def refuses_contact(session: Session, person_id: bytes) -> bool:
    """May the person's telephone number be neither kept nor shown?"""
    return rules.rests(states_of(session, [person_id]).get(person_id, {}).get("contact"))


def refuses_photos(session: Session, household_id: bytes) -> bool:
    """Has somebody of the household refused or withdrawn the consent to photographs?"""
    words: dict[bytes, list[Word]] = {}
    for one in _records(session, Consent.household_id == household_id, Consent.item == "photo"):
        words.setdefault(one.person_id, []).append(_word(one))
    return any(rules.rests(rules.standing(said).get("photo")) for said in words.values())


def _records(session: Session, *where: object) -> list[Consent]:
    found = session.scalars(
        select(Consent)
        .where(Consent.deleted_at.is_(None), *where)  # type: ignore[arg-type]
        .order_by(Consent.given_on, Consent.id)
    )
    return list(found)


def _word(one: Consent) -> Word:
    return Word(one.given_on or date.min, one.id, one.item or "", one.state or "")


def _stop(person: Person, item: str) -> None:
    """Empty the fields of the person that rest on this item."""
    for kind, field in rules.CONCERNS.get(item, ()):
        if kind == "person" and field:
            setattr(person, field, None)


def _photos(session: Session, household_id: bytes) -> list[Attachment]:
    """The household's photographs, deleted ones whose facts are still there too."""
    return list(
        session.scalars(
            select(Attachment).where(
                Attachment.household_id == household_id, Attachment.sha256.is_not(None)
            )
        )
    )


def _person(session: Session, person_id: bytes) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.deleted_at is not None:
        raise NotFound("这位居民不在本机，可能已被删除。")
    return person
