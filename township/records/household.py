"""Households, their people and special groups. Fields: domain §4.2, a closed list.

Never to be added: religion, ethnicity, marital or fertility history, diagnosis, criminal
record, bank card, employer, vehicle, social account, face, fingerprint, coordinates.
"""

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import (
    EDUCATION,
    HOUSING_SAFETY,
    RELATION,
    RESIDENCE,
    SEX,
    SPECIAL_GROUP,
    SPECIAL_GROUP_SOURCE,
)
from township.fields import Sensitivity, column
from township.records.base import Record
from township.values import Kind

I, R, S = Sensitivity.I, Sensitivity.R, Sensitivity.S  # noqa: E741


class Household(Record):
    """One household book unit."""

    __tablename__ = "household"
    label = "户"
    __table_args__ = (Index("ix_household_zone_no", "zone_id", "no"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "户编号", I, required=True, max_length=30)
    group_id: Mapped[bytes] = column(
        Kind.REF, "村民小组", I, required=True, target="village_group", index=True
    )
    head_person_id: Mapped[bytes | None] = column(Kind.REF, "户主", I, target="person")
    address: Mapped[str | None] = column(Kind.TEXT, "住址", R, max_length=80)
    phone: Mapped[str | None] = column(Kind.PHONE, "联系电话", S)
    away: Mapped[bool | None] = column(Kind.FLAG, "全家外出", R)
    housing_safety: Mapped[str | None] = column(Kind.CODE, "住房安全等级", R, codes=HOUSING_SAFETY)
    hazard_point: Mapped[str | None] = column(Kind.TEXT, "地灾隐患点编号", I, max_length=30)
    card_delivered_at: Mapped[date | None] = column(Kind.DATE, "联系卡送达日期", I)
    notice_given_at: Mapped[date | None] = column(Kind.DATE, "个人信息告知日期", I)


class Person(Record):
    """A resident. Most fields may stay empty: ask only what a service needs."""

    __tablename__ = "person"
    label = "居民"
    __table_args__ = (Index("ix_person_id_no", "id_no"),)

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    household_id: Mapped[bytes] = column(
        Kind.REF, "户", I, required=True, target="household", index=True
    )
    name: Mapped[str] = column(Kind.NAME, "姓名", I, required=True)
    sex: Mapped[str | None] = column(Kind.CODE, "性别", I, required=True, codes=SEX)
    relation: Mapped[str | None] = column(Kind.CODE, "与户主关系", I, required=True, codes=RELATION)
    birth_date: Mapped[date | None] = column(Kind.DATE, "出生日期", S)
    id_no: Mapped[str | None] = column(Kind.ID_NO, "身份证号", S)
    phone: Mapped[str | None] = column(Kind.PHONE, "联系电话", S)
    education: Mapped[str | None] = column(Kind.CODE, "文化程度", I, codes=EDUCATION)
    residence: Mapped[str | None] = column(Kind.CODE, "居住情况", I, codes=RESIDENCE)
    guardian_id: Mapped[bytes | None] = column(Kind.REF, "监护人", I, target="person")
    died_on: Mapped[date | None] = column(Kind.DATE, "死亡日期", I)
    moved_on: Mapped[date | None] = column(Kind.DATE, "迁出日期", I)


class SpecialGroupMember(Record):
    """特殊群体: why a household is visited first, and the three clears (对象、目标、渠道)."""

    __tablename__ = "special_group_member"
    label = "特殊群体"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", R, required=True, target="zone")
    household_id: Mapped[bytes] = column(
        Kind.REF, "户", R, required=True, target="household", index=True
    )
    person_id: Mapped[bytes | None] = column(Kind.REF, "对象", R, target="person")
    group_kind: Mapped[str] = column(Kind.CODE, "特殊群体", R, required=True, codes=SPECIAL_GROUP)
    source: Mapped[str | None] = column(
        Kind.CODE, "来源", R, required=True, codes=SPECIAL_GROUP_SOURCE
    )
    evidence: Mapped[str | None] = column(Kind.TEXT, "依据", R, required=True, max_length=200)
    from_on: Mapped[date | None] = column(Kind.DATE, "开始日期", R, required=True)
    until_on: Mapped[date | None] = column(Kind.DATE, "有效期至", R, required=True)
    scope: Mapped[str | None] = column(Kind.TEXT, "对象范围", R, required=True, max_length=200)
    goal: Mapped[str | None] = column(Kind.TEXT, "目标任务", R, required=True, max_length=200)
    channel: Mapped[str | None] = column(Kind.TEXT, "沟通渠道", R, required=True, max_length=200)
    helper_id: Mapped[bytes | None] = column(Kind.REF, "帮扶干部", R, target="cadre")
    contact_every: Mapped[int | None] = column(Kind.NUMBER, "联系间隔（天）", R)
