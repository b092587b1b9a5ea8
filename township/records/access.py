"""查阅记录: who looked at, printed or removed what is protected. Source: domain §2, §7.3, §7.1.

Append-only by the permission table, chained and put in the tree like every changeset.
"""

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.protection_codes import ACCESS_ACT, ACCESS_REASON
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class AccessEntry(Record):
    """One look; who and when are the record's stamps. It never says what was seen.

    ``who_name`` is the name at that time, as the reader of the log holds no other data.
    ``row_count`` counts the persons or rows that were seen, printed or removed.
    """

    __tablename__ = "access_entry"
    label = "查阅记录"
    data_class = "a"
    township_wide = True
    outgoing = True

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    who_name: Mapped[str] = column(Kind.NAME, "查阅人", I, required=True)
    act: Mapped[str] = column(Kind.CODE, "操作", I, required=True, codes=ACCESS_ACT)
    target_kind: Mapped[str | None] = column(Kind.TEXT, "记录类别", I, max_length=40)
    target_id: Mapped[bytes | None] = column(Kind.REF, "记录", I)
    target_field: Mapped[str | None] = column(Kind.TEXT, "字段", I, max_length=40)
    row_count: Mapped[int | None] = column(Kind.NUMBER, "条数", I)
    reason: Mapped[str | None] = column(Kind.CODE, "理由", I, codes=ACCESS_REASON)
    reason_text: Mapped[str | None] = column(Kind.TEXT, "说明", R, max_length=200)
