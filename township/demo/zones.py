"""The 13 zones. Names and sums: domain §10; the split over zones is invented but adds up.

Together 66 groups, 7,902 households and 19,608 persons, as in the township's own figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from township.demo.rows import Fields, Ids, Row, TestPhones, row


@dataclass(frozen=True)
class ZoneSize:
    """A zone of the real township by name; households and persons at full size."""

    name: str
    groups: int
    households: int
    persons: int


ZONES = (
    ZoneSize("新滩社区", 4, 905, 2247),
    ZoneSize("链子岩村", 5, 610, 1515),
    ZoneSize("屈原村", 6, 660, 1639),
    ZoneSize("九岭头村", 5, 560, 1391),
    ZoneSize("漆树坪村", 5, 545, 1353),
    ZoneSize("凤凰溪村", 5, 520, 1291),
    ZoneSize("长江村", 5, 640, 1589),
    ZoneSize("仙女坪村", 5, 430, 1068),
    ZoneSize("西陵峡村", 6, 780, 1937),
    ZoneSize("龙马溪村", 6, 720, 1788),
    ZoneSize("北峰村", 4, 500, 1242),
    ZoneSize("铺坪村", 5, 670, 1662),
    ZoneSize("天龙村", 5, 362, 886),
)
HOUSEHOLDS = 7_902
PERSONS = 19_608
DIGITS = "一二三四五六"
_TOWNSHIP_CODE = "420527103"


@dataclass(eq=False)
class Group:
    """A group of a zone."""

    id: bytes
    number: int


@dataclass(eq=False)
class Place:
    """A zone of the demo: its size after scaling, its groups."""

    id: bytes
    name: str
    position: int
    households: int
    persons: int
    groups: list[Group] = field(default_factory=list)

    @property
    def short(self) -> str:
        """The name as in household numbers."""
        return self.name.removesuffix("村").removesuffix("社区")


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights without loss, each at least 1 (largest remainder)."""
    whole = sum(weights)
    parts = [max(1, total * weight // whole) for weight in weights]
    order = sorted(range(len(parts)), key=lambda i: -(total * weights[i] % whole))
    left = total - sum(parts)
    for i in range(left):
        parts[order[i % len(parts)]] += 1
    while (over := sum(parts) - total) > 0:
        parts[max(range(len(parts)), key=parts.__getitem__)] -= min(over, 1)
    return parts


def places(ids: Ids, households: int, wall_ms: int) -> list[Place]:
    """The zones with their groups, scaled to so many households. Needs at least one a zone."""
    if households < len(ZONES):
        raise ValueError(f"a township has at least {len(ZONES)} households")
    homes = shares(households, [zone.households for zone in ZONES])
    persons = round(PERSONS * households / HOUSEHOLDS)
    people = shares(max(persons, households), [zone.persons for zone in ZONES])
    found = []
    for i, zone in enumerate(ZONES):
        place = Place(ids.new(wall_ms), zone.name, i + 1, homes[i], max(people[i], homes[i]))
        place.groups = [Group(ids.new(wall_ms), n + 1) for n in range(zone.groups)]
        found.append(place)
    return found


def zone_rows(found: list[Place], phones: TestPhones, author: bytes, wall_ms: int) -> Iterator[Row]:
    """The zones and their groups as records."""
    for place in found:
        community = place.name.endswith("社区")
        fields: Fields = {
            "code": f"{_TOWNSHIP_CODE}{(0 if community else 200) + place.position:03d}",
            "name": place.name,
            "zone_kind": "community" if community else "village",
            "hotline": phones.next(),
            "box_place": f"{place.name}党群服务中心门口",
            "position": place.position,
        }
        yield row("zone", place.id, author, wall_ms, fields)
        for group in place.groups:
            named: Fields = {
                "zone_id": place.id,
                "number": group.number,
                "name": f"{DIGITS[group.number - 1]}组",
            }
            yield row("village_group", group.id, author, wall_ms, named)
