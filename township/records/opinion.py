"""民情意见箱: each opening of a zone's box, and each paper that lay in it. Fields: domain §4.7.

There is no field that says that a paper is about a cadre, and none that counts the papers: such
a paper is sealed before it is stored (``usecases.sealed_entries``), and nothing here may tell
that there was one.
"""

from datetime import date

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class BoxOpening(Record):
    """Two people opened the box of a zone on a day."""

    __tablename__ = "box_opening"
    label = "意见箱开箱"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone", index=True)
    opened_on: Mapped[date] = column(Kind.DATE, "开箱日期", I, required=True)
    opener_one: Mapped[bytes | None] = column(Kind.REF, "开箱人", I, required=True, target="cadre")
    opener_two: Mapped[bytes | None] = column(
        Kind.REF, "另一名开箱人", I, required=True, target="cadre"
    )


class OpinionEntry(Record):
    """One paper, and what became of it: an answer that is posted, or a need."""

    __tablename__ = "opinion_entry"
    label = "意见箱意见"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone", index=True)
    opening_id: Mapped[bytes] = column(
        Kind.REF, "开箱记录", I, required=True, target="box_opening", index=True
    )
    opened_on: Mapped[date] = column(Kind.DATE, "开箱日期", I, required=True)
    text: Mapped[str] = column(Kind.LONG_TEXT, "意见内容", R, required=True, max_length=500)
    anonymous: Mapped[bool] = column(Kind.FLAG, "没有署名", R, required=True)
    household_id: Mapped[bytes | None] = column(
        Kind.REF, "署名的户", R, target="household", index=True
    )
    receipt_code: Mapped[str | None] = column(Kind.TEXT, "收条编号", R, max_length=8)
    answer: Mapped[str | None] = column(Kind.LONG_TEXT, "答复", R, max_length=500)
    answered_by: Mapped[bytes | None] = column(Kind.REF, "答复人", I, target="cadre")
    approved_by: Mapped[bytes | None] = column(Kind.REF, "答复审定人", I, target="cadre")
    posted_on: Mapped[date | None] = column(Kind.DATE, "张贴答复日期", I)
    need_id: Mapped[bytes | None] = column(Kind.REF, "转成的诉求", I, target="need", index=True)
