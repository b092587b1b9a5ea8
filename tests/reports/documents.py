"""Made-up documents for the tests of this folder."""

from dataclasses import replace
from datetime import UTC, date, datetime

from reports.page import PrintStamp
from township.documents import (
    LedgerNeed,
    LedgerRow,
    Minutes,
    MinutesItem,
    MinutesResolution,
    MonthlyLedger,
    ReportedNeed,
    ReportedSituation,
    VisitReport,
    ZoneLedger,
)
from township.values import CHINA

STAMP = PrintStamp(datetime(2026, 6, 1, 1, 12, tzinfo=UTC), "李会计", "L20260601-0001")

TALK = (
    "老人说，“今年的桃叶橙比去年多收了三百斤”，但是价格从每斤3.50元降到2.80元；"
    "他担心——如果再降——连肥料钱（约1,250元）都收不回来……希望村里联系合作社统一收购。"
)

VISIT = VisitReport(
    township="屈原镇",
    zone="龙马溪村",
    group="二组",
    household_no="龙马溪-2-017",
    head="王大明",
    persons=4,
    special_groups=("空巢老人",),
    visited_on=date(2026, 5, 3),
    session="上午",
    way="入户",
    purpose="日常走访",
    cadres=("李秀英", "王𠮷明"),
    resident_present=True,
    carry_over="上次反映的水管漏水，村里已联系维修队。",
    talk="老人独自在家，血压药还有半个月。\n宣讲了高龄津贴政策。",
    policies=("医保缴费", "高龄津贴"),
    needs=(
        ReportedNeed(
            no="LMX-2026-0031",
            topic="道路",
            text="路灯不亮，晚上接孩子看不清路。",
            need_class="A 合理合法",
            owner="李秀英",
            due_on=date(2026, 6, 2),
            result="",
        ),
    ),
    situations=(
        ReportedSituation(
            no="LMX-W-0007",
            kind="灾情",
            level="异常",
            summary="屋后挡土墙有一条细缝。",
            first_action="提醒雨天不住后屋",
        ),
    ),
    resident_view="满意",
    next_visit_on=date(2026, 6, 5),
)


def quiet_row(number: int, head: str = "王大明") -> LedgerRow:
    """A household where nothing happened in the month."""
    return LedgerRow(f"天龙-1-{number:03d}", head, "一组", 3, visits_year=2)


def busy_row(number: int) -> LedgerRow:
    """A household with a visit, two needs and a remark."""
    return LedgerRow(
        household_no=f"天龙-1-{number:03d}",
        head="王𠮷明",
        group="一组",
        persons=5,
        special_groups=("空巢老人", "低保户"),
        cadres=("李秀英",),
        visits_month=1,
        visits_year=3,
        findings=((date(2026, 5, 12), TALK),),
        needs=(
            LedgerNeed("路灯不亮。", "A", "已报电站", "已解决", date(2026, 5, 20)),
            LedgerNeed("申请大病救助。", "", "", "", None),
        ),
        remark="全家外出",
    )


def ledger(*zones: tuple[str, tuple[LedgerRow, ...]]) -> MonthlyLedger:
    """A ledger of May 2026."""
    return MonthlyLedger("屈原镇", 2026, 5, tuple(ZoneLedger(*zone) for zone in zones))


def resolution(text: str, owner: str, day: date) -> MinutesResolution:
    return MinutesResolution(text, owner, day, "未完成")


MINUTES = Minutes(
    township="屈原镇",
    zone="龙马溪村",
    window="2026年5月上半月",
    kind="例会",
    held_at=datetime(2026, 5, 14, 9, 30, tzinfo=CHINA),
    place="村委会会议室",
    convener="向书记",
    recorder="李秀英",
    attending=("王𠮷明", "向书记", "李秀英", "欧阳𠮷䲜", "谭国", "郑家秀", "韩春梅", "周德兵"),
    on_leave=("谭司法",),
    observing=("陈国强",),
    items=(
        MinutesItem(
            "上次议定事项：装两盏路灯（李秀英，5月25日前）",
            "路灯已到货，由李秀英继续办理，下次会议报告结果。",
            "",
        ),
        MinutesItem("灾情：二组公路内侧有少量落石，未影响通行。", "由镇安办负责处置。", ""),
        MinutesItem("诉求〔饮水〕四组（编号 2026-001-0031）", "", ""),
    ),
    discussion="到会人员通报了近期走访情况。\n大家认为，雨季将至，“转移路线”要再走一遍；……逐户讲清。",
    resolutions=(
        resolution("5月20日前清理二组公路内侧落石。", "李秀英", date(2026, 5, 20)),
        resolution("四组饮水池更换进水阀", "谭国", date(2026, 5, 29)),
    ),
    carried=(resolution("装两盏路灯", "李秀英", date(2026, 5, 25)),),
    signed_by="向书记",
    signed_on=date(2026, 5, 15),
)
ZONES = (
    *("新滩社区", "链子岩村", "屈原村", "九岭头村", "漆树坪村", "凤凰溪村", "长江村"),
    *("仙女坪村", "西陵峡村", "龙马溪村", "北峰村", "铺坪村", "天龙村"),
)
TOWNSHIP_MINUTES = replace(
    MINUTES,
    zone="",
    window="2026年6月",
    kind="临时会议",
    held_at=datetime(2026, 6, 10, 14, 0, tzinfo=CHINA),
    place="镇政府二楼会议室",
    items=tuple(
        MinutesItem(
            f"{zone}：未办结诉求 {n} 件，未办结五情 1 件，未完成议定事项 2 项",
            "林地界线纠纷超期，联村领导牵头现场踏勘。" if n == 3 else "",
            "橙色" if n == 3 else "平稳",
        )
        for n, zone in enumerate(ZONES)
    ),
    discussion="",
    carried=(),
    signed_by="",
    signed_on=None,
)
