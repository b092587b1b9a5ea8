"""Which households of special groups wait for a contact by whom."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from township.records import HouseholdLink, SpecialGroupMember
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.household_rows import links_of
from township.usecases.special_contacts import Contact, contacts
from township.usecases.viewers import viewer_of

SYSTEM = "特殊群体"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Households whose helper the person is, or that are linked to the person, near their day."""
    if not may(asker.roles, Act.SEE, "special_group_member"):
        return
    link, member, me = HouseholdLink, SpecialGroupMember, asker.cadre.id
    linked = select(link.household_id).where(
        link.cadre_id == me, *links_of(asker.today, asker.today.year)
    )
    mine = or_(
        member.helper_id == me,
        and_(member.helper_id.is_(None), member.household_id.in_(linked)),
    )
    viewer = viewer_of(session, me)
    for one in contacts(session, asker.today, mine):
        near = asker.urgency(one.next_on)
        if near is not Urgency.COMING and viewer.near(one.zone_id):
            target = ("visit", one.household_id)
            yield Due(SYSTEM, _text(one), one.next_on, near, "worklog", target)


def _text(one: Contact) -> str:
    last = f"上次联系 {one.last}" if one.last else "还没有联系过"
    return f"{one.name}（{'、'.join(one.groups)}）：{last}"
