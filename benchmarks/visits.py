"""The visits that are saved: spread over households and days, as a cadre has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from township.records import Household
from township.storage.database import Database

COUNT = 150
"""Visits that are timed; ``WARM_UP`` more come before them."""
WARM_UP = 10
_A_DAY = 5
_TALKS = (
    "老人独自在家，血压药还有半个月，儿子下月初回来，提醒按时服药、注意用火安全。",
    "今年脐橙挂果好，担心采摘时缺劳力，想请村里帮忙联系采摘队和收购商。",
    "宣讲了医保缴费和高龄津贴政策，户主已记下办理地点和时间。",
    "屋后挡土墙有一条细缝，已拍照并提醒雨天不住后屋，约定下周再来看。",
)


@dataclass(frozen=True)
class Planned:
    """One visit to be typed."""

    household: bytes
    on: date
    talk: str
    need: str | None
    situation: str | None


def planned(database: Database, today: date, count: int = COUNT + WARM_UP) -> Iterator[Planned]:
    """Visits of the last weeks, five a day, in households drawn by chance."""
    random = Random(20260501)
    with database.reader() as session:
        homes = list(session.scalars(select(Household.id).order_by(Household.no)))
    for number, home in enumerate(random.sample(homes, count)):
        yield Planned(
            household=home,
            on=today - timedelta(days=number // _A_DAY),
            talk=random.choice(_TALKS),
            need="公路到院坝还有三百米泥路，运橙子要人背。" if number % 3 == 0 else None,
            situation="饮水池漏水，二十多户要错峰用水。" if number % 10 == 0 else None,
        )
