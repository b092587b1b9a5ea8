"""The last months' field days, asked about by linked leaders and signed on the 5th."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from township.assessment_codes import EXPLANATION
from township.demo.links import Links
from township.demo.rows import Fields, Ids, Row, moment, row, wall
from township.demo.staff import VILLAGE, Official, Staff
from township.demo.zones import Place
from township.rules import assessment as rules
from township.rules import days as day_rules
from township.rules.days import DayLog
from township.rules.settings import PRESET
from township.values import CHINA

_MONTHS = 3
"""So many signed months there are; older ones were before the program signed any."""
_ASKED, _SIGNED = 10 * 60, 17 * 60
_RESULTS = ("confirmed", "unreachable", "not_confirmed")
_WEIGHTS = (82, 15, 3)
_REASONS = (
    ("leave", "请事假三天，已向村里报告。"),
    ("training", "参加县里网格业务培训三天。"),
    ("seconded", "抽调到镇里参加汛期值守。"),
    ("emergency", "公路塌方处置，连续在现场。"),
)
_ROLES = {
    "VC": rules.VILLAGE,
    "VS": rules.SECRETARY,
    **dict.fromkeys(("TC", "PO", "JO"), rules.TOWNSHIP),
}


@dataclass
class _Day:
    """One cadre's date: the log and the visits at home, own and joint, as (household, entered)."""

    log: Row | None = None
    homes: list[tuple[bytes, date]] = field(default_factory=list)


class Assessments:
    """Signs months; ``note`` tells it of every log, visit and need as it is entered."""

    def __init__(
        self, staff: Staff, links: Links, ids: Ids, random: Random, first: date, today: date
    ) -> None:
        self._staff, self._links, self._ids, self._random = staff, links, ids, random
        self._first = first
        newest = today - timedelta(days=1)
        self._from = (newest.replace(day=1) - timedelta(days=31 * _MONTHS)).replace(day=1)
        self._last = newest
        self._days: dict[bytes, dict[date, _Day]] = defaultdict(lambda: defaultdict(_Day))
        self._logs: dict[bytes, _Day] = {}
        self._needs: dict[bytes, list[Row]] = defaultdict(list)

    def note(self, one: Row) -> None:
        """A log, visit or need that was entered."""
        entered = datetime.fromtimestamp(one.wall_ms / 1000, CHINA).date()
        if one.kind == "work_log":
            day = self._days[one.author][_date(one, "worked_on")]
            day.log = one
            self._logs[one.id] = day
        elif one.kind == "visit" and one.fields["way"] == "in_home":
            home = (_bytes(one, "household_id"), entered)
            self._logs[_bytes(one, "work_log_id")].homes.append(home)
            for other in str(one.fields.get("companions") or "").split():
                cadre = bytes.fromhex(other)
                if cadre != one.author:
                    self._days[cadre][_date(one, "visited_on")].homes.append(home)
        elif one.kind == "need":
            self._needs[one.author].append(one)

    def on(self, day: date, places: list[Place]) -> list[Row]:
        """What is written on a day: on the 5th the month before is asked about and signed."""
        if day.day != PRESET.assessment_close_day or day < self._from:
            return []
        last = day.replace(day=1) - timedelta(days=1)
        if last.replace(day=1) < self._first:
            return []
        made: list[Row] = []
        office = self._staff.office(rules.ASSESSOR[rules.TOWNSHIP])
        township: list[Official] = []
        for place in places:
            people = [one for one in self._staff.of(place) if one.role in _ROLES]
            for part in (rules.VILLAGE, rules.SECRETARY):
                those = [one for one in people if _ROLES[one.role] == part]
                signer = self._staff.in_zone(place, rules.ASSESSOR[part])
                made += self._sheet(part, place, those, signer, last)
            township += [one for one in people if _ROLES[one.role] == rules.TOWNSHIP]
        return [*made, *self._sheet(rules.TOWNSHIP, None, township, office, last)]

    def _sheet(
        self, part: str, place: Place | None, people: list[Official], signer: Official, last: date
    ) -> Iterator[Row]:
        if not people:
            return
        close = last + timedelta(days=PRESET.assessment_close_day)
        at = wall(close, _SIGNED)
        lines = []
        for one in people:
            spots = list(self._spots(one, last, close))
            yield from spots
            line = self._line(one, last)
            for spot in spots:
                line[str(spot.fields["result"])] = int(line[str(spot.fields["result"])] or 0) + 1
            note = self._note(one, line, signer, last, close)
            if note is not None:
                yield note
                label = EXPLANATION.label(str(note.fields["reason"]))
                line["explained"] = "：".join((label, str(note.fields["text"])))
            lines.append(line)
        sheet = self._ids.new(at)
        fields: Fields = {
            "zone_id": place.id if place else None,
            "part": part,
            "year": last.year,
            "month": last.month,
            "revision": 1,
            "signed_by": signer.id,
            "signed_at": moment(at),
        }
        yield row("assessment_sheet", sheet, signer.id, at, fields)
        for line in lines:
            made = {"sheet_id": sheet, **line}
            yield row("assessment_line", self._ids.new(at), signer.id, at, made)

    def _month(self, one: Official, last: date) -> dict[date, _Day]:
        first = last.replace(day=1)
        return {
            on: day
            for on, day in self._days[one.id].items()
            if first <= on <= last and day.log is not None
        }

    def _line(self, one: Official, last: date) -> Fields:
        assert one.place is not None
        village = one.role in VILLAGE
        days = self._month(one, last)
        results = [day_rules.judge(_rule_log(day), village) for day in days.values()]
        first = last.replace(day=1)
        seen = {
            home
            for on, day in self._days[one.id].items()
            if on.year == last.year and on <= last
            for home, _ in day.homes
        }
        linked = {home.id for home in self._links.of(last.year, one)}
        needs = self._needs[one.id]
        told = [_told(need) for need in needs]
        return {
            "zone_id": one.place.id,
            "cadre_id": one.id,
            "name": one.name,
            "post": one.post,
            "target": day_rules.target_halves(village),
            "counted": day_rules.total_halves(results),
            "late": sum(result.late for result in results),
            "households": len({home for day in days.values() for home, _ in day.homes}),
            "linked": len(linked & seen),
            "links": PRESET.village_links if village else PRESET.township_links,
            "needs": sum(first <= _date(need, "raised_on") <= last for need in needs),
            "fed_back": sum(on is not None and first <= on <= last for on in told),
            **dict.fromkeys(_RESULTS, 0),
        }

    def _spots(self, one: Official, last: date, close: date) -> Iterator[Row]:
        """The drawn logs; of the newest month some are still to be asked about."""
        assert one.place is not None
        able: Mapping[bytes, date] = {
            day.log.id: on
            for on, day in self._month(one, last).items()
            if day.log and day.log.fields["state"] in ("submitted", "counted") and day.homes
        }
        leader = self._staff.in_zone(one.place, "LL")
        newest = (self._last - close).days < 28
        for log in rules.draw(one.id, last.year, last.month, able):
            if newest and self._random.random() < 0.3:
                continue
            at = wall(close, _ASKED)
            fields: Fields = {
                "zone_id": one.place.id,
                "cadre_id": one.id,
                "work_log_id": log,
                "year": last.year,
                "month": last.month,
                "result": self._random.choices(_RESULTS, _WEIGHTS)[0],
                "asked_on": close.isoformat(),
            }
            yield row("spot_check", self._ids.new(at), leader.id, at, fields)

    def _note(
        self, one: Official, line: Fields, signer: Official, last: date, close: date
    ) -> Row | None:
        lacking = int(line["target"] or 0) - int(line["counted"] or 0)
        if lacking <= 0 or self._random.random() < 0.4:
            return None
        reason, text = self._random.choice(_REASONS)
        at = wall(close, _SIGNED)
        fields: Fields = {
            "zone_id": line["zone_id"],
            "cadre_id": one.id,
            "year": last.year,
            "month": last.month,
            "reason": reason,
            "text": text,
        }
        return row("assessment_note", self._ids.new(at), signer.id, at, fields)


def _rule_log(day: _Day) -> DayLog:
    assert day.log is not None
    entered = [datetime.fromtimestamp(day.log.wall_ms / 1000, CHINA).date()]
    if day.homes:
        entered.append(min(on for _, on in day.homes))
    return DayLog(
        worked_on=_date(day.log, "worked_on"),
        sessions=tuple(str(day.log.fields["sessions"]).split()),
        work_kind=str(day.log.fields["work_kind"]),
        state=str(day.log.fields["state"]),
        home_visits=len(day.homes),
        entered_on=max(entered),
    )


def _told(need: Row) -> date | None:
    """The day in China on which a need was fed back."""
    at = need.fields.get("feedback_at")
    return datetime.fromisoformat(str(at)).astimezone(CHINA).date() if at else None


def _date(one: Row, name: str) -> date:
    return date.fromisoformat(str(one.fields[name]))


def _bytes(one: Row, name: str) -> bytes:
    value = one.fields[name]
    assert isinstance(value, bytes)
    return value
