"""The demo township: the same records from the same seed, in the order in which they arose.

Everything is invented. Identity numbers carry a county code that does not exist, mobiles begin
with 12, names are drawn by chance: nobody in it is a real person.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random

from township.demo import homes as home_parts
from township.demo import links as link_parts
from township.demo import staff as staff_parts
from township.demo import zones as zone_parts
from township.demo.assessments import Assessments
from township.demo.boxes import Boxes
from township.demo.evaluations import Evaluations
from township.demo.links import Links
from township.demo.meetings import Meetings
from township.demo.names import Names
from township.demo.needs import Counter, Needs
from township.demo.people import Families, Home
from township.demo.plan import field_days
from township.demo.rows import Ids, Row, TestPhones, wall
from township.demo.situations import Situations
from township.demo.staff import Staff
from township.demo.work import FieldWork
from township.demo.zones import HOUSEHOLDS, Place

_MORNING, _EVENING = 9 * 60, 18 * 60
_SERVED = timedelta(days=420)
"""The staff served so long before the records begin: cards were handed out meanwhile."""


def generate(
    seed: int = 1,
    households: int = HOUSEHOLDS,
    years: int = 3,
    today: date | None = None,
    *,
    device: int = 1,
) -> Iterator[Row]:
    """All records of a township of so many households with years of work before ``today``.

    A record comes after those it refers to, except that a household names its head, who comes
    right after it. Nothing is later than the evening before ``today``. ``device`` is in the
    numbers of needs and situations. Raises ValueError below 13 households.
    """
    return _Township(seed, households, years, today or date.today(), device).rows()


class _Township:
    def __init__(self, seed: int, households: int, years: int, today: date, device: int) -> None:
        self._seed = seed
        self._households = households
        self._today = today
        self._device = device
        self._first = date(today.year - years, today.month, 1)
        self._ids = Ids(seed)
        self._phones = TestPhones()

    def _random(self, part: str) -> Random:
        """Chance of its own for each part, so that a change in one leaves the others alone."""
        return Random(f"{self._seed}:{part}")

    def rows(self) -> Iterator[Row]:
        start = wall(self._first - timedelta(days=30), _MORNING)
        names = Names(self._random("names"))
        places = zone_parts.places(self._ids, self._households, start)
        staff = staff_parts.staff(
            self._ids, self._random("staff"), names, places, self._households, start
        )
        office = staff.office("PGO").id
        since = self._first - timedelta(days=30)
        zones = list(zone_parts.zone_rows(places, self._phones, office, start))
        yield from zones
        served_since = since - _SERVED
        people = list(
            staff_parts.staff_rows(staff, places, self._ids, self._phones, served_since, start)
        )
        yield from people
        yield from self._boxes(staff).cards(places, people, zones, served_since, start)
        homes = self._homes(places, names)
        links = link_parts.draw(
            self._random("links"),
            staff,
            homes,
            list(range(self._first.year, self._today.year + 1)),
        )
        yield from self._register(staff, homes, links)
        yield from self._days(staff, homes, links, places)

    def _boxes(self, staff: Staff) -> Boxes:
        return Boxes(staff, self._ids, self._random("boxes"), self._first, self._today)

    def _homes(self, places: list[Place], names: Names) -> dict[bytes, list[Home]]:
        random = self._random("homes")
        families = Families(random, names, self._phones, self._today)
        found = {}
        for place in places:
            at = self._registered(place)
            made = home_parts.make(place, self._ids, random, families, at)
            home_parts.mark_special(made, random, self._today)
            found[place.id] = made
        return found

    def _registered(self, place: Place) -> int:
        """When the households of a zone were entered: one zone a day."""
        return wall(self._first - timedelta(days=29 - place.position), _MORNING)

    def _register(
        self, staff: Staff, homes: dict[bytes, list[Home]], links: Links
    ) -> Iterator[Row]:
        random = self._random("register")
        since = self._first - timedelta(days=30)
        for living in homes.values():
            at = self._registered(living[0].place)
            yield from home_parts.home_rows(living, staff, random, since, self._today, at)
        at = wall(self._first - timedelta(days=10), _MORNING)
        for living in homes.values():
            yield from home_parts.special_rows(
                living, staff, links, self._ids, since, self._today, at
            )

    def _days(
        self, staff: Staff, homes: dict[bytes, list[Home]], links: Links, places: list[Place]
    ) -> Iterator[Row]:
        work = FieldWork(staff, homes, links, self._ids, self._random("work"), self._today)
        situations = Situations(
            staff, self._ids, self._random("situations"), Counter(self._device), self._today
        )
        needs = Needs(staff, self._ids, self._random("needs"), Counter(self._device), self._today)
        meetings = Meetings(staff, self._ids, self._random("meetings"), self._today)
        assessed = Assessments(
            staff, links, self._ids, self._random("assessments"), self._first, self._today
        )
        plan = self._random("plan")
        later = _Later()
        rounds = Evaluations(staff, self._ids, Counter(self._device), self._first, self._today)
        later.put(rounds.rows(places))
        later.put(self._boxes(staff).openings(places, homes))
        for day, entered in field_days(staff, plan, self._first, self._today, self._households):
            if day == self._first or (day.month, day.day) == (1, 1):
                yield from self._links_of(day, staff, links, places)
            for place in places:
                reports = list(situations.of_day(place, day, self._households))
                later.put(reports)
                later.put(meetings.of_village(place, day))
                for report in reports:
                    if report.kind == "situation":
                        meetings.note(report)
            later.put(meetings.of_township(places, day))
            later.put(assessed.on(day, places))
            yield from later.until(wall(day, _EVENING))
            for field_day in entered:
                for row, home in work.rows(field_day):
                    yield row
                    assessed.note(row)
                    if home is not None:
                        raised = needs.raised(row, home, field_day.on)
                        for need in islice(raised, 1):
                            yield need
                            assessed.note(need)
                            meetings.note(need)
                        later.put(raised)
        yield from later.until(wall(self._today, 0))

    def _links_of(
        self, day: date, staff: Staff, links: Links, places: list[Place]
    ) -> Iterator[Row]:
        since = self._first - timedelta(days=30) if day == self._first else day
        for place in places:
            yield from link_parts.link_rows(
                links, day.year, place, staff, self._ids, since, wall(day, _MORNING)
            )


class _Later:
    """Rows that wait for their moment."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, bytes, Row]] = []

    def put(self, rows: Iterable[Row]) -> None:
        for row in rows:
            heapq.heappush(self._rows, (row.wall_ms, row.id, row))

    def until(self, end: int) -> Iterator[Row]:
        """The waiting rows before this moment, in their order."""
        while self._rows and self._rows[0][0] < end:
            yield heapq.heappop(self._rows)[2]
