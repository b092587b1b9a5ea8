"""What a township may set for itself, with the presets of the source or of domain §5 [P].

Each setting is declared once: its field is what the rules read, and its declaration (label, group,
shape with bounds, where it comes from) is what the page 镇设置, the checks and the docs read. A
setting without declaration cannot be changed by the township; a test asks for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from township.codes import EVALUATION_DIMENSION, ROLE
from township.rules.setting_shapes import (
    PARTS,
    YES_NO,
    Choose,
    Halves,
    Row,
    Several,
    Shape,
    Whole,
    Years,
)
from township.rules.workdays import BUILT_IN, Calendar

DAYS, ZONES, TERMS, SITUATIONS = "下队天数", "责任区", "期限", "五情"
MEETINGS, EVALUATION = "会议", "测评"
KEEPING, LOOKING, LAPTOPS, HOLIDAYS = "保存期限", "查看和导出", "账号和电脑", "节假日"
GROUPS = (
    *(DAYS, ZONES, TERMS, SITUATIONS, MEETINGS, EVALUATION),
    *(KEEPING, LOOKING, LAPTOPS, HOLIDAYS),
)
"""In the order in which people see them."""
COLOURS = ("蓝色", "黄色", "橙色", "红色")
_RULE, _OWN = "镇工作制度", "建议值，由镇里确定"


@dataclass(frozen=True)
class Declared:
    """A setting as people see it; ``source`` says where its preset comes from."""

    name: str
    label: str
    group: str
    shape: Shape
    source: str
    preset: Any


def setting(preset: Any, label: str, group: str, shape: Shape, source: str = _OWN) -> Any:
    """A field of ``Settings`` with its declaration."""
    told = {"declared": (label, group, shape, source)}
    return field(default_factory=lambda: preset, metadata=told)


def _days(
    preset: int, label: str, group: str, most: int, source: str = _OWN, least: int = 1
) -> Any:
    return setting(preset, label, group, Whole(least, most, "天"), source)


def _role(preset: str, label: str) -> Any:
    return setting(preset, label, SITUATIONS, Choose(ROLE, {one: one for one in ROLE}))


@dataclass(frozen=True)
class Settings:
    """Targets are half days per calendar month: 8.0 days are 16 halves."""

    village_halves: int = setting(16, "村干部每月入户天数", DAYS, Halves(2, 44), _RULE)
    township_halves: int = setting(6, "镇干部每月下村天数", DAYS, Halves(2, 44), _RULE)
    free_late_days: int = _days(7, "补录不需考核人同意的天数", DAYS, 31, least=0)
    """A log entered more days after its date counts only with the assessor's consent."""
    assessment_close_day: int = setting(5, "次月几日前签考核表", DAYS, Whole(1, 20, "日"))
    """Day of the next month until which a month is signed. Source: domain §5.1 [P]."""
    spot_checks: int = setting(2, "每人每月抽查的天数", DAYS, Whole(0, 10, "天"))
    """So many logs of a cadre's month are drawn for a spot check. Source: domain §5.1 [P]."""
    village_links: int = setting(15, "村干部每年联系户", DAYS, Whole(1, 100, "户"), _RULE)
    """Households that a village cadre is linked with in a year. Source: the township's rule."""
    township_links: int = setting(10, "镇干部每年联系户", DAYS, Whole(1, 100, "户"), _RULE)
    """Households that a township cadre is linked with in a year. Source: the township's rule."""

    livelihood_role: str = _role("LL", "民情报给")
    """Who hears of 民情 when no cadre is named as its duty leader. Source: domain §5.2 [P]."""
    opinion_role: str = _role("PGO", "舆情报给")
    """Who hears of 舆情 when no publicity leader is named. Source: domain §5.2 [P]."""
    police_role: str = _role("PO", "警情报给")
    """Who hears of 警情: the zone's police officer. Source: domain §5.2 [P]."""
    disaster_role: str = _role("SAF", "灾情报给")
    """Who hears of 灾情 when no emergency leader is named. Source: domain §5.2 [P]."""
    emergency_receive_minutes: int = setting(
        15, "紧急：没有接收几分钟后提醒联村领导", SITUATIONS, Whole(5, 60, "分钟")
    )
    """An emergency that nobody received by then is told to the linked leader. §5.2 [P]."""
    emergency_respond_minutes: int = setting(
        30, "紧急：没有处置几分钟后提醒镇主要领导", SITUATIONS, Whole(10, 120, "分钟")
    )
    """An emergency without response by then is told to the town's leaders. §5.2 [P]."""
    abnormal_receive_hours: int = setting(4, "异常：接收的时限", SITUATIONS, Whole(1, 24, "小时"))
    """An abnormal situation is received within so many hours. Source: domain §5.2 [P]."""
    abnormal_respond_hours: int = setting(24, "异常：处置的时限", SITUATIONS, Whole(2, 72, "小时"))
    """An abnormal situation is answered within so many hours. Source: domain §5.2 [P]."""
    situation_feedback_days: int = _days(3, "处置后反馈的期限", SITUATIONS, 10)
    """Reporter and residents hear of the response within so many days. Source: §5.2 [P]."""
    disaster_report_minutes: int = setting(
        60, "灾情上报县里的时限", SITUATIONS, Whole(10, 60, "分钟"), "灾情统计：县级两小时内"
    )
    """Disaster statistics reach the county within two hours, so the township reports within
    one. Source: domain §5.2, the hour is [P]."""
    evacuee_days: int = _days(
        30, "转移名单在办结后的保存期限", KEEPING, 30, "突发事件应对法第八十四、八十五条"
    )
    """So long after its situation is closed a list of evacuees is kept. Source: 突发事件应对法
    arts. 84–85, the days are [P] (domain §7.1)."""
    links_of_home: int = setting(2, "一户每年联系干部不超过", ZONES, Whole(1, 5, "人"))
    """More linked cadres of a household in a year are 多头联系. Source: domain §4.2 [P]."""
    zone_cadres_least: int = setting(2, "责任区镇干部至少", ZONES, Whole(1, 10, "人"), _RULE)
    """So many of the township's cadres serve in a zone at least. Source: township rule."""
    zone_cadres_most: int = setting(3, "责任区镇干部至多", ZONES, Whole(1, 10, "人"), _RULE)
    """So many of the township's cadres serve in a zone at most. Source: township rule."""
    contact_close_days: int = _days(30, "空巢老人、留守儿童多久联系一次", ZONES, 90)
    """Days between contacts with old people alone and left-behind children.
    Source: domain §4.2 [P]."""
    contact_days: int = _days(90, "其他特殊群体多久联系一次", ZONES, 180)
    """Days between contacts with households of other special groups. Source: domain §4.2 [P]."""
    box_days: int = _days(30, "意见箱多久开一次", ZONES, 90)
    """A zone's box for opinions is opened at least every so many days [P]."""
    box_answer_days: int = _days(15, "意见箱来信的答复期限", ZONES, 60)
    """What lay in a box is answered within so many days, as an explanation. Source: §5.7 [P]."""

    task_days: int = _days(15, "任务的一般期限", TERMS, 90)
    """Term that forms propose for a task, in calendar days. Source: domain §5.7 [P]."""
    dispute_days: tuple[int, int, int, int] = setting(
        (30, 20, 15, 7),
        "纠纷化解期限（天）",
        TERMS,
        Row(COLOURS, "天数", 90),
        "人民调解工作若干规定第三十三条",
    )
    """Days for resolving a dispute of level blue, yellow, orange, red. Source: domain §5.5 [P],
    人民调解工作若干规定 art. 33 (normally within a month)."""
    dispute_contact_days: tuple[int, int, int, int] = setting(
        (3, 2, 1, 0), "纠纷首次接触期限（天）", TERMS, Row(COLOURS, "天数", 10)
    )
    """Days until the first contact with the parties, by level. Source: domain §5.5 [P]."""
    dispute_people: tuple[int, int, int] = setting(
        (5, 10, 30), "纠纷升级的人数", TERMS, Row(COLOURS[1:], "人数", 500, rising=True)
    )
    """So many people make a dispute yellow, orange, red at least. Source: domain §5.5 [P]."""
    dispute_revisit_days: int = _days(30, "纠纷了结后的回访期限", TERMS, 90)
    """So many days after its end the parties are visited again. Source: domain §4.6 [P]."""
    need_days: int = _days(30, "诉求办理期限（A 类和未分类）", TERMS, 90)
    """Class A, and a need that is not yet classified. Source: domain §5.7 [P]."""
    need_explain_days: int = _days(15, "诉求解释答复期限（B 类）", TERMS, 60)
    """Class B. Source: domain §5.7 [P]."""
    need_relief_days: int = _days(30, "诉求救助决定期限（C、D 类）", TERMS, 90)
    """Classes C and D. Source: domain §5.7 [P]."""
    due_soon_days: int = _days(3, "提前几天提醒快到期", TERMS, 10)
    """So many days before its day a matter is due soon. Source: domain §5.7 [P]."""
    line_after_days: int = _days(1, "超期几天后提醒主持人", TERMS, 10)
    area_after_days: int = _days(3, "超期几天后提醒联村领导", TERMS, 30)
    """So many days after its term a resolution reaches convener and linked leader. §5.7 [P]."""
    rights_days: int = _days(15, "答复居民权利申请的期限", TERMS, 30)
    """Calendar days for an answer, the day of receipt not counted. Source: domain §4.7 [P]."""

    village_split_day: int = setting(15, "村级会议上半月到几日", MEETINGS, Whole(10, 20, "日"))
    """Last day of the first window of a village's meetings; the second ends with the month.
    Source: half-monthly by the township's rule, the days by domain §5.3 [P]."""
    meeting_soon_days: int = _days(2, "会议期满前几天提醒", MEETINGS, 7, least=0)
    """A window without a meeting is shown as due soon so many days before its last working day.
    Source: domain §5.3 [P], §9 scenario 11."""
    resolution_days: int = _days(15, "议定事项的一般期限", MEETINGS, 90)
    """Term that the form proposes for a resolution, in calendar days. Source: domain §5.7 [P]."""

    evaluation_dimensions: tuple[str, ...] = setting(
        ("duty", "style", "outcome"),
        "测评内容",
        EVALUATION,
        Several(EVALUATION_DIMENSION, ("duty", "style")),
        "镇工作制度（前两项）",
    )
    """What ballots ask. Source: township rule for the first two; §4.5 [P] for the third."""
    evaluation_quorum: tuple[int, int] = setting((2, 3), "收回的票占发出的票", EVALUATION, PARTS)
    """The part of the issued ballots that must come back. Source: §4.5 [P]."""
    evaluation_least: int = setting(15, "至少收回的票", EVALUATION, Whole(5, 200, "张"))
    """So many ballots at least must come back. Source: §4.5 [P]."""
    evaluation_weights: tuple[int, int, int] = setting(
        (100, 75, 55),
        "加权满意率的分数（只作参考）",
        EVALUATION,
        Row(("满意", "基本满意", "不满意"), "分数", 100),
    )
    """满意, 基本满意, 不满意 in the weighted rate, for information only. Source: §5.4."""
    evaluation_half_yearly: bool = setting(
        False, "每半年测评一次", EVALUATION, YES_NO, "村民委员会组织法第三十三条：每年至少一次"
    )
    """Evaluate each half year instead of each year. Source: §5.4 [P]."""
    comment_least: int = setting(5, "票数不到多少不显示意见", EVALUATION, Whole(5, 50, "张"))
    """Words of ballots are shown from so many ballots and comments of a kind on. Source: §4.5."""
    accountability_days: int = _days(15, "不达标后定措施的期限", EVALUATION, 60)
    """So many days after the result the measures are decided. Source: §5.4 [P]."""
    again_months: int = setting(3, "整改后重新测评的期限", EVALUATION, Whole(1, 12, "个月"))
    """So many months after the measures there is another evaluation. Source: §5.4 [P]."""

    ballot_months: int = setting(6, "计票和意见的保存期限", KEEPING, Whole(1, 12, "个月"))
    """So long after the result tellers' counts and comments are kept. Source: §7.7 [P]."""
    keep_visits: int = setting(3, "走访、日志、照片的保存期限", KEEPING, Whole(1, 10, "年"))
    """Visits, work logs, photographs and links of a year; their counts stay. §7.7 [P]."""
    keep_matters: int = setting(5, "诉求、五情、纠纷等事项的保存期限", KEEPING, Whole(1, 10, "年"))
    """Needs, situations, opinions, disputes and tasks, from the day of their end. §7.7 [P]."""
    keep_groups: int = setting(1, "特殊群体退出后的保存期限", KEEPING, Whole(1, 5, "年"))
    """Rows of special groups, from the day when they end. Source: §7.7 [P]."""
    keep_rights: int = setting(3, "权利申请和同意的保存期限", KEEPING, Whole(1, 10, "年"))
    """Requests and consents, from answer or withdrawal: as long as somebody may complain."""
    keep_conflicts: int = setting(1, "已处理冲突的保存期限", KEEPING, Whole(1, 5, "年"))
    """Decided conflicts: both values are in the record's history."""
    keep_deleted: int = setting(1, "删除的记录彻底清除前保留", KEEPING, Whole(1, 3, "年"))
    """Years after which the contents of deleted records go [P]: long enough for any undo."""
    care_days: int = _days(90, "卫生院联系服务结束后的保存期限", KEEPING, 90, least=7)
    """So long after the 42-day check the matter is kept. Source: domain §4.4 [P]."""

    unmask_minutes: int = setting(10, "一次查看显示的时间", LOOKING, Whole(1, 30, "分钟"))
    """So long a field stays clear after a look with a reason. Source: domain §7.3."""
    unmask_alert: int = setting(30, "一天查看超过几次提醒审计", LOOKING, Whole(5, 200, "次"))
    """More looks of one person in a day are told to the auditor and to the person."""
    export_rows: int = setting(
        200, "一次导出最多", LOOKING, Whole(10, 200, "户"), "侵犯公民个人信息解释第五条"
    )
    """One export has so many households at most. Source: domain §7.1."""
    visit_photos: int = setting(2, "一次走访最多的照片", LOOKING, Whole(0, 2, "张"))
    """Photographs of one visit. Source: domain §8, no unnecessary pictures."""

    second_factor_roles: frozenset[str] = setting(
        frozenset({"LL", "PGO", "PET", "SAF", "TOP", "CLK", "DIS", "ADM", "SEC", "AUD"}),
        "要用手机验证码的角色",
        LAPTOPS,
        Several(ROLE, ("ADM", "SEC", "AUD"), frozenset),
        "网络安全等级保护要求",
    )
    """Whose laptops ask for a second factor: leaders, offices, administrators. Domain §4.1 [P]."""
    second_factor_days: int = _days(14, "手机验证码可以推迟设置的天数", LAPTOPS, 60)
    """Days in which it may be put off after the first question [P]."""
    offline_days: int = _days(14, "电脑几天没有同步就锁定", LAPTOPS, 60, least=3)
    """Days without contact after which a laptop locks. Source: domain §7.2 [P]."""

    holidays: Calendar = setting(  # noqa: RUF009 - a mapping that nobody changes
        BUILT_IN, "放假和调休上班的日子", HOLIDAYS, Years(), "国务院办公厅每年的通知"
    )
    """Public holidays and worked weekends by year. Source: domain §5.6."""


PRESET = Settings()


def _declared() -> dict[str, Declared]:
    found = {}
    for one in fields(Settings):
        if told := one.metadata.get("declared"):
            label, group, shape, source = told
            preset = getattr(PRESET, one.name)
            found[one.name] = Declared(one.name, label, group, shape, source, preset)
    return found


DECLARED: Mapping[str, Declared] = _declared()
"""All settings that the township can change, by name."""
