"""照片: what is known about a photograph of a visit. Fields: domain §4.3, at most two, optional.

Of roads and houses, never of faces (domain §7). The picture itself is not a field: it is found
by its SHA-256 and travels after the records (``township.storage.files``).
"""

from datetime import date

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Attachment(Record):
    """One photograph: ``sha256`` names the bytes in 64 hex digits, ``size`` counts them.

    There is no place, no clock time and no name of a file: only the day.
    """

    __tablename__ = "attachment"
    label = "照片"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    household_id: Mapped[bytes] = column(
        Kind.REF, "户", I, required=True, target="household", index=True
    )
    visit_id: Mapped[bytes] = column(Kind.REF, "走访", I, required=True, target="visit", index=True)
    sha256: Mapped[str] = column(Kind.TEXT, "内容编号", I, required=True, max_length=64, index=True)
    size: Mapped[int] = column(Kind.NUMBER, "字节数", I, required=True)
    media_type: Mapped[str] = column(Kind.TEXT, "文件类型", I, required=True, max_length=40)
    width: Mapped[int] = column(Kind.NUMBER, "宽", I, required=True)
    height: Mapped[int] = column(Kind.NUMBER, "高", I, required=True)
    caption: Mapped[str | None] = column(Kind.TEXT, "照片说明", R, max_length=60)
    taken_on: Mapped[date] = column(Kind.DATE, "拍照日期", I, required=True)
