"""Cadres of zones and offices, and who serves in which zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from township.demo.names import Names
from township.demo.rows import Ids, Row, TestPhones, refs, row
from township.demo.zones import HOUSEHOLDS, Place
from township.values import Value

HERO_ZONE = "龙马溪村"
CADRE_LOGIN, CADRE_NAME = "xiangmeihua", "向美华"
CLERK_LOGIN, CLERK_NAME = "zhoumin", "周敏"

# Role → (post, how many in a zone at full size). One of the village cadres is the secretary.
_ZONE_POSTS = {
    "VS": ("村党总支书记、村主任", 1),
    "VC": ("村委会委员", 5),
    "LL": ("联村领导", 1),
    "TC": ("镇机关干部", 3),
    "PO": ("派出所民警", 1),
    "JO": ("司法所干部", 1),
}
_OFFICES = (
    ("PGO", "党政办主任、宣传委员"),
    ("PGO", "党政办干事"),
    ("PET", "综治信访办主任"),
    ("SAF", "镇安办主任"),
    ("CLK", "台账管理员"),
    ("CLK", "台账管理员"),
    ("TOP", "镇党委书记"),
    ("TOP", "镇长"),
    ("DIS", "纪检监督员"),
)
_DUTIES = {"党政办主任、宣传委员": "opinion", "镇安办主任": "disaster"}
"""Posts that answer for a kind of the five conditions."""
VILLAGE = ("VC", "VS")
LINKERS = ("VC", "VS", "TC", "LL")
"""Roles that have linked households: villages' cadres 15 a year, the township's 10."""


@dataclass(eq=False)
class Official:
    """A cadre of the demo; ``place`` is None in the township's offices."""

    id: bytes
    login: str
    name: str
    post: str
    role: str
    place: Place | None


@dataclass
class Staff:
    """All cadres of the township."""

    officials: list[Official]

    def of(self, place: Place) -> list[Official]:
        """Those who serve in a zone."""
        return [one for one in self.officials if one.place is place]

    def in_zone(self, place: Place, role: str) -> Official:
        """The first in a zone with this role."""
        return next(one for one in self.officials if one.place is place and one.role == role)

    def office(self, role: str) -> Official:
        """The first in the township's offices with this role."""
        return next(one for one in self.officials if one.place is None and one.role == role)

    @property
    def clerk(self) -> Official:
        """周敏, who keeps the ledgers."""
        return self.office("CLK")


def head_count(role: str, households: int) -> int:
    """How many of a role a zone has: a small township has fewer, but each role is there."""
    full = _ZONE_POSTS[role][1]
    if role == "VC":
        return max(1, min(full, -(-full * households // (HOUSEHOLDS // 2))))
    return max(2, min(full, households // 1000)) if role == "TC" else full


def staff(
    ids: Ids, random: Random, names: Names, places: list[Place], households: int, wall_ms: int
) -> Staff:
    """The township's cadres, about 170 at full size."""
    found: list[Official] = []

    def add(role: str, post: str, place: Place | None) -> Official:
        sex = "2" if random.random() < 0.35 else "1"
        name = names.full(names.surname(), sex, random.randint(1966, 1996))
        login = f"{role.lower()}{len(found) + 1:03d}"
        found.append(Official(ids.new(wall_ms), login, name, post, role, place))
        return found[-1]

    for role, post in _OFFICES:
        add(role, post, None)
    for place in places:
        for role, (post, _) in _ZONE_POSTS.items():
            for _ in range(head_count(role, households)):
                add(role, post, place)
    everybody = Staff(found)
    everybody.clerk.login, everybody.clerk.name = CLERK_LOGIN, CLERK_NAME
    hero = hero_of(everybody)
    hero.login, hero.name, hero.post = CADRE_LOGIN, CADRE_NAME, "村妇联主席、村委会委员"
    return everybody


def hero_of(everybody: Staff) -> Official:
    """向美华, a village cadre of 龙马溪村."""
    return next(
        one
        for one in everybody.officials
        if one.place is not None and one.place.name == HERO_ZONE and one.role == "VC"
    )


def staff_rows(
    everybody: Staff, places: list[Place], ids: Ids, phones: TestPhones, since: date, wall_ms: int
) -> Iterator[Row]:
    """The cadres and their service in zones as records, written by the 党政办."""
    author = everybody.office("PGO").id
    all_zones = [place.id for place in places]
    for one in everybody.officials:
        fields: dict[str, Value] = {
            "login": one.login,
            "name": one.name,
            "post": one.post,
            "roles": "VC VS" if one.role == "VS" else one.role,
            "zones": refs([one.place.id] if one.place else all_zones),
            "work_phone": phones.next(),
            "status": "active",
            "duty_kinds": _DUTIES.get(one.post),
        }
        yield row("cadre", one.id, author, wall_ms, fields)
    for one in everybody.officials:
        if one.place is None:
            continue
        service: dict[str, Value] = {
            "zone_id": one.place.id,
            "cadre_id": one.id,
            "role": one.role,
            "from_on": since.isoformat(),
        }
        yield row("zone_staff", ids.new(wall_ms), author, wall_ms, service)
