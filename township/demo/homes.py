"""The households of a zone, and the records of them, of their people and special groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from township.demo.links import HEAD_OF_STORY, Links
from township.demo.people import (
    CHILD,
    Families,
    Home,
    Resident,
    age_on,
    guardian,
    sizes,
    special_groups,
)
from township.demo.rows import Fields, Ids, Row, row
from township.demo.staff import HERO_ZONE, Staff
from township.demo.zones import DIGITS, Place, shares

_STORY_GROUP, _STORY_NUMBER = 2, 17
"""王大明 lives in 龙马溪-2-017, or in the last household of the group in a smaller township."""

_EVIDENCE = {
    "hardship": ("self_report", "本人申报，村级评议确认"),
    "subsistence": ("civil_affairs", "县民政局低保名单"),
    "empty_nest": ("visit", "走访核实，子女常年在外"),
    "left_behind": ("visit", "走访核实，父母均在县外务工"),
    "representative": ("meeting", "村民代表会议推选"),
    "prosperous": ("meeting", "村民代表会议推荐"),
}
_CLEAR = {
    "hardship": (
        "户内主要劳力和支出情况",
        "落实帮扶政策，渡过眼前困难",
        "每季度上门，户主电话联系",
    ),
    "subsistence": (
        "低保对象及共同生活成员",
        "按时复核，救助金足额到账",
        "每季度上门，民政员电话联系",
    ),
    "empty_nest": (
        "家中老人和在外子女",
        "生活有人照应，用药用火安全",
        "每月上门，子女电话和邻居转告",
    ),
    "left_behind": (
        "孩子和照看的家人",
        "上学、安全、亲情联系都有人管",
        "每月上门，班主任和父母电话",
    ),
    "representative": ("所在小组的群众意见", "意见有人收集、有人答复", "院坝会和电话联系"),
    "prosperous": ("主导产业和带动户", "带动邻里学技术、找销路", "每季度上门，产业现场交流"),
}


def make(place: Place, ids: Ids, random: Random, families: Families, wall_ms: int) -> list[Home]:
    """The households of a zone, group by group, each with its people; one second apart."""
    counts = [place.households]
    if place.households >= len(place.groups):
        counts = shares(place.households, [1] * len(place.groups))
    found = []
    for group, count in zip(place.groups, counts, strict=False):
        found += [Home(b"", place, group, n + 1) for n in range(count)]
    story = _story(found) if place.name == HERO_ZONE else None
    for i, (home, size) in enumerate(
        zip(found, sizes(random, place.households, place.persons), strict=True)
    ):
        at = wall_ms + i * 1000
        home.id = ids.new(at)
        home.people = families.people(size, HEAD_OF_STORY if home is story else None)
        for person in home.people:
            person.id = ids.new(at)
        home.away = all(person.residence != "home" for person in home.people)
    return found


def _story(homes: list[Home]) -> Home:
    group = [home for home in homes if home.group.number == _STORY_GROUP] or homes
    return group[min(_STORY_NUMBER, len(group)) - 1]


def mark_special(homes: list[Home], random: Random, today: date) -> None:
    """Find out which households belong to special groups."""
    for home in homes:
        home.special = special_groups(home, random, today)


def home_rows(
    homes: list[Home], staff: Staff, random: Random, since: date, today: date, wall_ms: int
) -> Iterator[Row]:
    """Households with their people as records, written by the ledger clerk."""
    author = staff.clerk.id
    for i, home in enumerate(homes):
        at = wall_ms + i * 1000
        yield row("household", home.id, author, at, _household(home, random, since))
        for person in home.people:
            yield row("person", person.id, author, at, _person(home, person, random, today))


def _household(home: Home, random: Random, since: date) -> Fields:
    delivered = (since - timedelta(days=random.randint(40, 400))).isoformat()
    hazard = f"{home.place.short}-地灾-{random.randint(1, 9):02d}"
    return {
        "zone_id": home.place.id,
        "no": home.no,
        "group_id": home.group.id,
        "head_person_id": home.head.id,
        "address": f"{home.place.name}{DIGITS[home.group.number - 1]}组 {home.number} 号"
        if random.random() < 0.8
        else None,
        "phone": home.head.phone,
        "away": int(home.away),
        "housing_safety": random.choices((None, "A", "B", "C", "D"), (30, 48, 19, 2, 1))[0],
        "hazard_point": hazard if random.random() < 0.02 else None,
        "card_delivered_at": delivered if random.random() < 0.97 else None,
        "notice_given_at": delivered if random.random() < 0.97 else None,
    }


def _person(home: Home, person: Resident, random: Random, today: date) -> Fields:
    ward_of = guardian(person, home.people, today)
    return {
        "zone_id": home.place.id,
        "household_id": home.id,
        "name": person.name,
        "sex": person.sex,
        "relation": person.relation,
        "birth_date": person.born.isoformat() if random.random() < 0.8 else None,
        "id_no": person.id_no,
        "phone": person.phone,
        "education": _education(age_on(person.born, today), random),
        "residence": person.residence,
        "guardian_id": ward_of.id if ward_of else None,
    }


def _education(age: int, random: Random) -> str | None:
    if age < CHILD or random.random() < 0.25:
        return None
    if age >= 60:
        return random.choices(("80", "70", "60", "90"), (55, 28, 7, 10))[0]
    return random.choices(("80", "70", "60", "40", "30", "20", "10"), (14, 46, 16, 9, 9, 5, 1))[0]


def special_rows(
    homes: list[Home], staff: Staff, links: Links, ids: Ids, since: date, today: date, wall_ms: int
) -> Iterator[Row]:
    """Special groups as records, written by the secretary of the zone."""
    helpers = links.helpers(today.year)
    until = date(today.year + 1, 6, 30).isoformat()
    for home in homes:
        secretary = staff.in_zone(home.place, "VS").id
        for kind, person in home.special:
            source, evidence = _EVIDENCE[kind]
            scope, goal, channel = _CLEAR[kind]
            fields: Fields = {
                "zone_id": home.place.id,
                "household_id": home.id,
                "person_id": person.id,
                "group_kind": kind,
                "source": source,
                "evidence": evidence,
                "from_on": max(since, person.born).isoformat(),
                "until_on": until,
                "scope": scope,
                "goal": goal,
                "channel": channel,
                "helper_id": helpers.get(home.id, secretary),
                "contact_every": 30 if kind in ("empty_nest", "left_behind") else 90,
            }
            yield row("special_group_member", ids.new(wall_ms), secretary, wall_ms, fields)
