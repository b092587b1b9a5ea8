"""测评: evaluations by residents' representatives, what two tellers counted, and what follows.

Fields: domain §4.5. There is no record of a ballot: what was counted is a sum for each question,
the days are days, and nothing says who answered, when, or in which order (decision 041).
"""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import (
    ACCOUNTABILITY_MEASURE,
    ACCOUNTABILITY_STATE,
    COMMENT_GROUP,
    EVALUATION_DIMENSION,
    EVALUATION_PART,
    EVALUATION_RESULT,
    EVALUATION_STATE,
    EVALUATION_TARGET,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

P, I, R = Sensitivity.P, Sensitivity.I, Sensitivity.R  # noqa: E741


class Evaluation(Record):
    """One evaluation of a zone's team or of one cadre in it.

    ``roster_size`` counts the residents' representatives; their names stay on paper.
    ``returned``, ``result`` and who approved are written when the totals are approved.
    """

    __tablename__ = "evaluation"
    label = "测评"
    __table_args__ = (Index("ix_evaluation_zone_state", "zone_id", "state"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", P, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "测评编号", I, required=True, max_length=30)
    target_kind: Mapped[str] = column(
        Kind.CODE, "测评对象", P, required=True, codes=EVALUATION_TARGET
    )
    cadre_id: Mapped[bytes | None] = column(Kind.REF, "被测评干部", P, target="cadre")
    year: Mapped[int] = column(Kind.NUMBER, "年度", P, required=True)
    part: Mapped[str] = column(Kind.CODE, "测评时段", P, required=True, codes=EVALUATION_PART)
    dimensions: Mapped[tuple[str, ...]] = column(
        Kind.CODES, "测评内容", P, required=True, codes=EVALUATION_DIMENSION
    )
    held_on: Mapped[date] = column(Kind.DATE, "测评日期", P, required=True)
    roster_size: Mapped[int] = column(Kind.NUMBER, "代表人数", I, required=True)
    issued: Mapped[int | None] = column(Kind.NUMBER, "发出票数", P)
    teller_one: Mapped[bytes] = column(Kind.REF, "计票人甲", I, required=True, target="cadre")
    teller_two: Mapped[bytes] = column(Kind.REF, "计票人乙", I, required=True, target="cadre")
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=EVALUATION_STATE)
    closed_on: Mapped[date | None] = column(Kind.DATE, "收票日期", I)
    returned: Mapped[int | None] = column(Kind.NUMBER, "收回票数", P)
    result: Mapped[str | None] = column(Kind.CODE, "测评结果", P, codes=EVALUATION_RESULT)
    approved_by: Mapped[bytes | None] = column(Kind.REF, "审定人", P, target="cadre")
    approved_on: Mapped[date | None] = column(Kind.DATE, "审定日期", P)
    previous_id: Mapped[bytes | None] = column(Kind.REF, "上次不达标的测评", I, target="evaluation")
    void_reason: Mapped[str | None] = column(Kind.TEXT, "作废原因", I, max_length=200)


class AnswerCounts:
    """How many ballots gave each answer to one question; blank and spoiled ones are invalid."""

    dimension: Mapped[str] = column(
        Kind.CODE, "测评内容", P, required=True, codes=EVALUATION_DIMENSION
    )
    satisfied: Mapped[int] = column(Kind.NUMBER, "满意", P, required=True)
    fair: Mapped[int] = column(Kind.NUMBER, "基本满意", P, required=True)
    dissatisfied: Mapped[int] = column(Kind.NUMBER, "不满意", P, required=True)
    unknown: Mapped[int] = column(Kind.NUMBER, "不了解", P, required=True)
    invalid: Mapped[int] = column(Kind.NUMBER, "无效", P, required=True)


class EvaluationTotal(AnswerCounts, Record):
    """The approved total of one question: public, kept for good."""

    __tablename__ = "evaluation_total"
    label = "测评结果"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", P, required=True, target="zone")
    evaluation_id: Mapped[bytes] = column(
        Kind.REF, "测评", P, required=True, target="evaluation", index=True
    )


class BallotTally(AnswerCounts, Record):
    """What one teller counted for one question; only the township's offices hold it.

    Whose count it is tells the stamp ``created_by``, which follows from the signed changeset.
    """

    __tablename__ = "ballot_tally"
    label = "计票"
    data_class = "r"
    township_wide = True

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", R, required=True, target="zone")
    evaluation_id: Mapped[bytes] = column(
        Kind.REF, "测评", R, required=True, target="evaluation", index=True
    )


class BallotComments(Record):
    """What ballots said in words about one subject, a line each, in the order of the letters."""

    __tablename__ = "ballot_comments"
    label = "测评意见"
    data_class = "r"
    township_wide = True

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", R, required=True, target="zone")
    evaluation_id: Mapped[bytes] = column(
        Kind.REF, "测评", R, required=True, target="evaluation", index=True
    )
    subject: Mapped[str] = column(Kind.CODE, "归类", R, required=True, codes=COMMENT_GROUP)
    text: Mapped[str] = column(Kind.LONG_TEXT, "意见", R, required=True, max_length=4000)


class Accountability(Record):
    """问责: what follows a rate under the line, by when, and the evaluation that checks it."""

    __tablename__ = "accountability"
    label = "问责"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    evaluation_id: Mapped[bytes] = column(
        Kind.REF, "测评", I, required=True, target="evaluation", index=True
    )
    opened_on: Mapped[date] = column(Kind.DATE, "问责开始日期", I, required=True)
    due_on: Mapped[date] = column(Kind.DATE, "确定措施期限", I, required=True)
    measures: Mapped[tuple[str, ...]] = column(
        Kind.CODES, "问责措施", I, codes=ACCOUNTABILITY_MEASURE
    )
    measure_text: Mapped[str | None] = column(Kind.LONG_TEXT, "整改内容和要求", R, max_length=500)
    decided_by: Mapped[bytes | None] = column(Kind.REF, "决定人", I, target="cadre")
    decided_on: Mapped[date | None] = column(Kind.DATE, "决定日期", I)
    due_again_on: Mapped[date | None] = column(Kind.DATE, "重新测评期限", I)
    closed_on: Mapped[date | None] = column(Kind.DATE, "了结日期", I)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=ACCOUNTABILITY_STATE)
