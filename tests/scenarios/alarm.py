"""天龙村 and those who answer for its 五情, beside the people of ``town``."""

from __future__ import annotations

from datetime import date

from sync.server.folder import OpenServer
from tests.scenarios.town import IDS, Clock, enter
from township.changes import Op
from township.records import new_id

VILLAGE = IDS["天龙村"]
GROUP, HOME = new_id(), new_id()
_PEOPLE = {
    "tan": ("谭小兰", "VC", "村委会委员", "12000000001", "VC", None),
    "linked": ("冯联村", "LL", "联村领导", "12000000002", "LL", None),
    "police": ("郑警官", "PO", "派出所民警", "12000000003", "PO", None),
    "safety": ("周安全", "SAF", "镇安办主任", "12000000004", None, None),
    "publicity": ("田宣传", "TC", "宣传委员", "12000000005", "TC", "opinion"),
}
WHO = {login: new_id() for login in _PEOPLE}


def answerable(server: OpenServer, clock: Clock) -> None:
    """A group, a household, a cadre of the village, and those who hear of its situations."""
    place = "township/i"
    since = date(2026, 1, 1).isoformat()
    ops = [
        Op("village_group", GROUP, "insert", place,
           {"zone_id": VILLAGE, "number": 3, "name": "三组"}),
        Op("household", HOME, "insert", f"{VILLAGE.hex()}/i",
           {"zone_id": VILLAGE, "group_id": GROUP, "no": "天龙-3-006"}),
    ]  # fmt: skip
    everywhere = " ".join(sorted(one.hex() for one in IDS.values()))
    for login, (name, roles, post, phone, role, duty) in _PEOPLE.items():
        cadre = {"login": login, "name": name, "roles": roles, "post": post, "status": "active"}
        zones = VILLAGE.hex() if role else everywhere
        cadre |= {"work_phone": phone, "zones": zones} | ({"duty_kinds": duty} if duty else {})
        ops.append(Op("cadre", WHO[login], "insert", place, cadre))
        if role:
            staff = {"zone_id": VILLAGE, "cadre_id": WHO[login], "role": role, "from_on": since}
            ops.append(Op("zone_staff", new_id(), "insert", place, staff))
    enter(server, clock, *ops)
