"""五情: situation reports and their timeline. Fields: domain §4.4.

For 舆情 there is no field for who said it; 孕情 is never stored here (domain §7.4).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import SITUATION_KIND, SITUATION_LEVEL
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Situation(Record):
    """One report: reported → received → responded → fed back → closed."""

    __tablename__ = "situation"
    label = "五情"
    data_class = "r"
    __table_args__ = (
        Index("ix_situation_zone_reported", "zone_id", "reported_at"),
        Index("ix_situation_no", "no"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "编号", I, required=True, max_length=30)
    situation_kind: Mapped[str] = column(
        Kind.CODE, "五情类别", I, required=True, codes=SITUATION_KIND
    )
    level: Mapped[str] = column(Kind.CODE, "等级", I, required=True, codes=SITUATION_LEVEL)
    visit_id: Mapped[bytes | None] = column(Kind.REF, "来源走访", I, target="visit", index=True)
    household_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household", index=True)
    happened_at: Mapped[datetime] = column(Kind.MOMENT, "发生时间", I, required=True)
    found_at: Mapped[datetime] = column(Kind.MOMENT, "发现时间", I, required=True)
    group_id: Mapped[bytes | None] = column(Kind.REF, "村民小组", I, target="village_group")
    place: Mapped[str | None] = column(Kind.TEXT, "地点", I, max_length=60)
    summary: Mapped[str] = column(Kind.LONG_TEXT, "情况摘要", I, required=True, max_length=500)
    households_affected: Mapped[int | None] = column(Kind.NUMBER, "受影响户数", I)
    persons_affected: Mapped[int | None] = column(Kind.NUMBER, "受影响人数", I)
    persons_injured: Mapped[int | None] = column(Kind.NUMBER, "受伤人数", I)
    first_action: Mapped[str | None] = column(Kind.TEXT, "先期处置", I, max_length=200)
    report_to: Mapped[bytes | None] = column(Kind.REF, "报送对象", I, target="cadre")
    reported_at: Mapped[datetime] = column(Kind.MOMENT, "报送时间", I, required=True)
    reported_by: Mapped[bytes | None] = column(Kind.REF, "报送人", I, target="cadre")
    received_at: Mapped[datetime | None] = column(Kind.MOMENT, "接收时间", I)
    received_by: Mapped[bytes | None] = column(Kind.REF, "接收人", I, target="cadre")
    responded_at: Mapped[datetime | None] = column(Kind.MOMENT, "处置时间", I)
    responded_by: Mapped[bytes | None] = column(Kind.REF, "处置人", I, target="cadre")
    response: Mapped[str | None] = column(Kind.LONG_TEXT, "处置意见", I, max_length=500)
    fed_back_at: Mapped[datetime | None] = column(Kind.MOMENT, "反馈时间", I)
    closed_at: Mapped[datetime | None] = column(Kind.MOMENT, "办结时间", I)
