"""密件: what only designated persons may read. Source: domain §2 (class X), §7.5, §7.6.

The township and all other laptops hold nothing but ciphertext of a matter. Its fields are no
columns: they are declared in ``SEALED_FIELDS`` and exist only inside the sealed bytes.
"""

from datetime import date, datetime

from sqlalchemy.orm import Mapped

from township.fields import Field, Sensitivity, column
from township.protection_codes import (
    CARE_HELP,
    CARE_STAGE,
    DESIGNATION,
    REPORT_ORGAN,
    SEALED_SUBJECT,
)
from township.records.base import Record
from township.values import Kind

P, I, X = Sensitivity.P, Sensitivity.I, Sensitivity.X  # noqa: E741


class SealedEntry(Record):
    """One entry of a sealed matter, sealed to all laptops of one designated person.

    It lies in that person's own bucket and is never changed; its reader may only empty and
    delete his copy, when his designation has ended and others hold the entry.
    """

    __tablename__ = "sealed_entry"
    label = "密件"
    data_class = "x"
    owner_field = "reader_id"
    outgoing = True

    reader_id: Mapped[bytes] = column(
        Kind.REF, "接收人", I, required=True, target="cadre", index=True
    )
    sealed: Mapped[bytes | None] = column(Kind.PACKED, "密文", X)


class Designation(Record):
    """A cadre who may read the sealed matters of a subject; made by the security administrator."""

    __tablename__ = "designation"
    label = "指定人员"
    township_wide = True

    subject: Mapped[str] = column(Kind.CODE, "事项", P, required=True, codes=DESIGNATION)
    cadre_id: Mapped[bytes] = column(Kind.REF, "指定人员", P, required=True, target="cadre")
    from_on: Mapped[date] = column(Kind.DATE, "开始日期", P, required=True)
    to_on: Mapped[date | None] = column(Kind.DATE, "结束日期", P)


class SealingKey(Record):
    """The public key of one laptop of a designated person; only the township writes these.

    ``public`` is an age recipient (``age1…``). ``until_at`` is set when the laptop is shut out.
    """

    __tablename__ = "sealing_key"
    label = "密件公钥"
    township_wide = True

    cadre_id: Mapped[bytes] = column(Kind.REF, "接收人", I, required=True, target="cadre")
    device_number: Mapped[int] = column(Kind.NUMBER, "笔记本编号", I, required=True)
    public: Mapped[str] = column(Kind.TEXT, "公钥", I, required=True, max_length=80)
    from_at: Mapped[datetime] = column(Kind.MOMENT, "启用时间", I, required=True)
    until_at: Mapped[datetime | None] = column(Kind.MOMENT, "停用时间", I)


class ServiceCount(Record):
    """How many women of a zone the health centre serves; written from five on only (§7.4)."""

    __tablename__ = "service_count"
    label = "孕情服务件数"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    number: Mapped[int | None] = column(Kind.NUMBER, "件数", I)


SEALED_FIELDS: dict[str, Field] = {
    "subject": Field(Kind.CODE, "事项", X, required=True, codes=SEALED_SUBJECT),
    "text": Field(Kind.LONG_TEXT, "情况", X, required=True, max_length=4000),
    "concerned": Field(Kind.LONG_TEXT, "涉及的群众", X, max_length=500),
    "accused": Field(Kind.REFS, "被反映的干部", X, target="cadre"),
    "noticed_at": Field(Kind.MOMENT, "发现时间", X, required=True),
    "report_organ": Field(Kind.CODE, "报告的机关", X, required=True, codes=REPORT_ORGAN),
    "report_person": Field(Kind.NAME, "接报人", X, required=True, max_length=50),
    "report_at": Field(Kind.MOMENT, "报告时间", X, required=True),
    "willing": Field(Kind.FLAG, "是否愿意由卫生院联系您？", X, required=True),
    "zone_id": Field(Kind.REF, "责任区", X, required=True, target="zone"),
    "who": Field(Kind.TEXT, "本人姓名、联系方式", X, required=True, max_length=100),
    "help": Field(Kind.CODES, "需要的帮助", X, required=True, codes=CARE_HELP),
    "wish": Field(Kind.LONG_TEXT, "其他说明", X, max_length=500),
    "stage": Field(Kind.CODE, "进展", X, codes=CARE_STAGE),
    "checked_on": Field(Kind.DATE, "42 天检查日期", X),
}
"""What a sealed matter holds, for forms, checks and paper."""
