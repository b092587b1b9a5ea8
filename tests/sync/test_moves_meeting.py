"""Moves that meet other moves, grants, snapshots, newer programs and people without the right."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from sync.server import devices, feed, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from tests.sync.laptops import Laptop, snapshot
from tests.sync.moves import (
    GROUPS,
    add,
    edit,
    enrolled,
    full,
    held,
    home,
    ids,
    move,
    read,
    settle,
    visit,
    zones,
)
from tests.sync.sample import OTHER_ZONE, XIANG, ZONE
from tests.sync.snapshots import enter, refresh
from township.changes import Op, decode_op
from township.errors import NotAllowed, NotFound
from township.records import (
    Conflict,
    Household,
    Visit,
    new_id,
)
from township.storage import tables as laptop_tables
from township.usecases import moving, syncing


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
    with server.service.store.reading() as connection:
        log = Log(connection, server.service.township_id).walk()
        sizes = [sum(map(len, entry.ops)) for entry in log if entry.device == 0]
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
