"""诉求: what a resident asks for, its class, its owners, its result and the reply. Domain §4.3."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import (
    FEEDBACK_WAY,
    NEED_CHANNEL,
    NEED_CLASS,
    NEED_RESULT,
    NEED_STATE,
    NEED_TOPIC,
    RESIDENT_VIEW,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Need(Record):
    """A need; without ``household_id`` it was raised anonymously."""

    __tablename__ = "need"
    label = "诉求"
    data_class = "r"
    __table_args__ = (
        Index("ix_need_household_raised", "household_id", "raised_on"),
        Index("ix_need_zone_state", "zone_id", "state"),
        Index("ix_need_no", "no"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "诉求编号", I, required=True, max_length=30)
    household_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household")
    visit_id: Mapped[bytes | None] = column(Kind.REF, "来源走访", I, target="visit", index=True)
    situation_id: Mapped[bytes | None] = column(
        Kind.REF, "来源五情", I, target="situation", index=True
    )
    raised_on: Mapped[date] = column(Kind.DATE, "提出日期", I, required=True)
    channel: Mapped[str] = column(Kind.CODE, "来源", I, required=True, codes=NEED_CHANNEL)
    text: Mapped[str] = column(Kind.LONG_TEXT, "诉求内容", R, required=True, max_length=500)
    topic: Mapped[str] = column(Kind.CODE, "类别", I, required=True, codes=NEED_TOPIC)
    need_class: Mapped[str | None] = column(Kind.CODE, "分类", I, codes=NEED_CLASS)
    class_reason: Mapped[str | None] = column(Kind.TEXT, "分类理由", R, max_length=200)
    law_ref: Mapped[str | None] = column(Kind.TEXT, "政策法规依据", I, max_length=200)
    class_by: Mapped[bytes | None] = column(Kind.REF, "分类提出人", I, target="cadre")
    class_confirmed_by: Mapped[bytes | None] = column(Kind.REF, "分类确认人", I, target="cadre")
    owner_point: Mapped[bytes | None] = column(Kind.REF, "经办人（点）", I, target="cadre")
    owner_line: Mapped[bytes | None] = column(Kind.REF, "分管领导（线）", I, target="cadre")
    owner_area: Mapped[bytes | None] = column(Kind.REF, "责任领导（面）", I, target="cadre")
    due_on: Mapped[date | None] = column(Kind.DATE, "办理期限", I)
    result: Mapped[str | None] = column(Kind.CODE, "办理结果", I, codes=NEED_RESULT)
    measure: Mapped[str | None] = column(Kind.LONG_TEXT, "办理措施", R, max_length=500)
    feedback_at: Mapped[datetime | None] = column(Kind.MOMENT, "反馈时间", I)
    feedback_way: Mapped[str | None] = column(Kind.CODE, "反馈方式", I, codes=FEEDBACK_WAY)
    feedback_by: Mapped[bytes | None] = column(Kind.REF, "反馈人", I, target="cadre")
    resident_view: Mapped[str | None] = column(Kind.CODE, "群众意见", I, codes=RESIDENT_VIEW)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=NEED_STATE)


class NeedProgress(Record):
    """One step taken on a need."""

    __tablename__ = "need_progress"
    label = "诉求进展"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    need_id: Mapped[bytes] = column(Kind.REF, "诉求", I, required=True, target="need", index=True)
    taken_on: Mapped[date] = column(Kind.DATE, "日期", I, required=True)
    text: Mapped[str] = column(Kind.LONG_TEXT, "进展", R, required=True, max_length=500)
