"""What the papers of an evaluation say, gathered from the records."""

from __future__ import annotations

from dataclasses import astuple

from sqlalchemy.orm import Session

from township.codes import COMMENT_GROUP, EVALUATION_DIMENSION
from township.documents import BallotPaper, EvaluationLine, EvaluationSheet
from township.errors import NotAllowed
from township.records import BallotTally
from township.rules import evaluations as rules
from township.rules.evaluations import ANSWERS, FAIL, NO_QUORUM, Answers
from township.usecases.evaluations import EvaluationDetail, evaluation_detail
from township.usecases.paper_facts import township_name

ANSWER_LABELS = tuple(BallotTally.field(name).label for name in ANSWERS)
"""The answers in the order of the ballot; the last one is not on it."""
_ALL = "合计"


def ballot_paper(session: Session, evaluation_id: bytes) -> BallotPaper:
    """The slips of an evaluation whose box is not closed. Raises NotFound or NotAllowed."""
    found = evaluation_detail(session, evaluation_id)
    one = found.evaluation
    if one.state not in ("prepared", "issued"):
        raise NotAllowed("收票已经结束，不能再印测评票。")
    return BallotPaper(
        township=township_name(session),
        zone=found.zone,
        target=found.target,
        period=found.period,
        questions=tuple(map(EVALUATION_DIMENSION.label, one.dimensions)),
        answers=ANSWER_LABELS[:-1],
        count=one.issued or one.roster_size,
    )


def evaluation_sheet(session: Session, evaluation_id: bytes) -> EvaluationSheet:
    """The result of an approved evaluation. Raises NotFound or NotAllowed."""
    found = evaluation_detail(session, evaluation_id)
    one = found.evaluation
    if one.state != "approved" or one.approved_on is None:
        raise NotAllowed("结果还没有审定，不能打印结果表。")
    pooled = rules.pooled(found.totals)
    return EvaluationSheet(
        township=township_name(session),
        zone=found.zone,
        target=found.target,
        no=one.no or "",
        period=found.period,
        held_on=one.held_on,
        roster=one.roster_size or 0,
        issued=one.issued or 0,
        returned=one.returned or 0,
        answers=ANSWER_LABELS,
        lines=_lines(found, pooled),
        line_text=rules.rate_text(rules.LINE),
        verdict=one.shown("result"),
        explained=explained(found),
        information=_information(found, pooled),
        comments=tuple(
            (COMMENT_GROUP.label(subject), lines) for subject, lines in found.comments.groups
        ),
        hidden_comments=found.comments.hidden,
        tellers=(found.name(one.teller_one), found.name(one.teller_two)),
        approver=found.name(one.approved_by),
        approved_on=one.approved_on,
        measures=_measures(found),
    )


def explained(found: EvaluationDetail) -> str:
    """Why the result is what it is, in one sentence with its numbers."""
    one, pooled = found.evaluation, rules.pooled(found.totals)
    if one.result == NO_QUORUM:
        return (
            f"发出 {one.issued} 张，收回 {one.returned} 张；至少要收回 "
            f"{rules.needed(one.issued or 0, found.settings)} 张且有有效回答才有结果。"
        )
    how = "低于" if one.result == FAIL else "达到"
    rate = rules.rate_text(rules.rate(pooled))
    return (
        f"满意和基本满意 {pooled.good} 项 ÷ 有效 {pooled.valid} 项 = {rate}，"
        f"{how} {rules.rate_text(rules.LINE)} 的标准。"
    )


def _lines(found: EvaluationDetail, pooled: Answers) -> tuple[EvaluationLine, ...]:
    if not found.totals:
        return ()
    named = [(EVALUATION_DIMENSION.label(name), one) for name, one in found.totals.items()]
    return tuple(
        EvaluationLine(
            question=question,
            answers=astuple(answers),
            valid=answers.valid,
            rate=rules.rate_text(rules.rate(answers)),
            hundredths=rules.rate(answers),
            reached=rules.reaches_line(answers),
        )
        for question, answers in (*named, (_ALL, pooled))
    )


def _information(found: EvaluationDetail, pooled: Answers) -> tuple[tuple[str, str], ...]:
    if not found.totals:
        return ()
    weights = "、".join(map(str, found.settings.evaluation_weights))
    weighted = rules.rate_text(rules.weighted_rate(pooled, found.settings))
    return (
        ("仅“满意”的比例", rules.rate_text(rules.satisfied_rate(pooled))),
        (f"加权满意率（{weights}）", weighted),
    )


def _measures(found: EvaluationDetail) -> str:
    following = found.accountability
    if following is None:
        return ""
    if following.state == "open":
        return f"须在 {following.due_on} 前确定问责措施。"
    again = f"；{following.due_again_on} 前重新测评" if following.due_again_on else ""
    return f"{following.shown('measures')}{again}。"
