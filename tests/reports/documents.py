"""Made-up documents for the tests of this folder."""

from datetime import UTC, date, datetime

from reports.page import PrintStamp
from township.documents import (
    LedgerNeed,
    LedgerRow,
    MonthlyLedger,
    ReportedNeed,
    ReportedSituation,
    VisitReport,
    ZoneLedger,
)

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
