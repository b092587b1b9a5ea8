"""冲突: two people changed the same field; both values are kept until a person decides."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Conflict(Record):
    """Opened by the township server in the record's own bucket, never by a laptop.

    ``kept_value`` is the township's value at that time, ``other_value`` the one that came
    later; both are msgpack of the stored value. Deciding sets ``decision`` and, if the other
    value wins, the field of the target itself, in one changeset.
    """

    __tablename__ = "conflict"
    label = "冲突"
    data_class = "r"

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    target_kind: Mapped[str] = column(Kind.TEXT, "记录类别", I, required=True, max_length=40)
    target_id: Mapped[bytes] = column(Kind.REF, "记录", I, required=True, index=True)
    field_name: Mapped[str | None] = column(Kind.TEXT, "字段", I, max_length=40)
    kept_value: Mapped[bytes | None] = column(Kind.PACKED, "现值", R)
    other_value: Mapped[bytes | None] = column(Kind.PACKED, "另一值", R)
    kept_by: Mapped[bytes | None] = column(Kind.REF, "现值填写人", I, target="cadre")
    other_by: Mapped[bytes | None] = column(Kind.REF, "另一值填写人", I, target="cadre")
    kept_at: Mapped[datetime | None] = column(Kind.MOMENT, "现值填写时间", I)
    other_at: Mapped[datetime | None] = column(Kind.MOMENT, "另一值填写时间", I)
    other_op: Mapped[str | None] = column(Kind.TEXT, "另一值来源", I, max_length=40)
    decision: Mapped[str | None] = column(Kind.TEXT, "处理结果", I, max_length=20)
    decided_by: Mapped[bytes | None] = column(Kind.REF, "处理人", I, target="cadre")
