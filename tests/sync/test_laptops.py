"""Two real laptops and a township on a real socket."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from sync.client import Client
from sync.http import carrier_to
from sync.server import tables as tables_of_server
from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import XIANG, ZONE
from township.changes import Writers
from township.records import Conflict, Household, Person, Record, WorkLog, Zone, new_id
from township.storage import tables


@pytest.fixture
def one(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    yield laptop
    laptop.database.close()


@pytest.fixture
def two(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "two", "xiang")
    yield laptop
    laptop.database.close()


def add(laptop: Laptop, *records: Record) -> None:
    with laptop.database.work(laptop.cadre) as work:
        for record in records:
            work.add(record)
        work.commit()


def home(no: str = "龙马溪-2-017", **fields: object) -> Household:
    return Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=no, **fields)


def edit(laptop: Laptop, record: bytes, **fields: object) -> None:
    with laptop.database.work(laptop.cadre) as work:
        found = work.session.get_one(Household, record)
        for name, value in fields.items():
            setattr(found, name, value)
        work.commit()


def read(laptop: Laptop, record: bytes) -> Household:
    with laptop.database.reader() as session:
        return session.get_one(Household, record)


def conflicts(laptop: Laptop) -> list[Conflict]:
    with laptop.database.reader() as session:
        return list(session.scalars(select(Conflict)))


def settle(*laptops: Laptop) -> None:
    """Sync all, twice around, so that each has what the others sent."""
    for laptop in (*laptops, *laptops):
        laptop.sync()


def same(first: Laptop, second: Laptop) -> None:
    assert snapshot(first) == snapshot(second)
    assert overlay_rows(first) == overlay_rows(second) == 0


def test_a_new_laptop_gets_its_zone_with_the_first_sync(one: Laptop) -> None:
    progress = one.sync()
    assert (progress.pushed, progress.pulled, progress.round_trips) == (0, 1, 1)
    with one.database.reader() as session:
        assert {zone.name for zone in session.scalars(select(Zone))} == {"龙马溪村", "天龙村"}


def test_nothing_new_is_one_round_trip(one: Laptop) -> None:
    one.sync()
    progress = one.sync()
    assert (progress.pushed, progress.pulled, progress.round_trips) == (0, 0, 1)
    assert progress.kinds == set()


def test_what_one_saved_offline_the_other_reads(one: Laptop, two: Laptop) -> None:
    house = home()
    add(
        one,
        house,
        Person(zone_id=ZONE, household_id=house.id, name="王大明", sex="1", relation="02"),
    )
    progress = one.sync()
    assert (progress.pushed, progress.round_trips) == (1, 1)
    assert one.states() == ["applied"]
    assert "household" in two.sync().kinds
    with two.database.reader() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.household_id) == ("王大明", house.id)
        assert (person.created_by, person.updated_by) == (XIANG, XIANG)
        assert set(session.scalars(select(tables.search_dirty.c.household_id))) == {house.id}
    settle(one, two)
    same(one, two)


def test_edits_of_two_fields_both_stay(one: Laptop, two: Laptop) -> None:
    house = home(phone="12345678901")
    add(one, house)
    settle(one, two)
    edit(one, house.id, phone="12345678902")
    edit(two, house.id, away=True)
    settle(one, two)
    assert (read(one, house.id).phone, read(one, house.id).away) == ("12345678902", True)
    assert conflicts(one) == []
    same(one, two)


def test_edits_of_one_field_keep_both_values(one: Laptop, two: Laptop) -> None:
    house = home(phone="12345678901")
    add(one, house)
    settle(one, two)
    edit(one, house.id, phone="12345678902")
    edit(two, house.id, phone="12345678903")
    settle(one, two)
    assert read(two, house.id).phone == "12345678902", "the township's value stays"
    (conflict,) = conflicts(two)
    assert (conflict.target_kind, conflict.target_id) == ("household", house.id)
    assert two.states() == ["conflict"]
    same(one, two)


def test_deciding_a_conflict_is_a_change_like_any_other(one: Laptop, two: Laptop) -> None:
    house = home(phone="12345678901")
    add(one, house)
    settle(one, two)
    edit(one, house.id, phone="12345678902")
    edit(two, house.id, phone="12345678903")
    settle(one, two)
    with two.database.work(two.cadre) as work:
        conflict = work.session.scalars(select(Conflict)).one()
        conflict.decision, conflict.decided_by = "other", two.cadre
        work.session.get_one(Household, house.id).phone = "12345678903"
        work.commit()
    settle(two, one)
    assert read(one, house.id).phone == "12345678903"
    assert conflicts(one)[0].decision == "other"
    same(one, two)


def test_local_edits_stay_on_top_while_others_come_in(one: Laptop, two: Laptop) -> None:
    house = home(phone="12345678901", address="二组 17 号")
    add(one, house)
    settle(one, two)
    edit(two, house.id, address="二组 18 号")
    two.sync()

    edit(one, house.id, phone="12345678902")
    edit(one, house.id, hazard_point="7")

    # The pull of the others' work arrives while a later edit is still pending.
    with carrier_to(one.replica.identity()) as carrier:
        running = Client(one.replica)
        message = running.request()
        edit(one, house.id, phone="12345678903")
        running.receive(carrier(message))
        running.apply()
    found = read(one, house.id)
    assert (found.phone, found.address, found.hazard_point) == ("12345678903", "二组 18 号", "7")
    with one.database.reader() as session:
        rows = session.execute(select(tables.shadow.c.field, tables.shadow.c.writer))
        shadows = dict(rows.all())
    assert shadows["phone"] == "2.1.2.0"
    settle(one, two)
    assert read(two, house.id).phone == "12345678903"
    assert Writers.unpack(read(two, house.id).writers).of("phone") == "2.1.4.0"
    same(one, two)


def test_sets_join(one: Laptop, two: Laptop) -> None:
    with one.database.work(one.cadre) as work:
        log = WorkLog(
            zone_id=ZONE,
            cadre_id=XIANG,
            worked_on=date(2026, 5, 3),
            sessions=("am",),
            work_kind="household_visit",
            state="draft",
        )
        work.add(log)
        work.commit()
    settle(one, two)
    for laptop, sessions in ((one, ("am", "pm")), (two, ("am", "eve"))):
        with laptop.database.work(laptop.cadre) as work:
            work.session.get_one(WorkLog, log.id).sessions = sessions
            work.commit()
    settle(one, two)
    with one.database.reader() as session:
        assert session.get_one(WorkLog, log.id).sessions == ("am", "pm", "eve")
    same(one, two)


def test_a_delete_loses_to_an_edit_it_did_not_see(one: Laptop, two: Laptop) -> None:
    house = home()
    add(one, house)
    settle(one, two)
    edit(one, house.id, phone="12345678902")
    one.sync()
    with two.database.work(two.cadre) as work:
        work.delete(work.session.get_one(Household, house.id))
        work.commit()
    settle(two, one)
    assert read(two, house.id).deleted_at is None
    assert [c.field_name for c in conflicts(one)] == [None]
    same(one, two)


def test_an_edit_of_a_deleted_record_is_kept_as_a_conflict(one: Laptop, two: Laptop) -> None:
    house = home(phone="12345678901")
    add(one, house)
    settle(one, two)
    with one.database.work(one.cadre) as work:
        work.delete(work.session.get_one(Household, house.id))
        work.commit()
    one.sync()
    edit(two, house.id, phone="12345678902")
    settle(two, one)
    assert read(two, house.id).deleted_at is not None
    assert [c.field_name for c in conflicts(one)] == ["phone"]
    same(one, two)
    with one.database.work(one.cadre) as work:
        work.restore(work.session.get_one(Household, house.id))
        work.commit()
    settle(one, two)
    assert read(two, house.id).deleted_at is None
    same(one, two)


def test_refused_work_leaves_the_rows_and_stays_in_the_history(one: Laptop, two: Laptop) -> None:
    foreign = Household(
        id=new_id(), zone_id=bytes(15) + b"\x01", group_id=bytes(16), no="别村-1-001"
    )
    add(one, foreign)
    edit(one, foreign.id, phone="12345678901")
    add(one, house := home())
    settle(one, two)
    assert one.states() == ["quarantined", "quarantined", "applied"]
    with one.database.reader() as session:
        assert session.get(Household, foreign.id) is None
        assert session.get(Household, house.id) is not None
    same(one, two)


@pytest.mark.parametrize(("lost", "stays"), [("i", False), ("r", True)])
def test_a_conflict_goes_with_the_bucket_of_its_record(
    server: OpenServer, one: Laptop, two: Laptop, lost: str, stays: bool
) -> None:
    house = home(phone="12345678901")
    add(one, house)
    settle(one, two)
    edit(one, house.id, phone="12345678902")
    edit(two, house.id, phone="12345678903")
    settle(one, two)
    (conflict,) = conflicts(two)
    c = tables_of_server.device_grant.c
    with server.service.store.writing() as connection:
        connection.execute(
            delete(tables_of_server.device_grant).where(
                c.device == two.replica.identity().device, c.bucket == f"{ZONE.hex()}/{lost}"
            )
        )
    two.sync()
    assert [kept.id for kept in conflicts(two)] == ([conflict.id] if stays else [])
