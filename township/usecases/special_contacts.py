"""特殊群体联系: when each household of a special group is to be contacted again.

Each visit and telephone call is such a contact; nobody enters it a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from township.records import Household, Person, SpecialGroupMember, Visit
from township.rules import special_groups as rules
from township.usecases.paper_facts import special_labels, within
from township.usecases.township_settings import settings_of


@dataclass(frozen=True)
class Contact:
    """A household of special groups: its groups in words, and the last day for the next contact.

    ``last`` is the newest contact, ``days`` the shortest span between two.
    """

    household_id: bytes
    zone_id: bytes
    name: str
    groups: tuple[str, ...]
    last: date | None
    next_on: date
    days: int


def contacts(
    session: Session, today: date, where: ColumnElement[bool] | None = None
) -> list[Contact]:
    """The households of special groups in force today, the next contact first."""
    member, settings = SpecialGroupMember, settings_of(session)
    rows = session.execute(
        select(member, Household.no, Person.name)
        .join(Household, Household.id == member.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(
            member.deleted_at.is_(None),
            Household.deleted_at.is_(None),
            within(member.from_on, member.until_on, today, today),
            true() if where is None else where,
        )
    ).all()
    last = _last(session, {one.household_id for one, _, _ in rows}, today)
    found: dict[bytes, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0].household_id, []).append(row)
    made = []
    for home, lines in found.items():
        members = [one for one, _, _ in lines]
        days = {one.id: rules.every(one.group_kind, one.contact_every, settings) for one in members}
        made.append(
            Contact(
                home,
                members[0].zone_id,
                " ".join(filter(None, (lines[0][2], lines[0][1]))),
                special_labels({one.group_kind for one in members}),
                last.get(home),
                min(
                    rules.next_contact(one.from_on or today, last.get(home), days[one.id])
                    for one in members
                ),
                min(days.values()),
            )
        )
    return sorted(made, key=lambda one: (one.next_on, one.name))


def contact_of(session: Session, household_id: bytes, today: date) -> Contact | None:
    """The same for one household; None when it is in no special group."""
    found = contacts(session, today, SpecialGroupMember.household_id == household_id)
    return found[0] if found else None


def _last(session: Session, homes: set[bytes], today: date) -> dict[bytes, date]:
    if not homes:
        return {}
    rows = session.execute(
        select(Visit.household_id, func.max(Visit.visited_on))
        .where(
            Visit.household_id.in_(homes),
            Visit.deleted_at.is_(None),
            Visit.visited_on <= today,
        )
        .group_by(Visit.household_id)
    )
    return {home: day for home, day in rows if day is not None}
