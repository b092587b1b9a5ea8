"""责任区: zones and their groups. Fields: domain §4.1."""

from sqlalchemy.orm import Mapped

from township.codes import ZONE_KIND
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

P = Sensitivity.P


class Zone(Record):
    """One village or community: the unit of contact, sync and access."""

    __tablename__ = "zone"
    label = "责任区"
    township_wide = True

    code: Mapped[str] = column(Kind.TEXT, "区划代码", P, required=True, max_length=12)
    name: Mapped[str] = column(Kind.TEXT, "责任区", P, required=True, max_length=30)
    zone_kind: Mapped[str] = column(Kind.CODE, "类型", P, required=True, codes=ZONE_KIND)
    hotline: Mapped[str | None] = column(Kind.PHONE, "服务热线", P, required=True)
    box_place: Mapped[str | None] = column(Kind.TEXT, "民情意见箱位置", P, max_length=60)
    position: Mapped[int | None] = column(Kind.NUMBER, "排列序号", P)

    @property
    def short_name(self) -> str:
        """The name without 村 or 社区, as in household numbers."""
        return self.name.removesuffix("村").removesuffix("社区")


class Group(Record):
    """村民小组: the level under a zone."""

    __tablename__ = "village_group"
    label = "村民小组"
    township_wide = True

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", P, required=True, target="zone", index=True)
    number: Mapped[int] = column(Kind.NUMBER, "组号", P, required=True)
    name: Mapped[str] = column(Kind.TEXT, "村民小组", P, required=True, max_length=20)
