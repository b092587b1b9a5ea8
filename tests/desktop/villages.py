"""Two villages with eight households and the work of one cadre, for the page of households."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from tests.today import china_today
from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    Record,
    SpecialGroupMember,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.storage import search, tables
from township.storage.database import Database

ME, LOG, NEED = (new_id() for _ in range(3))
ZONES = {new_id(): "龙马溪村", new_id(): "屈原庙村"}
NAMES = ("王大明", "向小红", "陈国强", "杜桂英", "谭永福", "郑家秀", "韩春梅", "周德兵")
HOMES = [new_id() for _ in NAMES]
TALK = "老人身体硬朗，儿子在宜昌务工，冬季取暖用煤，提醒注意通风；橙子已联系合作社上门收购。"
REACHABLE = frozenset({"households", "needs", "worklog"})


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


def make(folder: Path) -> Database:
    """A laptop's database with them, ready for search."""
    database = Database.create(folder / "laptop.db", bytes(range(32)))
    with database.writing() as connection:
        fill(connection)
        homes = [{"household_id": one} for one in HOMES]
        connection.execute(insert(tables.search_dirty), homes)
    search.catch_up(database)
    return database


def fill(connection: Connection) -> None:
    today = china_today()
    who = {"name": "李秀英", "login": "lxy", "status": "active", "roles": ("VC",)}
    add(connection, Cadre, id=ME, zones=tuple(ZONES), **who)
    for position, (zone, name) in enumerate(ZONES.items(), 1):
        add(connection, Zone, id=zone, name=name, code=f"42052710321{position}", position=position)
    first, second = ZONES
    groups = {(zone, number): new_id() for zone in ZONES for number in (1, 2)}
    for (zone, number), group in groups.items():
        add(connection, Group, id=group, zone_id=zone, number=number, name=f"{number}组")
    add(connection, WorkLog, id=LOG, zone_id=first, cadre_id=ME, worked_on=today)
    for number, (home, name) in enumerate(zip(HOMES, NAMES, strict=True)):
        zone = first if number < 5 else second
        head = new_id()
        group = groups[zone, 1 + number % 2]
        no = f"{ZONES[zone].removesuffix('村')}-{1 + number % 2}-{number:03}"
        place = {"zone_id": zone, "group_id": group, "no": no, "head_person_id": head}
        add(connection, Household, id=home, phone="13812341234", address="二组 8 号", **place)
        person = {"zone_id": zone, "household_id": home, "phone": "13900005678"}
        add(connection, Person, id=head, name=name, relation="02", sex="1", **person)
    home = {"zone_id": first, "household_id": HOMES[0]}
    for kind in ("hardship", "empty_nest", "subsistence"):
        add(connection, SpecialGroupMember, group_kind=kind, **home)
    add(connection, HouseholdLink, cadre_id=ME, year=today.year, **home)
    visit = {"work_log_id": LOG, "way": "in_home", "session": "am", "purpose": "routine"}
    for days in (0, 40, 80):
        on = today - timedelta(days=days)
        add(connection, Visit, visited_on=on, talk=f"{TALK}{days}", **visit, **home)
    need = {"raised_on": today, "channel": "visit", "topic": "water", "state": "doing"}
    add(connection, Need, id=NEED, no="N-1", text="饮水池漏水，天旱时错峰用水。", **need, **home)
