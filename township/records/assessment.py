"""下队考核: what an assessor signed for a month, and what was said and asked about it.

Source: domain §5.1 rules 3, 5, 7 and 8. A sheet is made by signing it and never changed: an open
month has none, and a correction is a further sheet with the next revision. There is no column
for an order of cadres, for a place or a time of day, and none for a picture.
"""

from datetime import date, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.assessment_codes import ASSESSMENT_PART, EXPLANATION, SPOT_RESULT
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I = Sensitivity.I  # noqa: E741


class AssessmentSheet(Record):
    """A signed sheet of one unit and month: a zone, or (no zone) the township's cadres."""

    __tablename__ = "assessment_sheet"
    label = "下队考核表"
    __table_args__ = (Index("ix_assessment_sheet_month", "year", "month", "zone_id"),)

    zone_id: Mapped[bytes | None] = column(Kind.REF, "责任区", I, target="zone")
    part: Mapped[str] = column(Kind.CODE, "考核对象", I, required=True, codes=ASSESSMENT_PART)
    year: Mapped[int] = column(Kind.NUMBER, "年份", I, required=True)
    month: Mapped[int] = column(Kind.NUMBER, "月份", I, required=True)
    revision: Mapped[int] = column(Kind.NUMBER, "签字次数", I, required=True)
    signed_by: Mapped[bytes] = column(Kind.REF, "考核人", I, required=True, target="cadre")
    signed_at: Mapped[datetime] = column(Kind.MOMENT, "签字时间", I, required=True)


class AssessmentLine(Record):
    """One cadre on a signed sheet, as it was when signed. It lies in the cadre's zone.

    ``target`` and ``counted`` are half days.
    """

    __tablename__ = "assessment_line"
    label = "考核表一行"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    sheet_id: Mapped[bytes] = column(
        Kind.REF, "考核表", I, required=True, target="assessment_sheet", index=True
    )
    cadre_id: Mapped[bytes] = column(Kind.REF, "干部", I, required=True, target="cadre")
    name: Mapped[str] = column(Kind.NAME, "姓名", I, required=True)
    post: Mapped[str | None] = column(Kind.TEXT, "职务", I, max_length=30)
    target: Mapped[int] = column(Kind.NUMBER, "应下队半天数", I, required=True)
    counted: Mapped[int] = column(Kind.NUMBER, "已计半天数", I, required=True)
    late: Mapped[int] = column(Kind.NUMBER, "补录天数", I, required=True)
    households: Mapped[int] = column(Kind.NUMBER, "入户户数", I, required=True)
    linked: Mapped[int] = column(Kind.NUMBER, "本年已入户联系户", I, required=True)
    links: Mapped[int] = column(Kind.NUMBER, "应联系户数", I, required=True)
    needs: Mapped[int] = column(Kind.NUMBER, "提出诉求", I, required=True)
    fed_back: Mapped[int] = column(Kind.NUMBER, "已反馈诉求", I, required=True)
    confirmed: Mapped[int] = column(Kind.NUMBER, "抽查属实", I, required=True)
    not_confirmed: Mapped[int] = column(Kind.NUMBER, "抽查不符", I, required=True)
    unreachable: Mapped[int] = column(Kind.NUMBER, "抽查没联系上", I, required=True)
    explained: Mapped[str | None] = column(Kind.TEXT, "情况说明", I, max_length=220)


class AssessmentNote(Record):
    """The assessor's explanation of a cadre's month: nothing is reduced by it."""

    __tablename__ = "assessment_note"
    label = "考核情况说明"
    __table_args__ = (Index("ix_assessment_note_cadre", "cadre_id", "year", "month"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    cadre_id: Mapped[bytes] = column(Kind.REF, "干部", I, required=True, target="cadre")
    year: Mapped[int] = column(Kind.NUMBER, "年份", I, required=True)
    month: Mapped[int] = column(Kind.NUMBER, "月份", I, required=True)
    reason: Mapped[str] = column(Kind.CODE, "原因", I, required=True, codes=EXPLANATION)
    text: Mapped[str] = column(Kind.TEXT, "说明", I, required=True, max_length=200)


class SpotCheck(Record):
    """What a household, asked with its consent, said about one drawn work log."""

    __tablename__ = "spot_check"
    label = "抽查"
    __table_args__ = (Index("ix_spot_check_cadre", "cadre_id", "year", "month"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    cadre_id: Mapped[bytes] = column(Kind.REF, "干部", I, required=True, target="cadre")
    work_log_id: Mapped[bytes] = column(
        Kind.REF, "工作日志", I, required=True, target="work_log", index=True
    )
    year: Mapped[int] = column(Kind.NUMBER, "年份", I, required=True)
    month: Mapped[int] = column(Kind.NUMBER, "月份", I, required=True)
    result: Mapped[str] = column(Kind.CODE, "抽查结果", I, required=True, codes=SPOT_RESULT)
    asked_on: Mapped[date] = column(Kind.DATE, "询问日期", I, required=True)
    note: Mapped[str | None] = column(Kind.TEXT, "备注", I, max_length=200)
