"""彻底删除 and 月度合计: what is left of data whose time is over.

Source: PIPL art. 19, 47; domain §7.7. What an erasure does: decision 038.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.protection_codes import ERASURE_REASON
from township.records.base import Record
from township.values import Kind

I = Sensitivity.I  # noqa: E741


class Erasure(Record):
    """The contents of some records, or of fields of them, leave all places where they were.

    ``targets`` is msgpack of the ids, all of one kind and zone. Without ``field_names`` (names
    joined by blanks) the records were deleted by the same person in the same transaction, and
    nothing of them stays; else these fields were emptied, and their past goes. Only the
    township writes ``done_at``. It says nothing about whom or what it was, and lies in no zone, so
    that every laptop hears of it.
    """

    __tablename__ = "erasure"
    label = "彻底删除"

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    target_kind: Mapped[str] = column(Kind.TEXT, "记录类别", I, required=True, max_length=40)
    targets: Mapped[bytes] = column(Kind.PACKED, "记录", I, required=True)
    field_names: Mapped[str | None] = column(Kind.TEXT, "字段", I, max_length=200)
    reason: Mapped[str] = column(Kind.CODE, "原因", I, required=True, codes=ERASURE_REASON)
    request_id: Mapped[bytes | None] = column(Kind.REF, "申请", I, target="rights_request")
    done_at: Mapped[datetime | None] = column(Kind.MOMENT, "完成时间", I)


class MonthSummary(Record):
    """月度合计: the totals of one zone's ledger of one month, counts and no names.

    Made before anything of that year is purged, so that old ledgers keep their totals.
    """

    __tablename__ = "month_summary"
    label = "月度合计"
    __table_args__ = (Index("ix_month_summary_zone_month", "zone_id", "year", "month"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    year: Mapped[int] = column(Kind.NUMBER, "年", I, required=True)
    month: Mapped[int] = column(Kind.NUMBER, "月", I, required=True)
    households: Mapped[int] = column(Kind.NUMBER, "户数", I, required=True)
    persons: Mapped[int] = column(Kind.NUMBER, "人数", I, required=True)
    households_visited: Mapped[int] = column(Kind.NUMBER, "本月走访户数", I, required=True)
    visits_month: Mapped[int] = column(Kind.NUMBER, "本月入户次数", I, required=True)
    visits_year: Mapped[int] = column(Kind.NUMBER, "本年入户次数", I, required=True)
    findings: Mapped[int] = column(Kind.NUMBER, "发现情况", I, required=True)
    needs: Mapped[int] = column(Kind.NUMBER, "诉求", I, required=True)
    fed_back: Mapped[int] = column(Kind.NUMBER, "已反馈", I, required=True)
