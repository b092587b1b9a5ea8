"""What two tellers counted, each without the other's numbers, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import EVALUATION_DIMENSION
from township.errors import InvalidInput, NotAllowed
from township.records import BallotComments, BallotTally, Evaluation
from township.records.evaluation import AnswerCounts
from township.rules import comments as words
from township.rules import evaluations as rules
from township.rules.evaluations import ANSWERS, Answers, Counts, Difference
from township.storage.work import UnitOfWork


@dataclass(frozen=True)
class Counting:
    """Both tellers' counts; None until a teller has entered all of it, once."""

    one: Counts | None
    two: Counts | None

    @property
    def differences(self) -> list[Difference]:
        """Where they do not agree; empty while one is missing."""
        return rules.differences(self.one, self.two) if self.one and self.two else []

    @property
    def agreed(self) -> Counts | None:
        """The counts in which both agree."""
        return self.one if self.one and self.two and not self.differences else None


def counting(session: Session, evaluation: Evaluation) -> Counting:
    """What has been counted so far, on a laptop that holds it."""
    rows = _tallies(session, evaluation.id)
    tellers = (evaluation.teller_one, evaluation.teller_two)
    one, two = (_counts(rows, teller, evaluation.dimensions) for teller in tellers)
    return Counting(one, two)


def enter_count(work: UnitOfWork, evaluation: Evaluation, counts: Counts) -> None:
    """Enter or correct the author's own count. Raises NotAllowed or InvalidInput."""
    if work.author not in (evaluation.teller_one, evaluation.teller_two):
        raise NotAllowed("只有这次测评的两名计票人可以录入票数。")
    if evaluation.state != "closed":
        raise NotAllowed("收票结束后才能计票；审定后不能再改。")
    problems = rules.count_problems(evaluation.issued or 0, evaluation.dimensions, counts)
    if problems:
        raise InvalidInput({"count": problems[0]})
    mine = [row for row in _tallies(work.session, evaluation.id) if row.created_by == work.author]
    place = {"zone_id": evaluation.zone_id, "evaluation_id": evaluation.id}
    for dimension, answers in counts.items():
        before = [row for row in mine if row.dimension == dimension]
        for doubled in before[1:]:
            work.delete(doubled)
        tally = before[0] if before else BallotTally(dimension=dimension, **place)
        for name in ANSWERS:
            setattr(tally, name, getattr(answers, name))
        if not before:
            work.add(tally)


def own_count(session: Session, evaluation: Evaluation, teller: bytes) -> Counts | None:
    """What this teller entered before, to be corrected."""
    return _counts(_tallies(session, evaluation.id), teller, evaluation.dimensions)


def enter_comments(work: UnitOfWork, evaluation: Evaluation, texts: dict[str, str]) -> None:
    """Keep the comments by subject, without the order in which they were typed.

    Raises NotAllowed or InvalidInput.
    """
    if work.author not in (evaluation.teller_one, evaluation.teller_two):
        raise NotAllowed("只有这次测评的两名计票人可以录入意见。")
    if evaluation.state != "closed":
        raise NotAllowed("收票结束后才能录入意见；审定后不能再改。")
    problems = {subject: bad for subject, text in texts.items() if (bad := words.problem(text))}
    if problems:
        raise InvalidInput(problems)
    kept = {row.subject: row for row in _comments(work.session, evaluation.id)}
    for subject, typed in texts.items():
        text, before = words.unordered(typed), kept.get(subject)
        if before is not None and not text:
            work.delete(before)
        elif before is not None:
            before.text = text
        elif text:
            place = {"zone_id": evaluation.zone_id, "evaluation_id": evaluation.id}
            work.add(BallotComments(subject=subject, text=text, **place))


def comment_texts(session: Session, evaluation_id: bytes) -> dict[str, str]:
    """The comments by subject."""
    return {row.subject: row.text or "" for row in _comments(session, evaluation_id)}


def clear(work: UnitOfWork, evaluation_id: bytes) -> None:
    """Empty and delete the author's own counts, and the comments: the totals stay.

    Source: domain §7.7, six months after the result.
    """
    for row in _tallies(work.session, evaluation_id):
        if row.created_by == work.author:
            for name in ANSWERS:
                setattr(row, name, None)
            work.delete(row)
    for one in _comments(work.session, evaluation_id):
        one.text = None  # type: ignore[assignment]
        work.delete(one)


def left_to_clear(session: Session, evaluation_id: bytes, teller: bytes) -> bool:
    """Is there something that this teller could clear?"""
    mine = any(row.created_by == teller for row in _tallies(session, evaluation_id))
    return mine or bool(_comments(session, evaluation_id))


def difference_text(one: Difference) -> str:
    """A difference for people: both numbers, and that neither counts."""
    question = EVALUATION_DIMENSION.label(one.dimension)
    answer = BallotTally.field(one.answer).label
    return f"{question}·{answer}：甲 {one.one} 张，乙 {one.two} 张"


def answers_of(row: AnswerCounts) -> Answers:
    """The numbers of a record."""
    return Answers(*(getattr(row, name) or 0 for name in ANSWERS))


def _counts(rows: Sequence[BallotTally], teller: bytes, dimensions: Sequence[str]) -> Counts | None:
    mine = [row for row in rows if row.created_by == teller]
    found = {row.dimension: answers_of(row) for row in mine}
    whole = len(mine) == len(found) and set(found) == set(dimensions)
    return {dimension: found[dimension] for dimension in dimensions} if whole else None


def _tallies(session: Session, evaluation_id: bytes) -> Sequence[BallotTally]:
    return session.scalars(
        select(BallotTally)
        .where(BallotTally.evaluation_id == evaluation_id, BallotTally.deleted_at.is_(None))
        .order_by(BallotTally.id)
    ).all()


def _comments(session: Session, evaluation_id: bytes) -> Sequence[BallotComments]:
    return session.scalars(
        select(BallotComments).where(
            BallotComments.evaluation_id == evaluation_id, BallotComments.deleted_at.is_(None)
        )
    ).all()
