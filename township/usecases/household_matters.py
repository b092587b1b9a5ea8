"""What is open and was done about one household: needs, situations, disputes, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Dispute, DisputeParty, Need, Situation, Task
from township.usecases.dispute_list import standing_of
from township.usecases.disputes import OPEN
from township.values import CHINA

HISTORY = 50
"""So many of each are told at most, the newest first."""


@dataclass(frozen=True)
class MatterLine:
    """A need, situation, dispute or task; ``state`` in words."""

    id: bytes
    no: str
    on: date | None
    kind: str
    text: str
    state: str


def needs_of(session: Session, household_id: bytes) -> tuple[MatterLine, ...]:
    """What the household has asked for."""
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


def situations_of(session: Session, household_id: bytes) -> tuple[MatterLine, ...]:
    """What was reported there."""
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


def disputes_of(session: Session, household_id: bytes, today: date) -> tuple[MatterLine, ...]:
    """Those to which the household is a party."""
    found = session.scalars(
        select(Dispute)
        .join(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .where(
            DisputeParty.home_id == household_id,
            DisputeParty.deleted_at.is_(None),
            Dispute.deleted_at.is_(None),
        )
        .order_by(Dispute.found_on.desc(), Dispute.id.desc())
        .limit(HISTORY)
    )
    return tuple(
        MatterLine(
            id=one.id,
            no=one.no or "",
            on=one.found_on,
            kind=one.shown("dispute_type"),
            text=one.summary or "",
            state=_dispute_state(session, one, today),
        )
        for one in found
    )


def tasks_of(session: Session, household_id: bytes) -> tuple[MatterLine, ...]:
    """What somebody is to do for it."""
    found = session.scalars(
        select(Task)
        .where(Task.household_id == household_id, Task.deleted_at.is_(None))
        .order_by(Task.due_on.desc(), Task.id.desc())
        .limit(HISTORY)
    )
    return tuple(
        MatterLine(
            id=one.id,
            no="任务",
            on=one.due_on,
            kind="",
            text=one.text or "",
            state=Task.field("state").show(one.state or "open"),
        )
        for one in found
    )


def _dispute_state(session: Session, one: Dispute, today: date) -> str:
    """Its level while it is open."""
    if one.state != OPEN:
        return one.shown("state")
    return Dispute.field("level").show(standing_of(session, one, today).level)
