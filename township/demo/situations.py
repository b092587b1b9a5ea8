"""Situation reports of four kinds with their timelines; 孕情 is never made up or stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from township.demo.matters import PLACES, SITUATIONS
from township.demo.needs import Counter
from township.demo.rows import Fields, Ids, Row, moment, row, wall
from township.demo.staff import Official, Staff
from township.demo.zones import DIGITS, HOUSEHOLDS, Place

_A_DAY = 0.055
"""Reports of a zone on a day at full size: about twenty a year."""
_KINDS = ("livelihood", "opinion", "police", "disaster")
_WEIGHTS = (42, 18, 18, 22)
_WET_WEIGHTS = (26, 12, 12, 50)
_WET_MONTHS = (6, 7, 8)
_LEADERS = {"livelihood": "LL", "police": "PO"}
_OFFICES = {"opinion": "PGO", "disaster": "SAF"}
_ORGAN = "屈原派出所"
_SHELTERS = ("村委会", "村小学", "亲戚家")
_OUTSIDE = {"hazard": "县自然资源局", "natural": "县应急管理局"}
_MINUTE, _HOUR = 60_000, 3_600_000
_CHINA = 8 * _HOUR
_KEPT = 30 * 24 * _HOUR
_OPEN, _SHUT = 8 * 60 + 30, 20 * 60
# Level → shortest and longest time until received, then from there until responded.
_SPANS = {
    "emergency": ((2 * _MINUTE, 13 * _MINUTE), (3 * _MINUTE, 15 * _MINUTE)),
    "abnormal": ((10 * _MINUTE, 3 * _HOUR), (2 * _HOUR, 18 * _HOUR)),
    "normal": ((2 * _HOUR, 30 * _HOUR), (24 * _HOUR, 200 * _HOUR)),
}


class Situations:
    """Makes reports; steps that would lie after yesterday have not happened yet."""

    def __init__(
        self, staff: Staff, ids: Ids, random: Random, numbers: Counter, today: date
    ) -> None:
        self._staff = staff
        self._ids = ids
        self._random = random
        self._numbers = numbers
        self._end = wall(today - timedelta(days=1), 23 * 60 + 59)

    def of_day(self, place: Place, day: date, households: int) -> Iterator[Row]:
        """The reports of a zone on a day, with those moved out: none on most days."""
        share = max(0.3, min(1.0, households / HOUSEHOLDS))
        if self._random.random() < _A_DAY * share:
            report = self._report(place, day)
            yield report
            yield from self._moved_out(report)

    def _report(self, place: Place, day: date) -> Row:
        random = self._random
        weights = _WET_WEIGHTS if day.month in _WET_MONTHS else _WEIGHTS
        kind = random.choices(_KINDS, weights)[0]
        level, summary, first_action, response = random.choice(SITUATIONS[kind])
        reporter = self._reporter(place)
        at = wall(day, random.randint(7 * 60, 18 * 60 - 10))
        group = random.choice(place.groups)
        leader = self._leader(place, kind).id
        fields: Fields = {
            "zone_id": place.id,
            "no": self._numbers.next(day.year),
            "situation_kind": kind,
            "level": level,
            "happened_at": moment(at - random.randint(20, 300) * _MINUTE),
            "found_at": moment(at - random.randint(2, 18) * _MINUTE),
            "group_id": group.id,
            "place": f"{DIGITS[group.number - 1]}组{random.choice(PLACES)}",
            "summary": summary,
            "first_action": first_action,
            "report_to": leader,
            "reported_at": moment(at),
            "reported_by": reporter.id,
        }
        if kind == "police":  # the service side only (domain §4.4)
            told = {"summary": f"已由{_ORGAN}接手处理", "organ": _ORGAN, "served": "报警的群众"}
            fields |= {**told, "first_action": None}
        fields |= self._affected(kind, level)
        fields |= self._outside(kind, level, at)
        fields |= self._timeline(at, level, leader, response, reporter.id)
        return row("situation", self._ids.new(at), reporter.id, at, fields)

    def _reporter(self, place: Place) -> Official:
        village = [one for one in self._staff.of(place) if one.role in ("VC", "VS")]
        return self._random.choice(village)

    def _leader(self, place: Place, kind: str) -> Official:
        """Who hears of it. Source: domain §5.2."""
        role = _LEADERS.get(kind)
        if role:
            return self._staff.in_zone(place, role)
        return self._staff.office(_OFFICES[kind])

    def _affected(self, kind: str, level: str) -> Fields:
        if kind != "disaster" or level == "normal":
            return {}
        homes = self._random.randint(1, 6)
        people = homes * 2 + self._random.randint(0, homes)
        counts: Fields = {"households_affected": homes, "persons_affected": people}
        counts["persons_injured"] = 0
        if level == "emergency":
            counts["to_evacuate"] = people
        return counts

    def _outside(self, kind: str, level: str, at: int) -> Fields:
        """What the law wants reported, and that it was, within the hour (domain §5.2)."""
        if kind != "disaster" or level == "normal":
            return {}
        duty = "hazard" if level == "emergency" else "natural"
        called = at + self._random.randint(1, 40) * _MINUTE
        return {
            "report_duty": duty,
            "external_organ": _OUTSIDE[duty],
            "external_at": moment(called),
            "external_person": "值班员",
        }

    def _moved_out(self, report: Row) -> Iterator[Row]:
        """The list of an emergency, as long as it may be kept: 30 days after its end."""
        fields, people = report.fields, report.fields.get("to_evacuate")
        closed = fields.get("closed_at")
        kept = closed is None or str(closed) > moment(self._end - _KEPT)
        if not isinstance(people, int) or not kept:
            return
        at = report.wall_ms + 20 * _MINUTE
        if at > self._end:
            return
        line: Fields = {
            "zone_id": fields["zone_id"],
            "situation_id": report.id,
            "names": "险情点下方各户",
            "persons": people,
            "to_place": self._random.choice(_SHELTERS),
            "moved_at": moment(at),
        }
        yield row("evacuee", self._ids.new(at), report.author, at, line)

    def _timeline(
        self, at: int, level: str, leader: bytes, response: str, reporter: bytes
    ) -> Fields:
        random = self._random
        to_receive, to_respond = _SPANS[level]
        by_day = _by_day if level == "normal" else int
        received = by_day(at + random.randint(*to_receive))
        responded = by_day(received + random.randint(*to_respond))
        fed_back = _by_day(responded + random.randint(2, 48) * _HOUR)
        closed = _by_day(fed_back + random.randint(1, 96) * _HOUR)
        fields: Fields = {}
        if received <= self._end:
            fields |= {"received_at": moment(received), "received_by": leader}
        if responded <= self._end:
            fields |= {"responded_at": moment(responded), "responded_by": leader}
            fields["response"] = response
        if fed_back <= self._end:
            fields |= {"fed_back_at": moment(fed_back), "fed_back_by": reporter}
            fields |= {"told": "reporter residents", "feedback": response}
        if closed <= self._end:
            fields["closed_at"] = moment(closed)
        return fields


def _by_day(at: int) -> int:
    """The same time, or the next morning when people are asleep."""
    minute = (at + _CHINA) // _MINUTE % (24 * 60)
    if minute < _OPEN:
        return at + (_OPEN - minute) * _MINUTE
    return at + (24 * 60 + _OPEN - minute) * _MINUTE if minute > _SHUT else at
