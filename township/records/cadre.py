"""Cadres, their posts in zones and the households they are linked with. Domain §4.1, §4.2."""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import CADRE_STATUS, ROLE, SITUATION_KIND
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

P, I = Sensitivity.P, Sensitivity.I  # noqa: E741


class Cadre(Record):
    """A person who works for the township or a village committee."""

    __tablename__ = "cadre"
    label = "干部"
    township_wide = True

    login: Mapped[str] = column(Kind.TEXT, "登录名", I, required=True, max_length=30)
    name: Mapped[str] = column(Kind.NAME, "姓名", P, required=True)
    post: Mapped[str | None] = column(Kind.TEXT, "职务", P, required=True, max_length=30)
    roles: Mapped[tuple[str, ...]] = column(Kind.CODES, "角色", I, required=True, codes=ROLE)
    zones: Mapped[tuple[bytes, ...]] = column(Kind.REFS, "责任区", I, target="zone")
    work_phone: Mapped[str | None] = column(Kind.PHONE, "工作电话", P)
    status: Mapped[str] = column(Kind.CODE, "状态", I, required=True, codes=CADRE_STATUS)
    duty_kinds: Mapped[tuple[str, ...]] = column(Kind.CODES, "分管的五情", I, codes=SITUATION_KIND)


class ZoneStaff(Record):
    """Who serves in a zone, in which role, from when to when (no overlap per person)."""

    __tablename__ = "zone_staff"
    label = "责任区人员"
    township_wide = True

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", P, required=True, target="zone", index=True)
    cadre_id: Mapped[bytes] = column(Kind.REF, "干部", P, required=True, target="cadre")
    role: Mapped[str] = column(Kind.CODE, "角色", P, required=True, codes=ROLE)
    from_on: Mapped[date] = column(Kind.DATE, "开始日期", P, required=True)
    to_on: Mapped[date | None] = column(Kind.DATE, "结束日期", P)


class HouseholdLink(Record):
    """联系户: a cadre and a household for one year. Source: township rule, 15 or 10 a year."""

    __tablename__ = "household_link"
    label = "联系户"
    __table_args__ = (
        Index("ix_household_link_household_year", "household_id", "year"),
        Index("ix_household_link_cadre_year", "cadre_id", "year"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    cadre_id: Mapped[bytes] = column(Kind.REF, "联系干部", I, required=True, target="cadre")
    household_id: Mapped[bytes] = column(Kind.REF, "户", I, required=True, target="household")
    year: Mapped[int] = column(Kind.NUMBER, "年度", I, required=True)
    from_on: Mapped[date | None] = column(Kind.DATE, "开始日期", I)
    to_on: Mapped[date | None] = column(Kind.DATE, "结束日期", I)
