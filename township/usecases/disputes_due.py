"""What of the disputes waits for a person: first contacts, terms, confirmation, revisits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Dispute, DisputeStep
from township.rules import disputes as rules
from township.rules.permissions import Act, may
from township.usecases.dispute_list import NOT_CLOSED, Owners
from township.usecases.disputes import AGREED, ENDED, OPEN, course
from township.usecases.dues import Asker, Due, Urgency

SYSTEM = "矛盾纠纷"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Mediators see their disputes, the owner of a level those of that level."""
    if not may(asker.roles, Act.SEE, "dispute"):
        return
    owners = Owners(session, asker.today)
    for one in session.scalars(select(Dispute).where(*NOT_CLOSED).order_by(Dispute.no)):
        now = rules.standing(course(one), asker.today, asker.settings)
        mediates = asker.cadre.id in (one.mediators or ())
        owns = (one.state or OPEN) == OPEN and owners.of(one, now.level) == asker.cadre.id
        if mediates or owns:
            yield from _of(session, asker, one, now)


def _of(session: Session, asker: Asker, one: Dispute, now: rules.Standing) -> Iterator[Due]:
    what = f"{one.shown('dispute_type')}纠纷 {one.no or ''}"
    if one.state == AGREED and one.agreed_on:
        last = rules.confirm_until(one.agreed_on)
        if one.confirm_asked_on is None and asker.today <= last:
            yield _line(asker, one, f"{what}：双方可在期限内共同申请司法确认", last)
        yield from _revisit(asker, one, what, one.agreed_on)
    elif one.state == ENDED and one.ended_on and one.result != "withdrawn":
        yield from _revisit(asker, one, what, one.ended_on)
    elif (one.state or OPEN) == OPEN:
        yield from _unresolved(session, asker, one, now, what)


def _unresolved(
    session: Session, asker: Asker, one: Dispute, now: rules.Standing, what: str
) -> Iterator[Due]:
    level = Dispute.field("level").show(now.level)
    risen = "，已超期升级" if now.risen else ""
    if one.contacted_on is None:
        by = rules.contact_due(one.found_on, one.level or now.level, asker.settings)
        yield _line(asker, one, f"{what}（{level}{risen}）：待首次接触当事人", by)
        return
    text = f"{what}（{level}{risen}）：待化解"
    late = Urgency.OVERDUE if now.risen else asker.urgency(now.due_on)
    yield Due(SYSTEM, text, now.due_on, late, "disputes", one.id)
    if now.level == rules.LEVELS[-1] and not _noted(session, one, asker.today):
        yield _line(asker, one, f"{what}（{level}）：登记今天的情况", asker.today)


def _revisit(asker: Asker, one: Dispute, what: str, ended: date) -> Iterator[Due]:
    if one.revisited_on is None:
        by = rules.revisit_on(ended, asker.settings)
        yield _line(asker, one, f"{what}：待回访", by)
    elif one.state == AGREED:
        yield _line(asker, one, f"{what}：已回访，可以办结", None)


def _line(asker: Asker, one: Dispute, text: str, on: date | None) -> Due:
    near = asker.urgency(on) if on else Urgency.COMING
    return Due(SYSTEM, text, on, near, "disputes", one.id)


def _noted(session: Session, one: Dispute, today: date) -> bool:
    found = select(DisputeStep.id).where(
        DisputeStep.dispute_id == one.id,
        DisputeStep.taken_on == today,
        DisputeStep.deleted_at.is_(None),
    )
    return session.scalar(found.limit(1)) is not None
