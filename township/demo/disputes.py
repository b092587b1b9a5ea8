"""Disputes of the demo's villages, ended and open, and tasks that cadres have given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from township.demo.needs import Counter
from township.demo.people import Home
from township.demo.rows import Fields, Ids, Row, row, wall
from township.demo.staff import Official, Staff
from township.demo.zones import Place
from township.rules import disputes as rules

_EVENING = 17 * 60
_APART = (45, 120)
"""Days between two disputes of a village."""
_FRESH, _STILL_OPEN = 45, 0.7
"""Of those of so many days this part goes on: some are over their term by then."""
_MATTERS = (
    ("forest_land", "yellow", "两家因橙园边界的三棵树归属发生争吵，尚未动手。", "向姓邻户"),
    ("construction", "yellow", "修路压坏菜地，农户与施工队对补偿数额意见不一。", "施工队"),
    ("family", "blue", "兄弟二人对赡养母亲的费用分摊有分歧。", "户主胞弟"),
    ("neighbour", "blue", "上户改水沟后，下户院坝积水，双方互不相让。", "上户"),
    ("labour", "orange", "务工人员反映包工头拖欠工资一万二千元，共六人。", "包工头"),
    ("homestead", "blue", "宅基地滴水相邻，新房屋檐超出，邻居要求拆除。", "邻户"),
    ("environment", "yellow", "养殖场气味大，周边八户联名要求整改。", "养殖场"),
)
_PEOPLE = {"labour": 6, "environment": 8}
_ORGANISATIONS = frozenset({"construction", "environment"})
_TERMS = "双方互谅互让，按现场丈量结果执行，一个月内办妥，今后不再争执。"
_TASKS = (
    "请水利站现场看水沟，量好尺寸。",
    "把医保缴费回执送到户。",
    "帮老人把高龄津贴认证办好。",
    "联系收购商，约看货日期。",
    "查一查移民后期扶持款的到账名单。",
    "给住户补发联系卡。",
    "带危房改造申请表上门填写。",
)


class Disputes:
    """Makes them; nothing in them is later than the day before ``today``."""

    def __init__(
        self, staff: Staff, ids: Ids, random: Random, numbers: Counter, days: tuple[date, date]
    ) -> None:
        self._staff = staff
        self._ids = ids
        self._random = random
        self._numbers = numbers
        self._first, today = days
        self._newest = today - timedelta(days=1)

    def rows(self, homes: Mapping[bytes, Sequence[Home]]) -> Iterator[Row]:
        """All of them, village by village; they are not yet in the order of their moments."""
        for living in homes.values():
            yield from self._disputes(living)
            yield from self._tasks(living)

    def _disputes(self, living: Sequence[Home]) -> Iterator[Row]:
        random = self._random
        on = self._first + timedelta(days=random.randint(5, _APART[0]))
        while on <= self._newest:
            yield from self._one(random.choice(living), on)
            on += timedelta(days=random.randint(*_APART))

    def _one(self, home: Home, on: date) -> Iterator[Row]:
        random = self._random
        place = home.place
        kind, level, summary, other = random.choice(_MATTERS)
        mediator = self._staff.in_zone(place, random.choice(("VC", "VS")))
        at = wall(on, _EVENING)
        made = self._ids.new(at)
        fields: Fields = {
            "zone_id": place.id,
            "no": self._numbers.next(on.year),
            "found_by": random.choice(("visit", "visit", "meeting", "other")),
            "found_on": on.isoformat(),
            "dispute_type": kind,
            "people_count": _PEOPLE.get(kind, 2),
            "summary": summary,
            "level": level,
            "level_reason": rules.CRITERIA[level],
            "level_since": on.isoformat(),
            "nature": "arbitration" if kind == "labour" else "mediation",
            "mediators": mediator.id.hex(),
            "state": "open",
        }
        steps = self._course(fields, on, level)
        yield row("dispute", made, mediator.id, at, fields)
        parts: tuple[Fields, ...] = (
            {"position": 1, "party_kind": "person", "home_id": home.id},
            {
                "position": 2,
                "party_kind": "organisation" if kind in _ORGANISATIONS else "person",
                "name": other,
            },
        )
        for part in parts:
            hung: Fields = {"zone_id": place.id, "dispute_id": made, **part}
            yield row("dispute_party", self._ids.new(at), mediator.id, at, hung)
        for day, step, text in steps:
            then = wall(day, _EVENING)
            taken: Fields = {"zone_id": place.id, "dispute_id": made, "taken_on": day.isoformat()}
            taken |= {"step_kind": step, "text": text}
            yield row("dispute_step", self._ids.new(then), mediator.id, then, taken)

    def _course(self, fields: Fields, on: date, level: str) -> list[tuple[date, str, str]]:
        """What happened until yesterday, written into the fields; the steps that were taken."""
        random = self._random
        met = on + timedelta(days=random.randint(0, 2))
        ended = met + timedelta(days=random.randint(2, rules.term(level) + 4))
        again = ended + timedelta(days=random.randint(15, 30))
        if met > self._newest:
            return []
        fields["contacted_on"] = met.isoformat()
        steps = [(met, "contact", "分别见了双方，听取各自说法，劝双方冷静。")]
        recent = (self._newest - on).days < _FRESH
        if ended > self._newest or (recent and random.random() < _STILL_OPEN):
            return steps
        steps.append((ended, "mediate", "在村委会组织面对面调解。"))
        if random.random() < 0.12:
            fields |= {"result": "ended_to_court", "ended_on": ended.isoformat()}
            fields |= {"remedies_told": rules.REMEDIES, "state": "ended"}
        else:
            written = random.choice(("written", "written", "oral"))
            fields |= {"agreement": written, "agreed_on": ended.isoformat(), "terms": _TERMS}
            fields |= {"result": "settled", "state": "agreed"}
        if again <= self._newest:
            fields |= {"revisited_on": again.isoformat(), "revisit_note": "双方相处正常。"}
            fields |= {"closed_on": again.isoformat(), "state": "closed"}
        return steps

    def _tasks(self, living: Sequence[Home]) -> Iterator[Row]:
        random = self._random
        place = living[0].place
        on = self._first + timedelta(days=random.randint(3, 40))
        while on <= self._newest:
            yield self._task(place, random.choice(living), on)
            on += timedelta(days=random.randint(12, 45))

    def _task(self, place: Place, home: Home, on: date) -> Row:
        random = self._random
        giver, owner = (self._anybody(place) for _ in range(2))
        due = on + timedelta(days=random.randint(7, 15))
        done = due + timedelta(days=random.randint(-6, 2))
        fields: Fields = {
            "zone_id": place.id,
            "household_id": home.id,
            "source": "other",
            "text": random.choice(_TASKS),
            "owner_id": owner.id,
            "due_on": due.isoformat(),
            "state": "open",
        }
        if done <= self._newest:
            fields |= {"state": "done", "done_on": done.isoformat(), "result": "已办好。"}
        at = wall(on, _EVENING)
        return row("task", self._ids.new(at), giver.id, at, fields)

    def _anybody(self, place: Place) -> Official:
        people = [one for one in self._staff.of(place) if one.role in ("VC", "VS", "TC")]
        return self._random.choice(people)
