"""A household moves to another zone; unsynced work on it follows. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from sync.client import Client
from sync.enrol import enrol
from sync.http import carrier_to
from sync.server import admin, devices, feed, tables
from sync.server.folder import OpenServer
from tests.sync.laptops import CHEAP, PASSWORD, Laptop, overlay_rows, snapshot
from tests.sync.sample import OTHER_ZONE, XIANG, ZONE
from tests.sync.snapshots import enter, refresh
from township.changes import Op, decode_op
from township.errors import NotAllowed, NotFound
from township.records import (
    Conflict,
    Household,
    Need,
    NeedProgress,
    Person,
    Record,
    Visit,
    new_id,
    record_kinds,
)
from township.storage import tables as laptop_tables
from township.storage.folder import LaptopFolder
from township.usecases import moving, syncing

GROUPS = {ZONE: new_id(), OTHER_ZONE: new_id()}


@contextmanager
def enrolled(server: OpenServer, url: str, folder: Path, *zones: bytes) -> Iterator[Laptop]:
    code = admin.issue_code(server, ["xiang"], zones)
    opened = enrol(LaptopFolder(folder), url, code, PASSWORD, cost=CHEAP)
    laptop = Laptop(opened.database, opened.cadre_id)
    laptop.sync()
    yield laptop
    laptop.database.close()


@pytest.fixture
def groups(server: OpenServer) -> None:
    """One group in each zone."""
    enter(
        server,
        *(
            Op(
                "village_group",
                group,
                "insert",
                "township/i",
                {"zone_id": zone, "number": 1, "name": "一组"},
            )
            for zone, group in GROUPS.items()
        ),
    )


@pytest.fixture
def office(server: OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with enrolled(server, url, tmp_path / "office", ZONE, OTHER_ZONE) as laptop:
        yield laptop


@pytest.fixture
def old(server: OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with enrolled(server, url, tmp_path / "old", ZONE) as laptop:
        yield laptop


@pytest.fixture
def new(server: OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with enrolled(server, url, tmp_path / "new", OTHER_ZONE) as laptop:
        yield laptop


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
            if not kind.township_wide
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


def test_all_that_hangs_on_it_moves(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, below = full(old)
    other = home()
    add(old, other, person(other))
    settle(old, office, new)
    assert held(new) == {}
    move(office, house.id)
    assert {held(office)[record] for record in ids(house, below)} == {OTHER_ZONE}
    settle(office, old, new)
    assert held(new) == dict.fromkeys(ids(house, below), OTHER_ZONE)
    assert len(held(old)) == 2
    assert not ids(house, below) & held(old).keys()
    assert read(new, Household, house.id).group_id == GROUPS[OTHER_ZONE]
    everything = snapshot(office)
    for kind, rows in snapshot(new).items():
        assert set(rows) <= set(everything[kind])
    with old.database.reader() as session:
        dirty = set(session.scalars(select(laptop_tables.search_dirty.c.household_id)))
    assert house.id in dirty


def test_moving_back_is_a_move(office: Laptop, old: Laptop, new: Laptop) -> None:
    house, below = full(old)
    settle(old, office, new)
    before = move(office, house.id)
    settle(office, old, new)
    move(office, house.id, before.zone_id)
    settle(office, old, new)
    assert held(old) == dict.fromkeys(ids(house, below), ZONE)
    assert held(new) == {}
    assert snapshot(old)["visit"] == snapshot(office)["visit"]


def test_edits_that_were_not_sent_follow(office: Laptop, old: Laptop, new: Laptop) -> None:
    house, below = full(old)
    settle(old, office, new)
    move(office, house.id)
    office.sync()
    edit(old, Household, house.id, phone="12345678901")
    edit(old, Visit, below[1].id, talk="谈了水管")
    settle(old, new, office)
    assert set(old.states()) == {"applied"}
    assert not held(old)
    assert read(new, Household, house.id).phone == "12345678901"
    assert read(new, Visit, below[1].id).talk == read(office, Visit, below[1].id).talk == "谈了水管"


def test_new_records_of_the_old_zone_follow(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, below = full(old)
    settle(old, office, new)
    move(office, house.id)
    office.sync()
    late, wish = visit(house), need(house)
    add(old, late)
    add(old, wish, progress(wish))
    edit(old, Visit, late.id, talk="补记")
    edit(old, Need, wish.id, measure="先装一盏")
    add(old, progress(wish))
    settle(old, new, office)
    assert set(old.states()) == {"applied"}
    assert not held(old)
    assert len(held(new)) == len(below) + 1 + 4
    assert set(held(new).values()) == {OTHER_ZONE}
    assert held(new) == held(office)
    assert read(new, Visit, late.id).talk == "补记"
    assert {bucket[:32] for bucket in zones(server).values()} == {OTHER_ZONE.hex()}


def test_work_that_has_to_wait_stays_in_the_outbox(office: Laptop, old: Laptop) -> None:
    house, below = full(old)
    settle(old, office)
    move(office, house.id)
    office.sync()
    client = Client(old.replica)
    asked = client.request()  # before the edit: the page comes, the edit is still here
    edit(old, Visit, below[1].id, talk="谈了水管")
    with carrier_to(old.replica.identity()) as carrier:
        client.receive(carrier(asked))
        client.apply()
    assert not held(old)
    assert old.states().count("pending") == 1
    settle(old, office)
    assert read(office, Visit, below[1].id).talk == "谈了水管"


def test_an_edit_based_on_what_was_changed_meanwhile_is_a_conflict_there(
    office: Laptop, old: Laptop, new: Laptop
) -> None:
    house, _ = full(old)
    settle(old, office, new)
    move(office, house.id)
    settle(office, new)
    edit(new, Household, house.id, phone="12345678902")
    new.sync()
    edit(old, Household, house.id, phone="12345678901")
    settle(old, new, office)
    assert old.states()[-1] == "conflict"
    with new.database.reader() as session:
        found = session.scalars(select(Conflict)).one()
    assert (found.zone_id, found.field_name) == (OTHER_ZONE, "phone")
    assert not held(old)


def test_open_conflicts_move_along(office: Laptop, old: Laptop, new: Laptop) -> None:
    house, _ = full(old)
    settle(old, office, new)
    edit(old, Household, house.id, phone="12345678901")
    edit(office, Household, house.id, phone="12345678902")
    settle(old, office)
    move(office, house.id)
    settle(office, old, new)
    assert not held(old)
    with new.database.reader() as session:
        assert session.scalars(select(Conflict)).one().zone_id == OTHER_ZONE


def test_a_delete_without_sight_of_the_move_loses(office: Laptop, old: Laptop, new: Laptop) -> None:
    house, _ = full(old)
    settle(old, office, new)
    move(office, house.id)
    office.sync()
    with old.database.work(old.cadre) as work:
        work.delete(work.session.get_one(Household, house.id))
        work.commit()
    settle(old, office, new)
    assert old.states()[-1] == "conflict"
    assert read(new, Household, house.id).deleted_at is None
    with new.database.reader() as session:
        assert session.scalars(select(Conflict)).one().field_name is None


def test_a_stub_does_not_move(office: Laptop, old: Laptop, new: Laptop) -> None:
    house, below = full(old)
    settle(old, office, new)
    with old.database.work(old.cadre) as work:
        work.delete(work.session.get_one(Household, house.id))
        work.commit()
    old.sync()
    move(office, house.id)
    settle(office, old, new)
    assert office.states()[-1] == "conflict"
    assert held(new) == {}
    assert {held(office)[record] for record in ids(house, below)} == {ZONE}


def test_two_moves_the_later_one_is_a_conflict(
    server: OpenServer, url: str, tmp_path: Path, office: Laptop, old: Laptop
) -> None:
    third = new_id()
    group = new_id()
    enter(
        server,
        Op(
            "zone",
            third,
            "insert",
            "township/i",
            {"code": "3", "name": "三村", "zone_kind": "village", "hotline": "1"},
        ),
        Op(
            "village_group",
            group,
            "insert",
            "township/i",
            {"zone_id": third, "number": 1, "name": "一组"},
        ),
    )
    with enrolled(server, url, tmp_path / "b", ZONE, third, OTHER_ZONE) as second:
        house, below = full(old)
        settle(old, office, second)
        move(office, house.id)
        with second.database.work(second.cadre) as work:
            moving.move(work, house.id, third, group)
            work.commit()
        add(second, late := visit(read(second, Household, house.id)))
        assert late.zone_id == third
        office.sync()
        settle(second, office, old)
        assert second.states()[-2:] == ["conflict", "applied"]
        everywhere = {held(second)[record] for record in {*ids(house, below), late.id}}
        assert everywhere == {OTHER_ZONE}
        with second.database.reader() as session:
            lost = session.scalars(select(Conflict).order_by(Conflict.field_name)).all()
            assert [conflict.field_name for conflict in lost] == ["group_id", "zone_id"]
        with second.database.work(second.cadre) as work:
            syncing.decide(work, lost[0].id, syncing.OTHER)
            work.commit()
        settle(second, office, old)
        assert second.states()[-1] == "applied"
        assert read(second, Household, house.id).zone_id == third
        assert read(second, Household, house.id).group_id == group
        assert held(second)[late.id] == third
        with second.database.reader() as session:
            assert all(c.decision == "other" for c in session.scalars(select(Conflict)))
        assert not held(office)


def test_who_holds_one_zone_cannot_move(server: OpenServer, office: Laptop, old: Laptop) -> None:
    house, below = full(old)
    settle(old, office)
    move(office, house.id)
    c = tables.device_grant.c
    number = office.replica.identity().device
    with server.service.store.writing() as connection:
        connection.execute(
            tables.device_grant.delete().where(
                c.device == number, c.bucket == f"{OTHER_ZONE.hex()}/r"
            )
        )
    office.sync()
    assert office.states()[-1] == "quarantined"
    assert {held(office)[record] for record in ids(house, below)} == {ZONE}
    assert {bucket[:32] for bucket in zones(server).values()} == {ZONE.hex()}


def test_a_zone_that_is_granted_later_or_by_snapshot_has_it_once(
    server: OpenServer, url: str, tmp_path: Path, office: Laptop, old: Laptop
) -> None:
    house, below = full(old)
    settle(old, office)
    move(office, house.id)
    settle(office, old)
    assert refresh(server)
    edit(office, Visit, below[1].id, talk="之后")
    office.sync()
    grant(server, old, OTHER_ZONE)
    settle(old, office)
    assert held(old) == held(office)
    assert snapshot(old)["visit"] == snapshot(office)["visit"]
    move(old, house.id, ZONE)
    settle(old, office)
    assert held(old) == dict.fromkeys(ids(house, below), ZONE)
    with enrolled(server, url, tmp_path / "late", ZONE, OTHER_ZONE) as late:
        settle(late)
        assert snapshot(late) == snapshot(office)


def grant(server: OpenServer, laptop: Laptop, zone: bytes) -> None:
    names = [f"{zone.hex()}/i", f"{zone.hex()}/r"]
    number = laptop.replica.identity().device
    with server.service.store.writing() as connection:
        devices.grant(connection, server.service.township_id, number, names, [])


def test_the_old_zone_learns_nothing_of_the_new_one(
    server: OpenServer, office: Laptop, old: Laptop
) -> None:
    house, below = full(old)
    settle(old, office)
    start = old.replica.cursors()
    move(office, house.id)
    settle(office)
    edit(office, Visit, below[1].id, talk="之后")
    settle(office)
    number = old.replica.identity().device
    with server.service.store.reading() as connection:
        device = devices.find(connection, server.service.township_id, number)
        assert device is not None
        page = feed.page(connection, device, 1, start, 1 << 20)
    shown = [decode_op(op) for entry in page.entries for op in entry.ops]
    assert {op.action for op in shown} == {"leave"}
    assert {op.record for op in shown} == ids(house, below)
    assert OTHER_ZONE not in msgspec.msgpack.encode(page)


def test_a_large_household_comes_in_parts(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    house = home()
    add(old, house)
    for _ in range(7):
        visits = [visit(house) for _ in range(60)]
        for one in visits:
            one.talk = "谈" * 500
        add(old, *visits)
    settle(old, office, new)
    move(office, house.id)
    settle(office, old, new)
    assert len(held(new)) == 421
    assert not held(old)
    c = tables.log.c
    with server.service.store.reading() as connection:
        sizes = [len(ops) for ops in connection.scalars(select(c.ops).where(c.device == 0))]
    assert len(sizes) > 1
    assert max(sizes) < 600 << 10


def test_what_a_newer_program_wrote_moves_along(
    server: OpenServer, office: Laptop, old: Laptop, new: Laptop
) -> None:
    bucket = f"{ZONE.hex()}/i"
    house, lamp = new_id(), new_id()
    fields = {"zone_id": ZONE, "group_id": GROUPS[ZONE], "no": "1", "roof": "瓦"}
    enter(
        server,
        Op("household", house, "insert", bucket, fields),
        Op("lamp", lamp, "insert", bucket, {"household_id": house, "zone_id": ZONE, "watt": 60}),
    )
    settle(old, office, new)
    assert len(waiting(old)) == 2
    assert not waiting(new)
    move(office, house)
    settle(office, old, new)
    assert not waiting(old)
    assert waiting(new) == waiting(office) == {("household", house), ("lamp", lamp)}
    assert zones(server)[lamp] == f"{OTHER_ZONE.hex()}/i"


def waiting(laptop: Laptop) -> set[tuple[str, bytes]]:
    found: set[tuple[str, bytes]] = set()
    with laptop.database.reader() as session:
        for table in (laptop_tables.later_op, laptop_tables.later_record):
            found |= {
                tuple(row) for row in session.execute(select(table.c.kind, table.c.record_id))
            }
    return found


def test_laptops_may_not_put(server: OpenServer) -> None:
    house = new_id()
    enter(server, Op("household", house, "insert", f"{ZONE.hex()}/i", {"zone_id": ZONE, "no": "1"}))
    for action, fields in (
        ("put", {}),
        ("leave", {}),
        ("move", {"zone_id": [OTHER_ZONE, None]}),
        ("move", {"zone_id": [None, None], "group_id": [bytes(16), None]}),
    ):
        with pytest.raises(Exception, match=r"action|value"):
            enter(server, Op("household", house, action, f"{ZONE.hex()}/i", fields))  # type: ignore[arg-type]


def test_the_use_case_refuses_what_cannot_be(office: Laptop, old: Laptop) -> None:
    house, _ = full(old)
    settle(old, office)
    with old.database.reader() as session:
        assert moving.destinations(session, house.id) == ()
    with office.database.reader() as session:
        assert [zone.id for zone in moving.destinations(session, house.id)] == [OTHER_ZONE]
    with office.database.work(XIANG) as work:
        with pytest.raises(NotFound):
            moving.move(work, new_id(), OTHER_ZONE, GROUPS[OTHER_ZONE])
        with pytest.raises(NotAllowed):
            moving.move(work, house.id, ZONE, GROUPS[ZONE])
        with pytest.raises(NotAllowed):
            moving.move(work, house.id, OTHER_ZONE, GROUPS[ZONE])
    with old.database.work(XIANG) as work, pytest.raises(NotAllowed):
        moving.move(work, house.id, OTHER_ZONE, GROUPS[OTHER_ZONE])


def test_two_moves_to_the_same_place_are_one(
    server: OpenServer, url: str, tmp_path: Path, office: Laptop, old: Laptop, new: Laptop
) -> None:
    with enrolled(server, url, tmp_path / "b", ZONE, OTHER_ZONE) as second:
        house, below = full(old)
        settle(old, office, second)
        move(office, house.id)
        move(second, house.id)
        settle(office, second, old, new)
        assert second.states()[-1] == office.states()[-1] == "applied"
        assert held(new) == dict.fromkeys(ids(house, below), OTHER_ZONE)
        assert snapshot(second) == snapshot(office)
        assert snapshot(new)["household"] == snapshot(office)["household"]
