"""五情: the list, one report with its clock, and the steps from receipt to closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Cadre, Situation
from township.rules import situations as rules
from township.rules.situations import Step, Timeline
from township.storage.work import UnitOfWork

CLOSED = "已办结"


@dataclass(frozen=True)
class SituationRow:
    """One report in a list. ``late`` tells that the next step should have been taken."""

    id: bytes
    no: str
    reported_at: datetime | None
    kind: str
    level: str
    summary: str
    due_at: datetime | None
    state: str
    late: bool


@dataclass(frozen=True)
class SituationDetail:
    """One report, what is to be done next, and by when; ``names`` are cadres by id."""

    situation: Situation
    step: Step | None
    due_at: datetime | None
    late: bool
    names: dict[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


def situation_ids(session: Session, *, only_open: bool) -> list[bytes]:
    """The ids of a list: open ones first, the newest first."""
    question = select(Situation.id).where(Situation.deleted_at.is_(None))
    if only_open:
        question = question.where(Situation.closed_at.is_(None))
    order = (Situation.closed_at.is_not(None), Situation.reported_at.desc())
    return list(session.scalars(question.order_by(*order)))


def situation_rows(
    session: Session, ids: Sequence[bytes], now: datetime
) -> dict[bytes, SituationRow]:
    """The rows of some reports; those that are gone are left out."""
    found = session.scalars(
        select(Situation).where(Situation.id.in_(ids), Situation.deleted_at.is_(None))
    )
    return {one.id: _row(one, now) for one in found}


def situation_detail(session: Session, situation_id: bytes, now: datetime) -> SituationDetail:
    """One report. Raises NotFound."""
    found = _situation(session, situation_id)
    line = timeline(found)
    names = {one: name or "" for one, name in session.execute(select(Cadre.id, Cadre.name))}
    return SituationDetail(
        found, rules.next_step(line), rules.due_at(line), rules.late(line, now), names
    )


def receive(work: UnitOfWork, situation_id: bytes) -> None:
    """Record the receipt. Raises NotFound or NotAllowed, like all steps."""
    found = _at(work, situation_id, Step.RECEIVE)
    found.received_at, found.received_by = work.clock(), work.author


def respond(work: UnitOfWork, situation_id: bytes, response: str) -> None:
    """Record the response. Raises InvalidInput when it is empty."""
    found = _at(work, situation_id, Step.RESPOND)
    if not response.strip():
        raise InvalidInput({"response": "请写明处置意见"})
    found.response = response
    found.responded_at, found.responded_by = work.clock(), work.author


def feed_back(work: UnitOfWork, situation_id: bytes) -> None:
    """Record that the reporter and those affected were told."""
    _at(work, situation_id, Step.FEED_BACK).fed_back_at = work.clock()


def close(work: UnitOfWork, situation_id: bytes) -> None:
    """Close the report."""
    _at(work, situation_id, Step.CLOSE).closed_at = work.clock()


def timeline(found: Situation) -> Timeline:
    """The moments that the clocks look at."""
    return Timeline(
        found.level,
        found.reported_at,
        found.received_at,
        found.responded_at,
        found.fed_back_at,
        found.closed_at,
    )


def _row(found: Situation, now: datetime) -> SituationRow:
    line = timeline(found)
    step = rules.next_step(line)
    return SituationRow(
        id=found.id,
        no=found.no or "",
        reported_at=found.reported_at,
        kind=found.shown("situation_kind"),
        level=found.shown("level"),
        summary=found.summary or "",
        due_at=rules.due_at(line),
        state=f"待{rules.STEPS[step]}" if step else CLOSED,
        late=rules.late(line, now),
    )


def _situation(session: Session, situation_id: bytes) -> Situation:
    found = session.get(Situation, situation_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这条五情不在本机，可能已被删除。")
    return found


def _at(work: UnitOfWork, situation_id: bytes, step: Step) -> Situation:
    found = _situation(work.session, situation_id)
    problem = rules.order_problem(timeline(found), step)
    if problem:
        raise NotAllowed(problem)
    return found
