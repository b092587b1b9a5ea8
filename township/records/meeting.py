"""民情联系会议: meetings, their agendas and what they decided. Fields: domain §4.5.

A village's meeting lies in its zone, the township's meeting, which names no zone, in the
township's own bucket. All of it is internal: texts that are restricted stay in the needs,
disputes and other matters that an item of the agenda points to.
"""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import (
    MEETING_KIND,
    MEETING_LEVEL,
    MINUTES_STATE,
    RESOLUTION_STATE,
    WARNING_LEVEL,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I = Sensitivity.I  # noqa: E741


class Meeting(Record):
    """One meeting. The window that it counts for follows from ``held_at`` (rules.meetings)."""

    __tablename__ = "meeting"
    label = "民情联系会议"
    __table_args__ = (Index("ix_meeting_zone_held", "zone_id", "held_at"),)

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    level: Mapped[str] = column(Kind.CODE, "级别", I, required=True, codes=MEETING_LEVEL)
    meeting_kind: Mapped[str] = column(Kind.CODE, "会议类型", I, required=True, codes=MEETING_KIND)
    planned_at: Mapped[datetime | None] = column(Kind.MOMENT, "计划时间", I)
    held_at: Mapped[datetime | None] = column(Kind.MOMENT, "开会时间", I)
    place: Mapped[str] = column(Kind.TEXT, "会议地点", I, required=True, max_length=60)
    convener_id: Mapped[bytes | None] = column(Kind.REF, "主持人", I, required=True, target="cadre")
    attending: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "出席", I, target="cadre")
    on_leave: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "请假", I, target="cadre")
    observing: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "列席", I, target="cadre")
    discussion: Mapped[str | None] = column(Kind.LONG_TEXT, "会议情况", I, max_length=2000)
    minutes_state: Mapped[str] = column(Kind.CODE, "纪要", I, required=True, codes=MINUTES_STATE)
    signed_by: Mapped[bytes | None] = column(Kind.REF, "签发人", I, target="cadre")
    signed_at: Mapped[datetime | None] = column(Kind.MOMENT, "签发时间", I)


class AgendaItem(Record):
    """What a meeting talks about: a matter that it points to, a zone under review, or a topic.

    ``outcome`` is what the meeting said to it; ``level`` is the judgement of a zone's disputes.
    """

    __tablename__ = "agenda_item"
    label = "会议议题"

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    meeting_id: Mapped[bytes] = column(
        Kind.REF, "会议", I, required=True, target="meeting", index=True
    )
    position: Mapped[int] = column(Kind.NUMBER, "顺序", I, required=True)
    topic: Mapped[str] = column(Kind.TEXT, "议题", I, required=True, max_length=200)
    reporter_id: Mapped[bytes | None] = column(Kind.REF, "汇报人", I, target="cadre")
    need_id: Mapped[bytes | None] = column(Kind.REF, "诉求", I, target="need", index=True)
    situation_id: Mapped[bytes | None] = column(Kind.REF, "五情", I, target="situation", index=True)
    resolution_id: Mapped[bytes | None] = column(
        Kind.REF, "上次议定事项", I, target="resolution", index=True
    )
    dispute_id: Mapped[bytes | None] = column(Kind.REF, "矛盾纠纷", I, target="dispute", index=True)
    task_id: Mapped[bytes | None] = column(Kind.REF, "任务", I, target="task", index=True)
    about_zone_id: Mapped[bytes | None] = column(Kind.REF, "评议的责任区", I, target="zone")
    level: Mapped[str | None] = column(Kind.CODE, "研判等级", I, codes=WARNING_LEVEL)
    outcome: Mapped[str | None] = column(Kind.LONG_TEXT, "会议意见", I, max_length=500)


class Resolution(Record):
    """议定事项: a decision that is somebody's task with a day, until it is done."""

    __tablename__ = "resolution"
    label = "议定事项"
    __table_args__ = (
        Index("ix_resolution_owner_state", "owner_id", "state"),
        Index("ix_resolution_zone_state", "zone_id", "state"),
    )

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    meeting_id: Mapped[bytes] = column(
        Kind.REF, "会议", I, required=True, target="meeting", index=True
    )
    text: Mapped[str] = column(Kind.LONG_TEXT, "议定事项", I, required=True, max_length=300)
    owner_id: Mapped[bytes | None] = column(Kind.REF, "责任人", I, required=True, target="cadre")
    due_on: Mapped[date] = column(Kind.DATE, "完成期限", I, required=True)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=RESOLUTION_STATE)
    closed_on: Mapped[date | None] = column(Kind.DATE, "完成日期", I)
    result: Mapped[str | None] = column(Kind.LONG_TEXT, "完成情况", I, max_length=300)
