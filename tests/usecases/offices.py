"""A laptop with one household, a village cadre and the clerk of the office."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from township.records import (
    Cadre,
    Group,
    Household,
    Person,
    Record,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.storage import tables
from township.storage.database import Database

NOW = datetime(2026, 5, 11, 2, tzinfo=UTC)
TODAY = date(2026, 5, 11)
ZONE, GROUP, HOME, HEAD, WIFE, VILLAGE, CLERK, OFFICE, LOG = (new_id() for _ in range(9))
DEVICE = {
    "id": 1,
    "number": 7,
    "incarnation": 1,
    "last_dseq": 0,
    "last_hash": bytes(32),
    "township_id": bytes(16),
    "township_name": "屈原镇",
    "signing_key": bytes(32),
    "sealing_key": bytes(32),
    "server_url": "https://localhost",
}
PHONE = "12345678901"


def add(connection: Connection, kind: type[Record], **values: Any) -> bytes:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))
    return bytes(values["id"])


KEY = bytes(range(32))


def copied(template: Path, folder: Path) -> Database:
    """A copy of what ``make`` made, for one test."""
    shutil.copy(template, folder / "laptop.db")
    return Database.open(folder / "laptop.db", KEY, lambda: NOW)


def make(path: Path) -> None:
    """The laptop, its records as if they had come from the township."""
    database = Database.create(path, KEY, lambda: NOW)
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
        add(connection, Zone, id=ZONE, name="龙马溪村", hotline="0717-2881234")
        add(connection, Group, id=GROUP, zone_id=ZONE, number=2, name="二组")
        staff = {VILLAGE: ("向美华", "VC"), CLERK: ("李会计", "CLK"), OFFICE: ("郑主任", "PGO")}
        for one, (name, role) in staff.items():
            add(connection, Cadre, id=one, name=name, roles=(role,), status="active", zones=())
        add(
            connection,
            Household,
            id=HOME,
            zone_id=ZONE,
            group_id=GROUP,
            no="龙马溪-2-017",
            head_person_id=HEAD,
            address="二组十七号",
            phone="0717-2880000",
        )
        person = {"zone_id": ZONE, "household_id": HOME, "phone": PHONE}
        add(connection, Person, id=HEAD, name="王大明", sex="1", relation="02", **person)
        add(connection, Person, id=WIFE, name="李桂香", sex="2", relation="10", **person)
        add(
            connection,
            WorkLog,
            id=LOG,
            zone_id=ZONE,
            cadre_id=VILLAGE,
            worked_on=date(2023, 5, 10),
            sessions=("am",),
            work_kind="household_visit",
            state="counted",
        )
    database.close()


def add_visit(connection: Connection, on: date, **values: Any) -> bytes:
    """A visit at home of the village cadre."""
    common = {"zone_id": ZONE, "household_id": HOME, "work_log_id": LOG, "session": "am"}
    common |= {"way": "in_home", "purpose": "routine", "talk": "谈了水管"}
    return add(connection, Visit, visited_on=on, **common | values)
