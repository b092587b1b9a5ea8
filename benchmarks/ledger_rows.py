"""A township's month, made up but always the same: 13 zones, 7,902 households."""

from __future__ import annotations

from datetime import date
from random import Random

from reports.monthly_ledger import COLUMNS, zone_rows
from township.documents import LedgerNeed, LedgerRow, MonthlyLedger, ZoneLedger

_ZONES = {
    "新滩社区": 905,
    "链子岩村": 610,
    "屈原村": 660,
    "九岭头村": 560,
    "漆树坪村": 545,
    "凤凰溪村": 520,
    "长江村": 640,
    "仙女坪村": 430,
    "西陵峡村": 780,
    "龙马溪村": 720,
    "北峰村": 500,
    "铺坪村": 670,
    "天龙村": 362,
}
_FINDINGS = (
    "老人独自在家，血压药还有半个月，儿子下月初回来。",
    "今年脐橙挂果好，担心采摘时缺劳力，想请村里帮忙联系。",
    "上次反映的水管已接通，水压正常，户主表示满意。",
    "家中无人，已与户主电话联系，约定周六上门。",
    "宣讲了医保缴费和高龄津贴政策，户主已记下办理地点。",
    "屋后挡土墙有一条细缝，已拍照并提醒雨天不住后屋。",
    "孩子跟奶奶生活，成绩稳定，希望暑假有人辅导作业。",
    "新种两亩桃叶橙，想参加县里的修剪培训。",
)
_NEEDS = (
    "四组饮水池漏水，二十多户天旱时要错峰用水。",
    "公路到院坝还有三百米泥路，运橙子要人背。",
    "申请大病救助，医疗费票据已备齐。",
    "希望在村口装两盏路灯，晚上接孩子看不清路。",
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何"
_GIVEN = "明华大秀英桂兰建国玉梅志强𠮷喆堃龑"
_GROUPS = ("一组", "二组", "三组", "四组", "五组")
_GROUP_SIZE = 130


def ledger() -> MonthlyLedger:
    """May 2026; one household in three was visited, one visit in five raised a need."""
    random = Random(20260501)
    zones = []
    for zone, households in _ZONES.items():
        cadres = [_name(random) for _ in range(9)]
        rows = (_row(random, zone[:-1], number, cadres) for number in range(1, households + 1))
        zones.append(ZoneLedger(zone, tuple(rows)))
    return MonthlyLedger("屈原镇", 2026, 5, tuple(zones))


def as_cells(document: MonthlyLedger) -> list[dict[str, object]]:
    """The same as texts per cell, for peers that know nothing of our documents."""
    return [
        {
            "zone": zone.zone,
            "widths": [column.width for column in COLUMNS],
            "heads": [column.head for column in COLUMNS],
            "rows": [list(row.cells) for row in zone_rows(zone)],
        }
        for zone in document.zones
    ]


def _row(random: Random, zone: str, number: int, cadres: list[str]) -> LedgerRow:
    group = min(number // _GROUP_SIZE, len(_GROUPS) - 1)
    visits = 1 if random.random() < 0.32 else 0
    day = date(2026, 5, random.randint(1, 28))
    return LedgerRow(
        household_no=f"{zone}-{group + 1}-{number:03d}",
        head=_name(random),
        group=_GROUPS[group],
        persons=random.randint(1, 6),
        special_groups=random.choice(((),) * 8 + (("困难户",), ("空巢老人", "低保户"))),
        cadres=(random.choice(cadres),) if random.random() < 0.2 else (),
        visits_month=visits,
        visits_year=visits + random.randint(0, 6),
        findings=((day, random.choice(_FINDINGS)),) * visits,
        needs=(_need(random, day),) if visits and random.random() < 0.2 else (),
    )


def _need(random: Random, day: date) -> LedgerNeed:
    done = random.random() < 0.6
    return LedgerNeed(
        text=random.choice(_NEEDS),
        need_class=random.choice("ABC"),
        measure="已报水利站，安排维修" if done else "",
        result="已解决" if done else "",
        feedback_on=day if done else None,
    )


def _name(random: Random) -> str:
    return random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.randint(1, 2)))
