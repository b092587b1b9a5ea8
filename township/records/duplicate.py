"""重复: two records that say they are the same household or person, and what a person decided."""

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Duplicate(Record):
    """Made when a person decides; that two records clash is seen from the records themselves.

    ``moved`` is msgpack of [[kind, record, field]]: what a merge changed, so that it can be
    undone. ``other_id`` is the record that a merge deleted.
    """

    __tablename__ = "duplicate"
    label = "重复"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    target_kind: Mapped[str] = column(Kind.TEXT, "记录类别", I, required=True, max_length=40)
    kept_id: Mapped[bytes] = column(Kind.REF, "保留的记录", I, required=True, index=True)
    other_id: Mapped[bytes] = column(Kind.REF, "另一条记录", I, required=True, index=True)
    decision: Mapped[str] = column(Kind.TEXT, "处理结果", I, required=True, max_length=20)
    moved: Mapped[bytes | None] = column(Kind.PACKED, "合并改动", R)
    decided_by: Mapped[bytes | None] = column(Kind.REF, "处理人", I, target="cadre")
