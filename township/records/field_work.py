"""干部下队: work logs and household visits. Fields: domain §4.3.

No start or end clock times, no position, no mandatory photo.
"""

from datetime import date

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from township.codes import (
    POLICY,
    RESIDENT_OK,
    SESSION,
    VISIT_PURPOSE,
    VISIT_WAY,
    WORK_KIND,
    WORK_STATE,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class WorkLog(Record):
    """One cadre's work on one date; ``day_value`` and ``entered_late`` follow from rules."""

    __tablename__ = "work_log"
    label = "工作日志"
    __table_args__ = (Index("ix_work_log_cadre_worked", "cadre_id", "worked_on"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    cadre_id: Mapped[bytes] = column(Kind.REF, "干部", I, required=True, target="cadre")
    worked_on: Mapped[date] = column(Kind.DATE, "日期", I, required=True)
    sessions: Mapped[tuple[str, ...]] = column(Kind.CODES, "时段", I, required=True, codes=SESSION)
    work_kind: Mapped[str] = column(Kind.CODE, "工作类型", I, required=True, codes=WORK_KIND)
    places: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "到访小组", I, target="village_group")
    summary: Mapped[str | None] = column(Kind.LONG_TEXT, "工作摘要", I, max_length=500)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=WORK_STATE)
    assessor_id: Mapped[bytes | None] = column(Kind.REF, "考核人", I, target="cadre")
    assess_note: Mapped[str | None] = column(Kind.TEXT, "考核说明", I, max_length=200)
    changed_on: Mapped[date | None] = column(Kind.DATE, "改动日期", I)
    """When that which makes the day count was last changed after it was saved."""
    entered_on: Mapped[date | None] = column(Kind.DATE, "录入日期", I)
    """The township's day when it was saved, where the laptop's wrong clock said another."""


class Visit(Record):
    """入户走访: one contact with one household. Only ``in_home`` counts as 入户."""

    __tablename__ = "visit"
    label = "入户走访"
    data_class = "r"
    __table_args__ = (
        # A list of households reads nothing of a visit but this.
        Index("ix_visit_household_visited", "household_id", "visited_on", "way", "deleted_at"),
        # What 今日 asks of promised visits.
        Index(
            "ix_visit_next",
            "next_visit_on",
            "household_id",
            "visited_on",
            "deleted_at",
            "work_log_id",
            "created_by",
            sqlite_where=text("next_visit_on IS NOT NULL"),
        ),
        Index("ix_visit_zone_visited", "zone_id", "visited_on"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    work_log_id: Mapped[bytes] = column(
        Kind.REF, "工作日志", I, required=True, target="work_log", index=True
    )
    household_id: Mapped[bytes] = column(Kind.REF, "户", I, required=True, target="household")
    visited_on: Mapped[date] = column(Kind.DATE, "走访日期", I, required=True)
    session: Mapped[str] = column(Kind.CODE, "时段", I, required=True, codes=SESSION)
    way: Mapped[str] = column(Kind.CODE, "方式", I, required=True, codes=VISIT_WAY)
    companions: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "同行干部", I, target="cadre")
    purpose: Mapped[str] = column(Kind.CODE, "走访目的", I, required=True, codes=VISIT_PURPOSE)
    policies_told: Mapped[tuple[str, ...]] = column(Kind.CODES, "宣讲政策", I, codes=POLICY)
    talk: Mapped[str | None] = column(Kind.LONG_TEXT, "谈话内容", R, max_length=500)
    carry_over: Mapped[str | None] = column(Kind.LONG_TEXT, "上次事项", R, max_length=500)
    resident_present: Mapped[bool | None] = column(Kind.FLAG, "户内有人", I, required=True)
    resident_ok: Mapped[str | None] = column(Kind.CODE, "群众评价", I, codes=RESIDENT_OK)
    next_visit_on: Mapped[date | None] = column(Kind.DATE, "下次走访日期", I)
    entered_on: Mapped[date | None] = column(Kind.DATE, "录入日期", I)
    """As that of the log."""
