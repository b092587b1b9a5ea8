"""测评 on 今日: counts, approvals, 问责, a new round, counts to be cleared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.codes import EVALUATION_PART
from township.records import Accountability, Cadre, Evaluation
from township.rules import accountability as terms
from township.rules.permissions import Act, may
from township.rules.settings import Settings
from township.storage import tables
from township.usecases import ballot_counts
from township.usecases.ballot_counts import Counting
from township.usecases.dues import Asker, Due
from township.usecases.evaluations import CREATE, target_text
from township.usecases.paper_facts import cadre_names
from township.usecases.zones import all_zones

SYSTEM = "测评"


@dataclass(frozen=True)
class DueEvaluation:
    """Something about an evaluation that is due; ``id`` is None when one has yet to be made."""

    id: bytes | None
    due_on: date
    text: str


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """What waits for somebody with this cadre's roles: counts, approvals, 问责, a new round."""
    for one in waiting(session, asker.cadre.id, asker.today, asker.settings):
        near = asker.urgency(one.due_on)
        yield Due(SYSTEM, one.text, one.due_on, near, "evaluation", one.id or CREATE)


def waiting(
    session: Session, cadre_id: bytes, today: date, settings: Settings
) -> list[DueEvaluation]:
    """The same as what is due of evaluations, by day."""
    cadre = session.get(Cadre, cadre_id)
    roles = (cadre.roles or ()) if cadre else ()
    found = [
        *_to_count(session, cadre_id, roles, today),
        *_to_clear(session, cadre_id, today, settings),
    ]
    if may(roles, Act.EDIT, "accountability"):
        found += _accountabilities(session, today, settings)
    if may(roles, Act.CREATE, "evaluation"):
        found += _not_evaluated(session, today, settings)
    return sorted(found, key=lambda one: (one.due_on, one.text))


def _to_count(
    session: Session, cadre_id: bytes, roles: Sequence[str], today: date
) -> list[DueEvaluation]:
    """Closed boxes that wait for this teller, or for an approval by this person."""
    closed = session.scalars(
        select(Evaluation).where(Evaluation.state == "closed", Evaluation.deleted_at.is_(None))
    ).all()
    zones, names = dict(all_zones(session)), cadre_names(session)
    found = []
    for one in closed:
        counts = ballot_counts.counting(session, one)
        told = _count_told(one, counts, cadre_id)
        tellers = (one.teller_one, one.teller_two)
        approver = may(roles, Act.APPROVE, "evaluation") and not terms.approver_problem(
            cadre_id, tellers, one.cadre_id
        )
        if told is None and approver and counts.agreed is not None:
            told = "两人计票一致，待审定"
        if told:
            text = f"{target_text(one, zones, names)}测评：{told}"
            found.append(DueEvaluation(one.id, today, text))
    return found


def _count_told(one: Evaluation, counts: Counting, cadre_id: bytes) -> str | None:
    """What this teller has to do; None for everybody else."""
    mine = {one.teller_one: counts.one, one.teller_two: counts.two}
    if cadre_id not in mine:
        return None
    if mine[cadre_id] is None:
        return "待您计票"
    return "两人计票不一致，请重新点票" if counts.differences else None


def _to_clear(
    session: Session, cadre_id: bytes, today: date, settings: Settings
) -> list[DueEvaluation]:
    mine = or_(Evaluation.teller_one == cadre_id, Evaluation.teller_two == cadre_id)
    approved = session.scalars(
        select(Evaluation).where(
            Evaluation.state == "approved", mine, Evaluation.deleted_at.is_(None)
        )
    ).all()
    found = []
    for one in approved:
        until = terms.ballots_until(one.approved_on, settings) if one.approved_on else today
        if until < today and ballot_counts.left_to_clear(session, one.id, cadre_id):
            text = f"测评 {one.no or ''}：计票记录已满期，请清除（结果保留）"
            found.append(DueEvaluation(one.id, today, text))
    return found


def _accountabilities(session: Session, today: date, settings: Settings) -> list[DueEvaluation]:
    """Measures to decide, and evaluations to repeat, within the term or after it."""
    rows = session.execute(
        select(Accountability, Evaluation)
        .join(Evaluation, Evaluation.id == Accountability.evaluation_id)
        .where(Accountability.state != "closed", Accountability.deleted_at.is_(None))
    ).all()
    zones, names = dict(all_zones(session)), cadre_names(session)
    found = []
    for one, about in rows:
        deciding = one.state == "open"
        day = one.due_on if deciding else one.due_again_on
        soon = settings.due_soon_days if deciding else _AGAIN_SOON
        if day is None or (not deciding and day > today + timedelta(days=soon)):
            continue
        what = "不达标，待定问责措施" if deciding else "整改期将满，请重新测评"
        found.append(DueEvaluation(about.id, day, f"{target_text(about, zones, names)}{what}"))
    return found


_AGAIN_SOON = 30
"""Another evaluation takes weeks to prepare."""


def _not_evaluated(session: Session, today: date, settings: Settings) -> list[DueEvaluation]:
    """Zones without an evaluation in the period that ends soon, in one line."""
    coming = terms.period_due(today.year, today, settings)
    if coming is None:
        return []
    part, ends = coming
    parts = ("year", "h1", "h2") if part == "year" else (part,)
    done = set(
        session.scalars(
            select(Evaluation.zone_id).where(
                Evaluation.year == today.year,
                Evaluation.part.in_(parts),
                Evaluation.state != "void",
                Evaluation.deleted_at.is_(None),
            )
        )
    )
    missing = [name for zone, name in all_zones(session) if zone not in done]
    if not missing or not _holds_township(session):
        return []
    some = "、".join(missing[:2]) + ("等" if len(missing) > 2 else "")
    period = f"{today.year} 年{EVALUATION_PART.label(part)}"
    text = f"{period}还有 {len(missing)} 个责任区没有测评：{some}"
    return [DueEvaluation(None, ends, text)]


def _holds_township(session: Session) -> bool:
    """Does this laptop hold what all zones did? Elsewhere nothing can be said of the others."""
    return (
        session.scalar(
            select(tables.bucket_cursor.c.bucket).where(
                tables.bucket_cursor.c.bucket == "township/r"
            )
        )
        is not None
    )
