"""Households with all that hangs on them, on laptops of two zones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sync.enrol import enrol
from sync.server import admin, tables
from sync.server.folder import OpenServer
from tests.sync.laptops import CHEAP, PASSWORD, Laptop, overlay_rows
from tests.sync.sample import OTHER_ZONE, ZONE
from township.records import (
    Household,
    Need,
    NeedProgress,
    Person,
    Record,
    Visit,
    new_id,
    record_kinds,
)
from township.storage.folder import LaptopFolder
from township.usecases import moving

GROUPS = {ZONE: new_id(), OTHER_ZONE: new_id()}


@contextmanager
def enrolled(server: OpenServer, url: str, folder: Path, *zones: bytes) -> Iterator[Laptop]:
    code = admin.issue_code(server, ["xiang"], zones)
    opened = enrol(LaptopFolder(folder), url, code, PASSWORD, cost=CHEAP)
    laptop = Laptop(opened.database, opened.cadre_id)
    laptop.sync()
    yield laptop
    laptop.database.close()


def add(laptop: Laptop, *records: Record) -> None:
    with laptop.database.work(laptop.cadre) as work:
        for record in records:
            work.add(record)
        work.commit()


def home(zone: bytes = ZONE) -> Household:
    return Household(id=new_id(), zone_id=zone, group_id=GROUPS[zone], no="龙马溪-1-001")


def person(house: Household) -> Person:
    return Person(
        id=new_id(),
        zone_id=house.zone_id,
        household_id=house.id,
        name="王大明",
        sex="1",
        relation="02",
    )


def visit(house: Household) -> Visit:
    return Visit(
        id=new_id(),
        zone_id=house.zone_id,
        household_id=house.id,
        work_log_id=bytes(16),
        visited_on=date(2026, 5, 4),
        session="am",
        way="in_home",
        purpose="routine",
        resident_present=True,
        talk="谈了路灯",
    )


def need(house: Household) -> Need:
    return Need(
        id=new_id(),
        zone_id=house.zone_id,
        no="诉求-1",
        household_id=house.id,
        raised_on=date(2026, 5, 4),
        channel="visit",
        topic="other",
        text="路灯",
        state="new",
    )


def progress(wish: Need) -> NeedProgress:
    fields: dict[str, Any] = {"zone_id": wish.zone_id, "need_id": wish.id}
    return NeedProgress(id=new_id(), **fields, **_filled(NeedProgress))


def _filled(kind: type[Record]) -> dict[str, Any]:
    """Some value for whatever else a kind requires."""
    found: dict[str, Any] = {}
    for name, field in kind.fields().items():
        if field.required and name not in ("zone_id", "need_id"):
            found[name] = next(iter(field.codes or ()), _SAMPLES.get(field.kind.value))
    return found


_SAMPLES = {"date": date(2026, 5, 4), "text": "一", "long_text": "一", "name": "一"}


def full(laptop: Laptop) -> tuple[Household, list[Record]]:
    """A household with all that hangs on it, entered on a laptop."""
    house = home()
    wish = need(house)
    below: list[Record] = [person(house), visit(house), wish, progress(wish)]
    add(laptop, house, *below)
    return house, below


def move(laptop: Laptop, house: bytes, zone: bytes = OTHER_ZONE) -> moving.Moved:
    with laptop.database.work(laptop.cadre) as work:
        before = moving.move(work, house, zone, GROUPS[zone])
        work.commit()
    return before


def edit(laptop: Laptop, kind: type[Record], record: bytes, **fields: object) -> None:
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.get_one(kind, record)
        for name, value in fields.items():
            setattr(found, name, value)
        work.commit()


def held(laptop: Laptop) -> dict[bytes, bytes]:
    """Everything below a household, and households, here: id → zone."""
    with laptop.database.reader() as session:
        return {
            record.id: record.zone_id
            for kind in record_kinds().values()
            if kind.of_zones()
            for record in session.scalars(select(kind)).all()
        }


def read(laptop: Laptop, kind: type[Record], record: bytes) -> Any:
    with laptop.database.reader() as session:
        return session.get_one(kind, record)


def settle(*laptops: Laptop) -> None:
    for _ in range(3):
        for laptop in laptops:
            laptop.sync()
    assert [overlay_rows(laptop) for laptop in laptops] == [0] * len(laptops)


def ids(house: Household, below: list[Record]) -> set[bytes]:
    return {house.id, *(record.id for record in below)}


def zones(server: OpenServer) -> dict[bytes, str]:
    """Id → bucket of what the township has in zones."""
    c = tables.record.c
    with server.service.store.reading() as connection:
        rows = connection.execute(select(c.id, c.bucket)).all()
    return {row.id: row.bucket for row in rows if not row.bucket.startswith("township")}
