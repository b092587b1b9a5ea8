"""五情: situation reports and their timeline. Fields: domain §4.4.

For 舆情 there is no field for who said it; 孕情 is never stored here (domain §7.4).
"""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from township.codes import SITUATION_KIND, SITUATION_LEVEL
from township.fields import Sensitivity, column
from township.records.base import Record
from township.situation_codes import REPORT_DUTY, TOLD
from township.values import Kind

I, R = Sensitivity.I, Sensitivity.R  # noqa: E741


class Situation(Record):
    """One report: reported → received → responded → fed back → closed.

    ``clocked_at`` is set when the reporting laptop's clock was wrong: what it said, while
    ``reported_at`` follows the township's clock (decision 045).
    """

    __tablename__ = "situation"
    label = "五情"
    data_class = "r"
    __table_args__ = (
        Index("ix_situation_zone_reported", "zone_id", "reported_at"),
        Index("ix_situation_no", "no"),
    )

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    no: Mapped[str] = column(Kind.TEXT, "编号", I, required=True, max_length=30)
    situation_kind: Mapped[str] = column(
        Kind.CODE, "五情类别", I, required=True, codes=SITUATION_KIND
    )
    level: Mapped[str] = column(Kind.CODE, "等级", I, required=True, codes=SITUATION_LEVEL)
    visit_id: Mapped[bytes | None] = column(Kind.REF, "来源走访", I, target="visit", index=True)
    household_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household", index=True)
    happened_at: Mapped[datetime] = column(Kind.MOMENT, "发生时间", I, required=True)
    found_at: Mapped[datetime] = column(Kind.MOMENT, "发现时间", I, required=True)
    group_id: Mapped[bytes | None] = column(Kind.REF, "村民小组", I, target="village_group")
    place: Mapped[str | None] = column(Kind.TEXT, "地点", I, max_length=60)
    summary: Mapped[str] = column(Kind.LONG_TEXT, "情况摘要", I, required=True, max_length=500)
    households_affected: Mapped[int | None] = column(Kind.NUMBER, "受影响户数", I)
    persons_affected: Mapped[int | None] = column(Kind.NUMBER, "受影响人数", I)
    persons_injured: Mapped[int | None] = column(Kind.NUMBER, "受伤人数", I)
    to_evacuate: Mapped[int | None] = column(Kind.NUMBER, "需转移人数", I)
    mu_affected: Mapped[int | None] = column(Kind.NUMBER, "受灾面积（亩）", I)
    loss_yuan: Mapped[int | None] = column(Kind.NUMBER, "估计损失（元）", I)
    organ: Mapped[str | None] = column(Kind.TEXT, "接手单位", I, max_length=60)
    served: Mapped[str | None] = column(Kind.TEXT, "帮助了谁", R, max_length=100)
    first_action: Mapped[str | None] = column(Kind.TEXT, "先期处置", I, max_length=200)
    report_to: Mapped[bytes | None] = column(Kind.REF, "报送对象", I, target="cadre")
    reported_at: Mapped[datetime] = column(Kind.MOMENT, "报送时间", I, required=True)
    reported_by: Mapped[bytes | None] = column(Kind.REF, "报送人", I, target="cadre")
    clocked_at: Mapped[datetime | None] = column(Kind.MOMENT, "报送电脑时钟的时间", I)
    received_at: Mapped[datetime | None] = column(Kind.MOMENT, "接收时间", I)
    received_by: Mapped[bytes | None] = column(Kind.REF, "接收人", I, target="cadre")
    responded_at: Mapped[datetime | None] = column(Kind.MOMENT, "处置时间", I)
    responded_by: Mapped[bytes | None] = column(Kind.REF, "处置人", I, target="cadre")
    response: Mapped[str | None] = column(Kind.LONG_TEXT, "处置意见", I, max_length=500)
    fed_back_at: Mapped[datetime | None] = column(Kind.MOMENT, "反馈时间", I)
    fed_back_by: Mapped[bytes | None] = column(Kind.REF, "反馈人", I, target="cadre")
    told: Mapped[tuple[str, ...]] = column(Kind.CODES, "已告知", I, codes=TOLD)
    feedback: Mapped[str | None] = column(Kind.TEXT, "反馈内容", I, max_length=200)
    report_duty: Mapped[str | None] = column(Kind.CODE, "依法要报告的", I, codes=REPORT_DUTY)
    external_organ: Mapped[str | None] = column(Kind.TEXT, "已报告的机关", I, max_length=60)
    external_at: Mapped[datetime | None] = column(Kind.MOMENT, "报告时间", I)
    external_person: Mapped[str | None] = column(Kind.NAME, "接报人", I)
    external_ref: Mapped[str | None] = column(Kind.TEXT, "记录号、文号", I, max_length=60)
    closed_at: Mapped[datetime | None] = column(Kind.MOMENT, "办结时间", I)


class Evacuee(Record):
    """One household, or some people, on the list of those moved out of danger.

    ``home_id`` and not ``household_id``: a household that moves to another zone does not take
    its line out of the list.
    The list goes 30 days after the situation is closed (突发事件应对法 arts. 84–85; domain §7.7).
    """

    __tablename__ = "evacuee"
    label = "转移人员"
    data_class = "r"

    zone_id: Mapped[bytes] = column(Kind.REF, "责任区", I, required=True, target="zone")
    situation_id: Mapped[bytes] = column(
        Kind.REF, "灾情", I, required=True, target="situation", index=True
    )
    home_id: Mapped[bytes | None] = column(Kind.REF, "户", R, target="household", index=True)
    names: Mapped[str | None] = column(Kind.TEXT, "姓名", R, max_length=200)
    persons: Mapped[int] = column(Kind.NUMBER, "人数", I, required=True)
    to_place: Mapped[str | None] = column(Kind.TEXT, "安置地点", R, max_length=60)
    moved_at: Mapped[datetime | None] = column(Kind.MOMENT, "转移时间", I, required=True)
    back_at: Mapped[datetime | None] = column(Kind.MOMENT, "返回时间", I)
