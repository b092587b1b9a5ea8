"""Needs raised at visits, how far they have come by today, and the steps taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from township.demo.matters import NEEDS, PROGRESS, NeedText
from township.demo.people import Home
from township.demo.rows import Fields, Ids, Row, moment, row, wall
from township.demo.staff import Staff
from township.rules.needs import default_due
from township.rules.numbers import number

_STATES = ("new", "classified", "doing", "done", "fed_back", "closed")
# Age in days up to which these weights of the states hold.
_WEIGHTS = (
    (3, (75, 20, 5, 0, 0, 0)),
    (10, (22, 38, 34, 4, 2, 0)),
    (20, (5, 20, 44, 15, 10, 6)),
    (35, (1, 6, 22, 16, 20, 35)),
    (10_000, (0, 0.3, 1.5, 0.7, 2, 95.5)),
)
_CHANCE = 0.032
"""How many visits bring up a need."""


class Counter:
    """Record numbers of one device, counted by year."""

    def __init__(self, device: int) -> None:
        self._device = device
        self._taken: dict[int, int] = {}

    def next(self, year: int) -> str:
        """The next number of a year."""
        self._taken[year] = self._taken.get(year, 0) + 1
        return number(year, self._device, self._taken[year])


class Needs:
    """Makes needs with their steps; nothing in them is later than the day before ``today``."""

    def __init__(
        self, staff: Staff, ids: Ids, random: Random, numbers: Counter, today: date
    ) -> None:
        self._staff = staff
        self._ids = ids
        self._random = random
        self._numbers = numbers
        self._newest = today - timedelta(days=1)

    def raised(self, visit: Row, home: Home, raised_on: date) -> Iterator[Row]:
        """What a visit brings up, mostly nothing.

        A need as it stands today, then its steps on their later dates.
        """
        random = self._random
        if not visit.fields["resident_present"] or random.random() >= _CHANCE:
            return
        text = random.choice(NEEDS)
        age = (self._newest - raised_on).days
        weights = next(weights for limit, weights in _WEIGHTS if age <= limit)
        state = random.choices(_STATES, weights)[0]
        at = visit.wall_ms
        need = self._ids.new(at)
        handling = min(age, random.randint(4, 26))
        fields: Fields = {
            "zone_id": home.place.id,
            "no": self._numbers.next(raised_on.year),
            "household_id": home.id,
            "visit_id": visit.id,
            "raised_on": raised_on.isoformat(),
            "channel": "visit",
            "text": text.text,
            "topic": text.topic,
            "state": state,
        }
        fields |= self._handling(visit.author, home, raised_on, handling, text, state)
        yield row("need", need, visit.author, at, fields)
        if state != "new":
            yield from self._steps(need, visit.author, home, raised_on, handling)

    def _handling(
        self, author: bytes, home: Home, raised_on: date, days: int, text: NeedText, state: str
    ) -> Fields:
        """What stands in a need of this state beyond what the resident asked for."""
        far = _STATES.index(state)
        leader = self._staff.in_zone(home.place, "LL").id
        due = default_due(raised_on, text.need_class if far else None)
        fields: Fields = {"owner_point": author, "owner_line": leader, "due_on": due.isoformat()}
        fields["owner_area"] = self._staff.in_zone(home.place, "VS").id
        if far >= 1:
            second = leader if leader != author else fields["owner_area"]
            fields |= {
                "need_class": text.need_class,
                "class_reason": text.reason,
                "law_ref": text.law_ref,
                "class_by": author,
                "class_confirmed_by": second,
            }
        if far >= 3:
            fields |= {"result": text.result, "measure": text.measure}
        if far >= 4:
            views, weights = ("agree", "no_answer", "disagree"), (84, 10, 6)
            ways = ("visit", "phone", "meeting", "letter")
            told = wall(raised_on + timedelta(days=days), self._random.randint(540, 1050))
            fields |= {
                "feedback_at": moment(told),
                "feedback_way": self._random.choices(ways, (60, 30, 7, 3))[0],
                "feedback_by": author,
                "resident_view": self._random.choices(views, weights)[0],
            }
        return fields

    def _steps(
        self, need: bytes, author: bytes, home: Home, raised_on: date, days: int
    ) -> Iterator[Row]:
        random = self._random
        count = min(days, random.randint(1, 3))
        chosen = random.sample(PROGRESS, count)
        for after, text in zip(
            sorted(random.sample(range(1, days + 1), count)), chosen, strict=True
        ):
            taken_on = raised_on + timedelta(days=after)
            at = wall(taken_on, random.randint(1000, 1070))
            fields: Fields = {
                "zone_id": home.place.id,
                "need_id": need,
                "taken_on": taken_on.isoformat(),
                "text": text,
            }
            yield row("need_progress", self._ids.new(at), author, at, fields)
