"""Which records a purge may take, as conditions on the tables. Terms: ``rules.retention``.

What is open stays, whatever its age: needs, situations, disputes and tasks that are not closed
and the visits they came from, undecided conflicts, work that is not sent or was not taken, and
all of a household that waits for an answer to a request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from township.changes import decode_header
from township.fields import Day
from township.records import (
    AssessmentNote,
    Attachment,
    Conflict,
    Consent,
    Dispute,
    DisputeParty,
    DisputeStep,
    Erasure,
    Evacuee,
    HouseholdLink,
    Need,
    NeedProgress,
    OpinionEntry,
    RightsRequest,
    Situation,
    SpecialGroupMember,
    SpotCheck,
    Task,
    Visit,
    WorkLog,
    record_kinds,
)
from township.rules.retention import STRUCTURE, ended_by, years_later
from township.rules.settings import Settings
from township.storage import tables
from township.storage.folding import changes_of
from township.usecases.township_settings import settings_of

_NO_STUBS = frozenset({"erasure", "month_summary"})

Condition = ColumnElement[bool]


def _china(moment: Any) -> Any:
    return func.date(moment, literal("+8 hours"), type_=Day())


def _end_of_dispute(part: Any) -> Any:
    """When the dispute of a party or step ended, or was deleted."""
    ended = func.coalesce(Dispute.closed_on, _china(Dispute.deleted_at), type_=Day())
    return select(ended).where(Dispute.id == part.dispute_id).scalar_subquery()


def _end_of_situation() -> Any:
    """When the 灾情 of an evacuee was closed, or deleted."""
    ended = func.coalesce(_china(Situation.closed_at), _china(Situation.deleted_at), type_=Day())
    return select(ended).where(Situation.id == Evacuee.situation_id).scalar_subquery()


_ENDS: dict[str, Any] = {
    "visit": Visit.visited_on,
    "work_log": WorkLog.worked_on,
    "attachment": Attachment.taken_on,
    "spot_check": SpotCheck.asked_on,
    "assessment_note": func.printf(literal("%04d-12-31"), AssessmentNote.year, type_=Day()),
    "household_link": func.printf(literal("%04d-12-31"), HouseholdLink.year, type_=Day()),
    "need": func.coalesce(_china(Need.feedback_at), Need.raised_on, type_=Day()),
    "need_progress": NeedProgress.taken_on,
    "situation": _china(Situation.closed_at),
    "evacuee": _end_of_situation(),
    "opinion_entry": func.coalesce(OpinionEntry.posted_on, OpinionEntry.opened_on, type_=Day()),
    "dispute": Dispute.closed_on,
    "dispute_party": _end_of_dispute(DisputeParty),
    "dispute_step": _end_of_dispute(DisputeStep),
    "task": Task.done_on,
    "special_group_member": SpecialGroupMember.until_on,
    "rights_request": RightsRequest.decided_on,
    "consent": case((Consent.state == "refused", Consent.given_on), else_=Consent.withdrawn_on),
    "conflict": _china(Conflict.updated_at),
}


def end_of(kind: str) -> Any:
    """When a record of this kind ended, as a day in China."""
    return _ENDS[kind]


def due(
    kind: str, today: date, untouchable: Collection[bytes], settings: Settings
) -> tuple[Condition, ...]:
    """Which living records of a kind may go today.

    ``untouchable``: see ``not_taken``.
    """
    model = record_kinds()[kind]
    return (
        model.deleted_at.is_(None),
        end_of(kind) <= ended_by(kind, today, settings),
        *_settled(kind, today, untouchable, settings),
        *_free(model, untouchable),
    )


def not_taken(session: Session) -> frozenset[bytes]:
    """Records on which own work waits in quarantine or was refused: a person looks at it first."""
    c = tables.changeset.c
    rows = session.execute(select(c.header, c.ops).where(c.state.in_(("quarantined", "rejected"))))
    return frozenset(
        op.record
        for row in rows
        for op in changes_of(decode_header(row.header), msgspec.msgpack.decode(row.ops))
    )


def old_stubs(session: Session, today: date) -> list[tuple[str, bytes]]:
    """Kind and id of records deleted more than a year ago whose contents are still here."""
    asked = {
        one
        for packed in session.scalars(select(Erasure.targets).where(Erasure.done_at.is_(None)))
        for one in msgspec.msgpack.decode(packed)
    }
    border = years_later(today, -settings_of(session).keep_deleted)
    found: list[tuple[str, bytes]] = []
    for kind, model in record_kinds().items():
        if kind in _NO_STUBS or model.township_wide:
            continue
        content = [getattr(model, name) for name in model.fields() if name not in STRUCTURE]
        ids = session.scalars(
            select(model.id).where(
                _china(model.deleted_at) < border, or_(*(one.is_not(None) for one in content))
            )
        )
        found += [(kind, one) for one in ids if one not in asked]
    return found


def _settled(
    kind: str, today: date, untouchable: Collection[bytes], settings: Settings
) -> tuple[Condition, ...]:
    """Nothing is open about it, nor about what came from it."""
    if kind == "visit":
        return tuple(Visit.id.not_in(open_one) for open_one in _open_from_visits())
    if kind == "attachment":
        gone = Attachment.visit_id.not_in(select(Visit.id).where(Visit.deleted_at.is_(None)))
        going = select(Visit.id).where(*due("visit", today, untouchable, settings))
        return (or_(gone, Attachment.visit_id.in_(going)),)
    if kind == "work_log":
        staying = or_(
            _Of.visited_on.is_(None),
            _Of.visited_on > ended_by("visit", today, settings),
            *(_Of.id.in_(open_one) for open_one in _open_from_visits()),
            *_holding(_Of, untouchable),
        )
        return (~exists().where(_Of.work_log_id == WorkLog.id, _Of.deleted_at.is_(None), staying),)
    if kind == "need_progress":
        gone = NeedProgress.need_id.not_in(select(Need.id).where(Need.deleted_at.is_(None)))
        going = select(Need.id).where(*due("need", today, untouchable, settings))
        return (or_(gone, NeedProgress.need_id.in_(going)),)
    if part := _PARTS_OF_DISPUTES.get(kind):
        gone = part.dispute_id.in_(select(Dispute.id).where(Dispute.deleted_at.is_not(None)))
        going = select(Dispute.id).where(*due("dispute", today, untouchable, settings))
        return (or_(gone, part.dispute_id.in_(going)),)
    decided = {
        "dispute": Dispute.state == "closed",
        "task": func.coalesce(Task.state, "open") != "open",
        "need": Need.state == "closed",
        "opinion_entry": or_(
            OpinionEntry.posted_on.is_not(None),
            OpinionEntry.need_id.in_(
                select(Need.id).where(or_(Need.state == "closed", Need.deleted_at.is_not(None)))
            ),
        ),
        "conflict": Conflict.decision.is_not(None),
        "rights_request": RightsRequest.decision.is_not(None),
    }
    return (decided.get(kind, true()),)


_PARTS_OF_DISPUTES: dict[str, Any] = {"dispute_party": DisputeParty, "dispute_step": DisputeStep}
_Of = aliased(Visit)
"""The visits of a log."""


def _open_from_visits() -> Iterator[Any]:
    """The visits from which something came that is still open."""
    for kind, visit, is_open in (
        (Need, Need.visit_id, func.coalesce(Need.state, "new") != "closed"),
        (Situation, Situation.visit_id, Situation.closed_at.is_(None)),
        (Dispute, Dispute.visit_id, func.coalesce(Dispute.state, "open") != "closed"),
        (Task, Task.source_id, func.coalesce(Task.state, "open") == "open"),
    ):
        yield select(visit).where(kind.deleted_at.is_(None), visit.is_not(None), is_open)


def _free(model: Any, untouchable: Collection[bytes]) -> tuple[Condition, ...]:
    """Nothing that is open holds it."""
    return tuple(not_(held) for held in _holding(model, untouchable))


def _holding(model: Any, untouchable: Collection[bytes]) -> tuple[Condition, ...]:
    """Ways in which something open holds a record; none of them is ever NULL."""
    disputed = select(Conflict.target_id).where(
        Conflict.decision.is_(None), Conflict.deleted_at.is_(None), Conflict.target_id.is_not(None)
    )
    held: list[Condition] = [
        model.id.in_(disputed),
        model.id.in_(select(tables.pending.c.record_id)),
        model.id.in_(list(untouchable)),
    ]
    if model is not RightsRequest and hasattr(model, "household_id"):
        asking = select(RightsRequest.household_id).where(
            RightsRequest.decision.is_(None), RightsRequest.deleted_at.is_(None)
        )
        home = model.household_id
        held.append(and_(home.is_not(None), home.in_(asking)))
    return tuple(held)
