"""任务: something that somebody has promised to do by a day. Fields: domain §4.3.

A resolution of a meeting is its own task (decision 042): lists show both, no record repeats the
other.
"""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.dispute_codes import TASK_SOURCE, TASK_STATE
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Task(Record):
    """A task of one person; ``source_id`` is the visit, need, situation or dispute it is from."""

    __tablename__ = "task"
    label = "任务"
    data_class = "r"
    __table_args__ = (
        Index("ix_task_owner_state", "owner_id", "state"),
        Index("ix_task_zone_state", "zone_id", "state"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    household_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household", index=True)
    source: Mapped[str] = column(Kind.CODE, "来源", I, required=True, codes=TASK_SOURCE)
    source_id: Mapped[bytes | None] = column(Kind.REF, "来源记录", I, index=True)
    text: Mapped[str] = column(Kind.LONG_TEXT, "任务内容", R, required=True, max_length=300)
    owner_id: Mapped[bytes | None] = column(Kind.REF, "责任人", I, required=True, target="cadre")
    due_on: Mapped[date] = column(Kind.DATE, "完成期限", I, required=True)
    state: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=TASK_STATE)
    result: Mapped[str | None] = column(Kind.LONG_TEXT, "完成情况", R, max_length=300)
    done_on: Mapped[date | None] = column(Kind.DATE, "完成日期", I)
