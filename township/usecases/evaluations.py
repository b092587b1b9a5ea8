"""测评: the list, and one evaluation in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from township.codes import EVALUATION_PART
from township.records import Accountability, Evaluation, EvaluationTotal
from township.rules import comments as words
from township.rules import evaluations as rules
from township.rules.comments import ShownComments
from township.rules.evaluations import Counts
from township.rules.settings import Settings
from township.usecases import ballot_counts, evaluation_steps
from township.usecases.ballot_counts import Counting
from township.usecases.paper_facts import cadre_names
from township.usecases.township_settings import settings_of
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
    settings: Settings

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


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
    zones, names = dict(all_zones(session)), cadre_names(session)
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


def evaluation_detail(session: Session, evaluation_id: bytes) -> EvaluationDetail:
    """One evaluation. Raises NotFound."""
    found = evaluation_steps.evaluation(session, evaluation_id)
    zones, names = dict(all_zones(session)), cadre_names(session)
    texts = ballot_counts.comment_texts(session, evaluation_id)
    return EvaluationDetail(
        evaluation=found,
        zone=zones.get(found.zone_id, ""),
        target=target_text(found, zones, names),
        period=period_text(found),
        counting=ballot_counts.counting(session, found),
        totals=_totals(session, [evaluation_id]).get(evaluation_id, {}),
        comments=words.shown(texts, found.returned or 0, settings_of(session)),
        accountability=evaluation_steps.accountability(session, evaluation_id),
        failed_before=_failed(session, found.previous_id),
        names=names,
        settings=settings_of(session),
    )


def target_text(found: Evaluation, zones: dict[bytes, str], names: dict[bytes, str]) -> str:
    """Who is evaluated: a zone's team, or a cadre in it."""
    zone = zones.get(found.zone_id, "")
    if found.target_kind == "cadre":
        return f"{zone} {names.get(found.cadre_id or b'', '')}".strip()
    return f"{zone}班子"


def period_text(found: Evaluation) -> str:
    """2026 年上半年."""
    return f"{found.year} 年{EVALUATION_PART.label(found.part or '')}"


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
