"""矛盾纠纷: a conflict between parties, its level, its steps and its end. Fields: domain §4.6.

The level is one of the matter, never of a person. What follows from dates (the level that an
overdue matter has risen to, the last day for judicial confirmation, the day of the visit
afterwards) is not stored: ``rules.disputes``.
"""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.dispute_codes import (
    DISPUTE_AGREEMENT,
    DISPUTE_CHANNEL,
    DISPUTE_FOUND,
    DISPUTE_LEVEL,
    DISPUTE_RESULT,
    DISPUTE_STATE,
    DISPUTE_STEP,
    DISPUTE_TYPE,
    PARTY_KIND,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Dispute(Record):
    """One dispute; it stays in the zone where it arose, wherever its parties move."""

    __tablename__ = "dispute"
    label = "矛盾纠纷"
    data_class = "r"
    __table_args__ = (
        Index("ix_dispute_zone_state", "zone_id", "state"),
        Index("ix_dispute_no", "no"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "纠纷编号", I, required=True, max_length=30)
    visit_id: Mapped[bytes | None] = column(Kind.REF, "来源走访", I, target="visit", index=True)
    situation_id: Mapped[bytes | None] = column(
        Kind.REF, "来源五情", I, target="situation", index=True
    )
    found_by: Mapped[str] = column(Kind.CODE, "发现途径", I, required=True, codes=DISPUTE_FOUND)
    found_on: Mapped[date] = column(Kind.DATE, "发现日期", I, required=True)
    dispute_type: Mapped[str] = column(Kind.CODE, "纠纷类型", I, required=True, codes=DISPUTE_TYPE)
    people_count: Mapped[int | None] = column(Kind.NUMBER, "涉及人数", I, required=True)
    place: Mapped[str | None] = column(Kind.TEXT, "地点", I, max_length=60)
    summary: Mapped[str] = column(Kind.LONG_TEXT, "纠纷情况", R, required=True, max_length=500)
    level: Mapped[str] = column(Kind.CODE, "预警等级", I, required=True, codes=DISPUTE_LEVEL)
    level_reason: Mapped[str] = column(Kind.TEXT, "定级理由", R, required=True, max_length=200)
    level_since: Mapped[date] = column(Kind.DATE, "定级日期", I, required=True)
    level_by: Mapped[bytes | None] = column(Kind.REF, "降级审核人", I, target="cadre")
    nature: Mapped[str] = column(Kind.CODE, "解决途径研判", I, required=True, codes=DISPUTE_CHANNEL)
    mediators: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "调解人", I, target="cadre")
    due_on: Mapped[date | None] = column(Kind.DATE, "化解期限", I)
    contacted_on: Mapped[date | None] = column(Kind.DATE, "首次接触日期", I)
    refused_on: Mapped[date | None] = column(Kind.DATE, "当事人拒绝调解日期", I)
    refused_note: Mapped[str | None] = column(Kind.TEXT, "拒绝情况", R, max_length=200)
    agreement: Mapped[str | None] = column(Kind.CODE, "协议", I, codes=DISPUTE_AGREEMENT)
    agreed_on: Mapped[date | None] = column(Kind.DATE, "达成协议日期", I)
    terms: Mapped[str | None] = column(Kind.LONG_TEXT, "协议内容", R, max_length=500)
    confirm_asked_on: Mapped[date | None] = column(Kind.DATE, "申请司法确认日期", I)
    result: Mapped[str | None] = column(Kind.CODE, "结果", I, codes=DISPUTE_RESULT)
    ended_on: Mapped[date | None] = column(Kind.DATE, "终止调解日期", I)
    remedies_told: Mapped[str | None] = column(Kind.TEXT, "已告知的依法途径", I, max_length=200)
    revisited_on: Mapped[date | None] = column(Kind.DATE, "回访日期", I)
    revisit_note: Mapped[str | None] = column(Kind.TEXT, "回访情况", R, max_length=200)
    closed_on: Mapped[date | None] = column(Kind.DATE, "办结日期", I)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=DISPUTE_STATE)


class DisputeParty(Record):
    """One party: a household of the ledger, somebody else by name, or an organisation.

    ``home_id`` and not ``household_id``: a party that moves to another zone does not take the
    matter along.
    """

    __tablename__ = "dispute_party"
    label = "纠纷当事人"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    dispute_id: Mapped[bytes] = column(
        Kind.REF, "矛盾纠纷", I, required=True, target="dispute", index=True
    )
    position: Mapped[int] = column(Kind.NUMBER, "顺序", I, required=True)
    party_kind: Mapped[str] = column(Kind.CODE, "当事人类型", I, required=True, codes=PARTY_KIND)
    name: Mapped[str | None] = column(Kind.TEXT, "当事人", R, max_length=60)
    home_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household", index=True)


class DisputeStep(Record):
    """One step taken on a dispute."""

    __tablename__ = "dispute_step"
    label = "纠纷化解步骤"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    dispute_id: Mapped[bytes] = column(
        Kind.REF, "矛盾纠纷", I, required=True, target="dispute", index=True
    )
    taken_on: Mapped[date] = column(Kind.DATE, "日期", I, required=True)
    step_kind: Mapped[str] = column(Kind.CODE, "步骤", I, required=True, codes=DISPUTE_STEP)
    text: Mapped[str] = column(Kind.LONG_TEXT, "情况", R, required=True, max_length=500)
