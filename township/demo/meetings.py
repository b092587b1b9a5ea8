"""Meetings of villages and of the township, with what they talked about and decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from township.codes import NEED_TOPIC
from township.demo.rows import Fields, Ids, Row, moment, refs, row, wall
from township.demo.staff import Official, Staff
from township.demo.zones import Place
from township.rules import meetings as rules

_MISSED = 0.03
"""How many windows pass without a meeting."""
_TOPICS = 4
"""So many new matters come on a village's agenda at most."""
_DONE = 0.93
_STALE = 40
"""Days after which nothing is left undone."""
_RESOLUTIONS = (
    "两周内清理二组公路边沟，雨前完成。",
    "逐户核对医保缴费名单，月底前补缴到位。",
    "联系收购商到村看货，组织一次产销对接。",
    "排查危房和屋后边坡，登记造册并张贴转移路线。",
    "村口两盏路灯报修，更换电池。",
    "饮水池清洗消毒，公示水质检测结果。",
    "公布村级收支，在村务栏张贴十天。",
    "为行动不便的老人代办高龄津贴认证。",
    "组织一次森林防火巡查，落实包片人员。",
    "调解橙园界线分歧，现场丈量后签字确认。",
    "整治占道堆放，完成后由组长拍照报备。",
    "暑期安排大学生志愿者照看农家书屋。",
)
_TASKS = (
    "各村月底前完成地灾隐患点排查，镇安办汇总。",
    "联村领导牵头，限期化解超期诉求。",
    "党政办汇总各村收支公开情况。",
    "综治信访办到现场踏勘林地界线。",
)
_DISCUSSIONS = (
    "到会人员通报了近期走访情况，群众最关心的是饮水和橙子销路。",
    "大家认为雨季将至，转移路线要再走一遍，逐户讲清。",
    "会上学习了医保缴费政策，明确各组联系人。",
    "讨论了公益事业经费使用，意见一致。",
)
_JUDGEMENTS = (("calm", "情况平稳，按期办理。"), ("yellow", "有一件界线纠纷，联村领导跟进。"))


class Meetings:
    """Makes meetings; ``note`` tells it of matters that may come on an agenda."""

    def __init__(self, staff: Staff, ids: Ids, random: Random, today: date) -> None:
        self._staff = staff
        self._ids = ids
        self._random = random
        self._newest = today - timedelta(days=1)
        self._days: dict[tuple[bytes, str], date | None] = {}
        self._fresh: dict[bytes, list[Row]] = defaultdict(list)
        self._still: dict[bytes, list[Row]] = defaultdict(list)

    def note(self, matter: Row) -> None:
        """A need or situation that the next meeting of its zone hears of."""
        zone = matter.fields["zone_id"]
        assert isinstance(zone, bytes)
        self._fresh[zone].append(matter)

    def of_village(self, place: Place, day: date) -> Iterator[Row]:
        """The meeting of a village on a day: none on most days."""
        if self._day(place.id, rules.VILLAGE, day) != day:
            return
        chair = self._staff.in_zone(place, "VS")
        people = self._staff.of(place)
        recorder = next(one for one in people if one.role == "VC")
        at = wall(day, self._random.choice((9 * 60, 9 * 60 + 30, 14 * 60 + 30, 15 * 60)))
        meeting = self._meeting(place.id, day, at, chair, people, recorder, "村委会会议室")
        yield meeting
        yield from self._agenda(place, meeting)
        members = [one for one in people if one.role in ("VC", "VS", "TC")]
        yield from self._decided(place.id, meeting, day, members, _RESOLUTIONS)

    def of_township(self, places: list[Place], day: date) -> Iterator[Row]:
        """The township's meeting on a day, which reviews every zone."""
        if self._day(b"", rules.TOWNSHIP, day) != day:
            return
        chair, clerk = self._staff.office("TOP"), self._staff.clerk
        leaders = [self._staff.in_zone(place, "LL") for place in places]
        offices = [one for one in self._staff.officials if one.place is None]
        at = wall(day, 9 * 60)
        meeting = self._meeting(
            None, day, at, chair, [*offices, *leaders], clerk, "镇政府二楼会议室"
        )
        yield meeting
        for position, place in enumerate(places, 1):
            level, outcome = self._random.choices(_JUDGEMENTS, (9, 1))[0]
            needs = self._random.randint(0, 9)
            fields: Fields = {
                "meeting_id": meeting.id,
                "position": position,
                "topic": f"{place.name}：未办结诉求 {needs} 件，未完成议定事项 1 项",
                "about_zone_id": place.id,
                "level": level,
                "outcome": outcome,
            }
            yield row(
                "agenda_item", self._ids.new(meeting.wall_ms), clerk.id, meeting.wall_ms, fields
            )
        yield from self._decided(None, meeting, day, [*leaders, *offices], _TASKS)

    def _day(self, zone: bytes, level: str, day: date) -> date | None:
        """The day on which a place meets in a day's window, drawn once for each window."""
        window = rules.window_of(level, day)
        key = (zone, window.key)
        if key not in self._days:
            first = max(window.first + timedelta(days=3), window.last - timedelta(days=12))
            span = (window.last - first).days
            drawn = first + timedelta(days=self._random.randint(0, span - 1))
            drawn -= timedelta(days=max(0, drawn.weekday() - 4))
            self._days[key] = None if self._random.random() < _MISSED else drawn
        return self._days[key]

    def _meeting(
        self,
        zone: bytes | None,
        day: date,
        at: int,
        chair: Official,
        people: list[Official],
        recorder: Official,
        place: str,
    ) -> Row:
        random = self._random
        away = [one.id for one in people if one is not chair and random.random() < 0.08]
        there = [one.id for one in people if one.id not in away]
        written = wall(day, 17 * 60)
        signed = day + timedelta(days=random.randint(0, 2))
        fields: Fields = {
            "zone_id": zone,
            "level": rules.VILLAGE if zone else rules.TOWNSHIP,
            "meeting_kind": "regular" if random.random() < 0.9 else "ad_hoc",
            "held_at": moment(at),
            "place": place,
            "convener_id": chair.id,
            "attending": refs(there),
            "on_leave": refs(away),
            "discussion": random.choice(_DISCUSSIONS),
            "minutes_state": "draft",
        }
        if signed <= self._newest:
            fields |= {"minutes_state": "signed", "signed_by": chair.id}
            fields["signed_at"] = moment(wall(signed, 17 * 60 + 30))
        return row("meeting", self._ids.new(written), recorder.id, written, fields)

    def _agenda(self, place: Place, meeting: Row) -> Iterator[Row]:
        """What was unfinished, then what is new."""
        unfinished, self._still[place.id] = self._still[place.id], []
        new, self._fresh[place.id] = self._fresh[place.id][-_TOPICS:], []
        for position, source in enumerate((*unfinished, *new), 1):
            fields: Fields = {
                "zone_id": place.id,
                "meeting_id": meeting.id,
                "position": position,
                "topic": _topic(source),
                f"{source.kind}_id": source.id,
                "reporter_id": source.author,
                "outcome": "按期办理，下次会议报告结果。",
            }
            author, at = meeting.author, meeting.wall_ms
            yield row("agenda_item", self._ids.new(at), author, at, fields)

    def _decided(
        self,
        zone: bytes | None,
        meeting: Row,
        day: date,
        people: list[Official],
        texts: tuple[str, ...],
    ) -> Iterator[Row]:
        random = self._random
        for text in random.sample(texts, random.randint(1, 2)):
            due = day + timedelta(days=random.randint(8, 20))
            closed = due + timedelta(days=random.randint(-6, 3))
            recent = (self._newest - due).days < _STALE
            done = closed <= self._newest and (random.random() < _DONE or not recent)
            fields: Fields = {
                "zone_id": zone,
                "meeting_id": meeting.id,
                "text": text,
                "owner_id": random.choice(people).id,
                "due_on": due.isoformat(),
                "state": "done" if done else "open",
            }
            if done:
                fields |= {"closed_on": closed.isoformat(), "result": "已按要求完成。"}
            author, at = meeting.author, meeting.wall_ms
            made = row("resolution", self._ids.new(at), author, at, fields)
            if zone is not None and (not done or (closed - day).days > 13):
                self._still[zone].append(made)
            yield made


def _topic(source: Row) -> str:
    """The words that an agenda has for a matter; a need's own text is restricted."""
    if source.kind == "need":
        topic = NEED_TOPIC.label(str(source.fields["topic"]))
        return f"诉求〔{topic}〕（编号 {source.fields['no']!s}）"
    if source.kind == "situation":
        return str(source.fields["summary"])[:80]
    return f"上次议定事项：{source.fields['text']!s}"
