"""Which households of special groups wait for a contact by whom."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import HouseholdLink
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due, Urgency, urgency
from township.usecases.special_contacts import Contact, contacts
from township.usecases.viewers import viewer_of

SYSTEM = "特殊群体"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Households whose helper the person is, or that are linked to the person, near their day."""
    if not may(asker.roles, Act.SEE, "special_group_member"):
        return
    link, me = HouseholdLink, asker.cadre.id
    linked = set(
        session.scalars(
            select(link.household_id).where(
                link.cadre_id == me, link.year == asker.today.year, link.deleted_at.is_(None)
            )
        )
    )
    viewer = viewer_of(session, me)
    for one in contacts(session, asker.today):
        near = urgency(one.next_on, asker.today)
        mine = me in one.helpers or (not one.helpers and one.household_id in linked)
        if mine and near is not Urgency.COMING and viewer.near(one.zone_id):
            yield Due(SYSTEM, _text(one), one.next_on, near, "worklog", ("visit", one.household_id))


def _text(one: Contact) -> str:
    last = f"上次联系 {one.last}" if one.last else "还没有联系过"
    return f"{one.name}（{'、'.join(one.groups)}）：{last}"
