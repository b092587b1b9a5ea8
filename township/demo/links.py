"""Which cadre is linked with which households in a year: special groups first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from random import Random

from township.demo.people import Home
from township.demo.rows import Ids, Row, row
from township.demo.staff import LINKERS, VILLAGE, Official, Staff, hero_of
from township.demo.zones import Place

HEAD_OF_STORY = "王大明"
VILLAGE_QUOTA, TOWNSHIP_QUOTA = 15, 10
_MOST_PER_HOME = 2
"""More links of one household in a year would be a 多头联系. Source: domain §4.2."""


@dataclass
class Links:
    """Year → cadre id → the cadre's households of that year."""

    by_year: dict[int, dict[bytes, list[Home]]] = field(default_factory=dict)

    def of(self, year: int, cadre: Official) -> list[Home]:
        """A cadre's linked households of a year."""
        return self.by_year.get(year, {}).get(cadre.id, [])

    def helpers(self, year: int) -> dict[bytes, bytes]:
        """A cadre linked with each household of a year."""
        named = self.by_year.get(year, {})
        return {home.id: cadre for cadre, homes in named.items() for home in homes}


def draw(
    random: Random, everybody: Staff, homes: dict[bytes, list[Home]], years: list[int]
) -> Links:
    """Link cadres and households for these years. ``homes`` are by zone."""
    found = Links()
    hero = hero_of(everybody)
    for year in years:
        of_year: dict[bytes, list[Home]] = {}
        for place_homes in homes.values():
            order = sorted(place_homes, key=lambda home: (not home.special, random.random()))
            cadres = [o for o in everybody.of(order[0].place) if o.role in LINKERS]
            of_year |= _deal(order, cadres, hero)
        found.by_year[year] = of_year
    return found


def _deal(order: list[Home], cadres: list[Official], hero: Official) -> dict[bytes, list[Home]]:
    """Deal households out in their order; from the first again when there are few.

    王大明's household is linked with 向美华 and with her only.
    """
    story = [home for home in order if hero in cadres and home.head.name == HEAD_OF_STORY]
    others = [home for home in order if home not in story]
    room = max(1, _MOST_PER_HOME * len(others) // len(cadres))
    at = 0
    dealt: dict[bytes, list[Home]] = {}
    for cadre in cadres:
        own = story if cadre is hero else []
        quota = VILLAGE_QUOTA if cadre.role in VILLAGE else TOWNSHIP_QUOTA
        count = min(quota - len(own), room, len(others))
        dealt[cadre.id] = own + [others[(at + i) % len(others)] for i in range(count)]
        at += count
    return dealt


def link_rows(
    links: Links, year: int, place: Place, staff: Staff, ids: Ids, since: date, wall_ms: int
) -> Iterator[Row]:
    """The links of a zone and year as records, written by the 党政办."""
    author = staff.office("PGO").id
    for cadre in staff.of(place):
        for home in links.of(year, cadre):
            yield row(
                "household_link",
                ids.new(wall_ms),
                author,
                wall_ms,
                {
                    "zone_id": place.id,
                    "cadre_id": cadre.id,
                    "household_id": home.id,
                    "year": year,
                    "from_on": max(since, date(year, 1, 1)).isoformat(),
                    "to_on": date(year, 12, 31).isoformat(),
                },
            )
