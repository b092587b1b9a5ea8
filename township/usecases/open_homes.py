"""有未办结事项户: computed from what is open, and gone on the day on which it closes.

These are 上访户 and 意见户 of the township's rule, which are no tags (domain §4.2). Petitions
are no records yet; what came by a reception or the box stands for them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from township.records import Household, Need, OpinionEntry, Person
from township.rules import needs as need_rules
from township.usecases.needs import STILL_OPEN
from township.usecases.viewers import viewer_of

_CHANNELS = ("reception", "box")

Head = aliased(Person)


@dataclass(frozen=True)
class OpenHome:
    """A household with open matters, named by their numbers or receipts."""

    id: bytes
    zone_id: bytes
    home: str
    matters: tuple[str, ...]


def open_homes(session: Session, zones: Collection[bytes], *, by: bytes) -> list[OpenHome]:
    """有未办结事项户: households with an open matter from a reception or from the box.

    A paper that became a need is open as long as that need is.
    """
    viewer = viewer_of(session, by)
    here = list(zones)
    matters: dict[bytes, list[str]] = {}
    needs = session.execute(
        select(Need.household_id, Need.no)
        .where(
            Need.zone_id.in_(here),
            Need.household_id.is_not(None),
            STILL_OPEN,
            Need.channel.in_(_CHANNELS),
        )
        .order_by(Need.no)
    )
    for home, no in needs:
        matters.setdefault(home or b"", []).append(f"诉求 {no or ''}")
    papers = session.execute(
        select(OpinionEntry.household_id, OpinionEntry.receipt_code).where(
            OpinionEntry.zone_id.in_(here),
            OpinionEntry.household_id.is_not(None),
            OpinionEntry.need_id.is_(None),
            open_entry(),
        )
    )
    for home, code in papers:
        matters.setdefault(home or b"", []).append(f"意见 {code or ''}")
    rows = session.execute(
        select(Household.id, Household.zone_id, Household.no, Head.name)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .where(Household.id.in_(list(matters)), Household.deleted_at.is_(None))
        .order_by(Household.no)
    )
    return [
        OpenHome(
            home,
            zone,
            " ".join(filter(None, (viewer.name(head, zone), no))),
            tuple(matters[home]),
        )
        for home, zone, no, head in rows
    ]


def open_entry() -> ColumnElement[bool]:
    """Is a paper from the box still without a posted answer, or its need without one?"""
    answered = select(Need.id).where(
        or_(Need.deleted_at.is_not(None), Need.state.in_(need_rules.ANSWERED))
    )
    return and_(
        OpinionEntry.deleted_at.is_(None),
        OpinionEntry.posted_on.is_(None),
        or_(OpinionEntry.need_id.is_(None), OpinionEntry.need_id.not_in(answered)),
    )
