"""Contact cards of the zones, and openings of their boxes with what lay in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from township.demo.people import Home
from township.demo.rows import Fields, Ids, Row, refs, row, wall
from township.demo.staff import HERO_ZONE, Staff
from township.demo.zones import Place
from township.rules.zones import CODE_LENGTH, CODE_LETTERS

_SUPERVISE = "12000000000"
"""A number that nobody else is given."""
_RECEPTION = "每月 15 日上午，镇政府一楼"
_PAPERS = (
    ("希望村卫生室周三也有人坐诊，老人取药方便些。", "已与卫生院商定，周三上午安排医生坐诊。"),
    ("路口转弯处看不清来车，能不能装一面凸面镜。", "已报镇里，月底前安装。"),
    ("村务公开栏的字太小，老人看不清。", "从下个月起用大字张贴。"),
    ("赶集日班车只有一趟，希望下午加一趟。", "已向客运站反映，逢集下午加开一趟。"),
)
_WAITING = (
    "垃圾池夏天气味大，希望勤清运。",
    "灌溉水渠有一段垮了，栽秧前能不能修好。",
    "想请农技员来讲讲橙树修剪。",
)


class Boxes:
    """Makes cards and boxes."""

    def __init__(self, staff: Staff, ids: Ids, random: Random, first: date, today: date) -> None:
        self._staff, self._ids, self._random = staff, ids, random
        self._first, self._today = first, today

    def cards(
        self,
        places: Sequence[Place],
        people: Sequence[Row],
        zones: Sequence[Row],
        valid_from: date,
        wall_ms: int,
    ) -> Iterator[Row]:
        """The first version of each zone's card, approved."""
        hotlines = {one.id: one.fields["hotline"] for one in zones if one.kind == "zone"}
        served = [one for one in people if one.kind == "zone_staff"]
        office, leader = self._staff.office("PGO"), self._staff.office("TOP")
        for place in places:
            here = [one.id for one in served if one.fields["zone_id"] == place.id]
            fields: Fields = {
                "zone_id": place.id,
                "version": 1,
                "valid_from": valid_from.isoformat(),
                "staff": refs(here),
                "hotline": hotlines[place.id],
                "supervise_phone": _SUPERVISE,
                "reception": _RECEPTION,
                "approved_by": leader.id,
                "approved_on": valid_from.isoformat(),
            }
            yield row("contact_card", self._ids.new(wall_ms), office.id, wall_ms, fields)

    def openings(self, places: Sequence[Place], homes: dict[bytes, list[Home]]) -> Iterator[Row]:
        """One opening in each zone within five weeks; two in the zone of the story."""
        for place in places:
            if place.name == HERO_ZONE:
                yield from self._opening(place, homes[place.id], 36, 2, 0)
                yield from self._opening(place, homes[place.id], 8, 1, 3)
            else:
                ago, papers = self._random.randint(9, 33), self._random.randint(0, 2)
                yield from self._opening(place, homes[place.id], ago, papers, 0)

    def _opening(
        self, place: Place, homes: Sequence[Home], ago: int, answered: int, waiting: int
    ) -> Iterator[Row]:
        day = self._today - timedelta(days=ago)
        if day < self._first:
            return
        at = wall(day, 16 * 60)
        one, two = self._staff.in_zone(place, "VS"), self._staff.in_zone(place, "VC")
        opened: Fields = {
            "zone_id": place.id,
            "opened_on": day.isoformat(),
            "opener_one": one.id,
            "opener_two": two.id,
        }
        opening = row("box_opening", self._ids.new(at), one.id, at, opened)
        yield opening
        told = self._random.sample(_PAPERS, answered)
        texts: list[tuple[str, str | None]] = [
            *told,
            *((text, None) for text in _WAITING[:waiting]),
        ]
        for number, (text, answer) in enumerate(texts):
            signed = number % 2 == 1
            fields: Fields = {
                "zone_id": place.id,
                "opening_id": opening.id,
                "opened_on": day.isoformat(),
                "text": text,
                "anonymous": int(not signed),
                "household_id": self._random.choice(homes).id if signed else None,
                "receipt_code": "".join(self._random.choices(CODE_LETTERS, k=CODE_LENGTH)),
            }
            if answer is not None:
                fields |= {
                    "answer": answer,
                    "answered_by": one.id,
                    "approved_by": self._staff.office("PET").id,
                    "posted_on": (day + timedelta(days=5)).isoformat(),
                }
            written = at if answer is None else wall(day + timedelta(days=6), 9 * 60)
            yield row("opinion_entry", self._ids.new(written), one.id, written, fields)
