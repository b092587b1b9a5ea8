"""测评: the list, one evaluation in full, and what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from township.codes import EVALUATION_PART
from township.records import Accountability, Cadre, Evaluation, EvaluationTotal
from township.rules import accountability as terms
from township.rules import comments as words
from township.rules import evaluations as rules
from township.rules.comments import ShownComments
from township.rules.evaluations import Counts
from township.rules.permissions import Act, may
from township.rules.settings import PRESET, Settings
from township.storage import tables
from township.usecases import ballot_counts, evaluation_steps
from township.usecases.ballot_counts import Counting
from township.usecases.zones import all_zones

OPEN, FAILED, ALL = "open", "failed", "all"
"""Which evaluations a list shows: those under way, those under the line, all."""
CREATE = "create"
"""Asks a page for the form of a new one."""


@dataclass(frozen=True)
class EvaluationRow:
    """One evaluation in a list; ``rate`` is empty without a result."""

    id: bytes
    no: str
    target: str
    period: str
    held_on: date | None
    rate: str
    state: str


@dataclass(frozen=True)
class EvaluationDetail:
    """One evaluation with all that this laptop holds of it; ``names`` are cadres by id."""

    evaluation: Evaluation
    zone: str
    target: str
    period: str
    counting: Counting
    totals: Counts
    comments: ShownComments
    accountability: Accountability | None
    failed_before: bool
    names: dict[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


@dataclass(frozen=True)
class DueEvaluation:
    """Something about an evaluation that is due; ``id`` is None when one has yet to be made."""

    id: bytes | None
    due_on: date
    text: str


def evaluation_ids(session: Session, which: str) -> list[bytes]:
    """The ids of a list, the newest first."""
    question = select(Evaluation.id).where(Evaluation.deleted_at.is_(None), _which(which))
    order = (Evaluation.held_on.desc(), Evaluation.id.desc())
    return list(session.scalars(question.order_by(*order)))


def evaluation_rows(session: Session, ids: Sequence[bytes]) -> dict[bytes, EvaluationRow]:
    """The rows of some evaluations; those that are gone are left out."""
    found = session.scalars(
        select(Evaluation).where(Evaluation.id.in_(ids), Evaluation.deleted_at.is_(None))
    ).all()
    totals = _totals(session, ids)
    zones, names = dict(all_zones(session)), _names(session)
    return {
        one.id: EvaluationRow(
            id=one.id,
            no=one.no or "",
            target=target_text(one, zones, names),
            period=period_text(one),
            held_on=one.held_on,
            rate=_rate(totals.get(one.id, {})),
            state=one.shown("result") or one.shown("state"),
        )
        for one in found
    }


def evaluation_detail(
    session: Session, evaluation_id: bytes, settings: Settings = PRESET
) -> EvaluationDetail:
    """One evaluation. Raises NotFound."""
    found = evaluation_steps.evaluation(session, evaluation_id)
    zones, names = dict(all_zones(session)), _names(session)
    texts = ballot_counts.comment_texts(session, evaluation_id)
    return EvaluationDetail(
        evaluation=found,
        zone=zones.get(found.zone_id, ""),
        target=target_text(found, zones, names),
        period=period_text(found),
        counting=ballot_counts.counting(session, found),
        totals=_totals(session, [evaluation_id]).get(evaluation_id, {}),
        comments=words.shown(texts, found.returned or 0, settings),
        accountability=evaluation_steps.accountability(session, evaluation_id),
        failed_before=_failed(session, found.previous_id),
        names=names,
    )


def due(
    session: Session, cadre_id: bytes, today: date, settings: Settings = PRESET
) -> list[DueEvaluation]:
    """What waits for somebody with this cadre's roles: counts, approvals, 问责, a new round."""
    cadre = session.get(Cadre, cadre_id)
    roles = (cadre.roles or ()) if cadre else ()
    found = [*_to_count(session, cadre_id, roles), *_to_clear(session, cadre_id, today, settings)]
    if may(roles, Act.EDIT, "accountability"):
        found += _accountabilities(session, today)
    if may(roles, Act.CREATE, "evaluation"):
        found += _not_evaluated(session, today, settings)
    return sorted(found, key=lambda one: (one.due_on, one.text))


def target_text(found: Evaluation, zones: dict[bytes, str], names: dict[bytes, str]) -> str:
    """Who is evaluated: a zone's team, or a cadre in it."""
    zone = zones.get(found.zone_id, "")
    if found.target_kind == "cadre":
        return f"{zone} {names.get(found.cadre_id or b'', '')}".strip()
    return f"{zone}班子"


def period_text(found: Evaluation) -> str:
    """2026 年上半年."""
    return f"{found.year} 年{EVALUATION_PART.label(found.part or '')}"


def _to_count(session: Session, cadre_id: bytes, roles: Sequence[str]) -> list[DueEvaluation]:
    """Closed boxes that wait for this teller, or for an approval by this person."""
    closed = session.scalars(
        select(Evaluation).where(Evaluation.state == "closed", Evaluation.deleted_at.is_(None))
    ).all()
    zones, names = dict(all_zones(session)), _names(session)
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
            found.append(DueEvaluation(one.id, one.closed_on or one.held_on, text))
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
            found.append(DueEvaluation(one.id, until, text))
    return found


def _accountabilities(session: Session, today: date) -> list[DueEvaluation]:
    """Measures to decide, and evaluations to repeat, within the term or after it."""
    rows = session.execute(
        select(Accountability, Evaluation)
        .join(Evaluation, Evaluation.id == Accountability.evaluation_id)
        .where(Accountability.state != "closed", Accountability.deleted_at.is_(None))
    ).all()
    zones, names = dict(all_zones(session)), _names(session)
    found = []
    for one, about in rows:
        deciding = one.state == "open"
        day = one.due_on if deciding else one.due_again_on
        soon = terms.SOON if deciding else _AGAIN_SOON
        if day is None or (not deciding and day > today + timedelta(days=soon)):
            continue
        what = "不达标，待定问责措施" if deciding else "整改期将满，请重新测评"
        found.append(DueEvaluation(about.id, day, f"{target_text(about, zones, names)}{what}"))
    return found


_AGAIN_SOON = 30
"""Another evaluation takes weeks to prepare."""


def _not_evaluated(session: Session, today: date, settings: Settings) -> list[DueEvaluation]:
    """Zones without an evaluation in the period that ends soon, in one line."""
    period = terms.period_due(today.year, today, settings)
    if period is None:
        return []
    part, ends = period
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
    some = "、".join(missing[:3]) + (f"等 {len(missing)} 个责任区" if len(missing) > 3 else "")
    period_label = EVALUATION_PART.label(part)
    return [DueEvaluation(None, ends, f"{today.year} 年{period_label}还没有测评：{some}")]


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


def _which(which: str) -> ColumnElement[bool]:
    if which == OPEN:
        following = select(Accountability.evaluation_id).where(
            Accountability.state != "closed", Accountability.deleted_at.is_(None)
        )
        under_way = Evaluation.state.in_(("prepared", "issued", "closed"))
        return or_(under_way, Evaluation.id.in_(following))
    if which == FAILED:
        return and_(Evaluation.result == rules.FAIL, Evaluation.state == "approved")
    return Evaluation.id.is_not(None)


def _failed(session: Session, evaluation_id: bytes | None) -> bool:
    before = session.get(Evaluation, evaluation_id) if evaluation_id else None
    return before is not None and before.result == rules.FAIL


def _totals(session: Session, ids: Sequence[bytes]) -> dict[bytes, Counts]:
    found: dict[bytes, dict[str, rules.Answers]] = {}
    rows = session.scalars(
        select(EvaluationTotal)
        .where(EvaluationTotal.evaluation_id.in_(ids), EvaluationTotal.deleted_at.is_(None))
        .order_by(EvaluationTotal.id)
    )
    for row in rows:
        counts = found.setdefault(row.evaluation_id, {})
        counts.setdefault(row.dimension, ballot_counts.answers_of(row))
    return dict(found)


def _rate(counts: Counts) -> str:
    return rules.rate_text(rules.rate(rules.pooled(counts))) if counts else ""


def _names(session: Session) -> dict[bytes, str]:
    return {one: name or "" for one, name in session.execute(select(Cadre.id, Cadre.name))}
