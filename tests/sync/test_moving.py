"""A household moves to another zone; unsynced work on it follows. On both databases."""

from __future__ import annotations

from sqlalchemy import select

from sync.client import Client
from sync.http import carrier_to
from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, snapshot
from tests.sync.moves import (
    GROUPS,
    add,
    edit,
    full,
    held,
    home,
    ids,
    move,
    need,
    person,
    progress,
    read,
    settle,
    visit,
    zones,
)
from tests.sync.sample import OTHER_ZONE, ZONE
from township.records import (
    Conflict,
    Household,
    Need,
    Visit,
)
from township.storage import tables as laptop_tables


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
