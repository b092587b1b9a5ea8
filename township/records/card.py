"""联系群众卡: each version of a zone's card. Fields: domain §4.1.

The people are references to their services, so that their names and work telephones stand in
one place only. The sentence for emergencies is fixed (``rules.zones.EMERGENCY``). That a card
was handed over stands with the household (``card_delivered_at``).
"""

from datetime import date

from sqlalchemy.orm import Mapped

from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

P = Sensitivity.P


class ContactCard(Record):
    """One version of a zone's card; the newest approved one is in force."""

    __tablename__ = "contact_card"
    label = "联系群众卡"
    township_wide = True

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", P, required=True, target="zone", index=True)
    version: Mapped[int] = column(Kind.NUMBER, "版次", P, required=True)
    valid_from: Mapped[date] = column(Kind.DATE, "启用日期", P, required=True)
    staff: Mapped[tuple[bytes, ...]] = column(
        Kind.REFS, "责任区人员", P, required=True, target="zone_staff"
    )
    hotline: Mapped[str | None] = column(Kind.PHONE, "服务热线", P, required=True)
    supervise_phone: Mapped[str | None] = column(Kind.PHONE, "监督电话", P, required=True)
    reception: Mapped[str | None] = column(Kind.TEXT, "接访日", P, max_length=40)
    approved_by: Mapped[bytes | None] = column(Kind.REF, "审定人", P, target="cadre")
    approved_on: Mapped[date | None] = column(Kind.DATE, "审定日期", P)
