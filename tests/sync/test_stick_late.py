"""Bundles that come late, twice, in the wrong order, or after the network was faster."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from sync.problems import Diverged, Rewritten
from sync.server import devices, tables
from sync.server.folder import OpenServer
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop, snapshot
from tests.sync.sample import OTHER_ZONE
from tests.sync.sticks import back, by_stick, log_size, out, refused, same
from tests.sync.stores import copied
from tests.sync.test_laptops import add, edit, home, read
from township.records import Household, new_id
from township.storage import tables as laptop_tables


def test_the_same_outbox_again_changes_nothing_and_gets_an_answer(
    server: OpenServer, one: Laptop, place: Path
) -> None:
    add(one, home())
    sent = out(one, place).path
    answer_outbox(server, sent, place / "lost.lxq")
    size = log_size(server)
    answered = answer_outbox(server, sent, place / "second.lxq")
    assert (answered.taken, answered.repeated) == (0, 1)
    assert log_size(server) == size
    assert back(one, answered.path).answered == 1
    refused("read_before", one, answered.path)
    refused("read_before", one, place / "lost.lxq")


def test_asking_again_when_there_was_nothing_new(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    one.sync()
    nothing = answer_outbox(server, out(one, place).path, place / "1").path
    assert (back(one, nothing).pulled, back(one, nothing).pulled) == (0, 0)
    add(two, home())
    two.sync()
    answered = answer_outbox(server, out(one, place).path, place / "2")
    assert back(one, nothing).pulled == 0
    assert back(one, answered.path).pulled == 1
    same(one, two)


def test_answers_in_the_wrong_order(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    house = home()
    add(one, house)
    first = out(one, place / "1").path
    edit(one, house.id, phone="12345678901")
    second = out(one, place / "2").path
    answers = [answer_outbox(server, sent, place / f"a{sent.stem}") for sent in (first, second)]
    assert back(one, answers[1].path).answered == 2
    late = back(one, answers[0].path)
    assert (late.answered, late.pulled, late.kinds) == (0, 0, set())
    two.sync()
    same(one, two)


def test_outboxes_in_the_wrong_order(server: OpenServer, one: Laptop, place: Path) -> None:
    house = home()
    add(one, house)
    first = out(one, place / "1").path
    edit(one, house.id, phone="12345678901")
    second = answer_outbox(server, out(one, place / "2").path, place)
    size = log_size(server)
    old = answer_outbox(server, first, place)
    assert old.old
    assert log_size(server) == size
    nothing = back(one, old.path)
    assert (nothing.answered, nothing.pulled) == (1, 0)  # that much of it is true all the same
    assert back(one, second.path).answered == 1


def test_the_network_was_faster(server: OpenServer, one: Laptop, two: Laptop, place: Path) -> None:
    house = home()
    add(one, house)
    answered = answer_outbox(server, out(one, place).path, place)
    edit(one, house.id, phone="12345678901")
    one.sync()
    two.sync()
    before = snapshot(one), one.replica.cursors()
    taken = back(one, answered.path)
    assert (taken.answered, taken.pulled, taken.kinds) == (0, 0, set())
    assert (snapshot(one), one.replica.cursors()) == before
    same(one, two)


def test_the_stick_arrives_after_the_network(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    house = home()
    add(one, house)
    sent = out(one, place).path
    edit(one, house.id, phone="12345678901")
    one.sync()
    answered = answer_outbox(server, sent, place)
    assert answered.old
    assert back(one, answered.path).kinds == set()
    add(one, home("龙马溪-2-018"))
    by_stick(one, server, place)
    two.sync()
    same(one, two)


def test_a_bundle_in_flight_and_a_sync_share_the_work(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    house = home(phone="12345678901")
    add(one, house)
    by_stick(one, server, place)
    two.sync()
    edit(two, house.id, phone="12345678902")
    two.sync()
    edit(one, house.id, phone="12345678903")
    answered = answer_outbox(server, out(one, place).path, place)
    edit(one, house.id, away=True)
    assert back(one, answered.path).kinds >= {"household", "conflict"}
    assert (read(one, house.id).phone, read(one, house.id).away) == ("12345678902", True)
    assert one.states() == ["applied", "conflict", "pending"]
    one.sync()
    two.sync()
    same(one, two)


def grant(server: OpenServer, number: int, *, given: bool) -> None:
    service = server.service
    names = [f"{OTHER_ZONE.hex()}/{part}" for part in "ir"]
    with service.store.writing() as connection:
        c = tables.device_grant.c
        connection.execute(
            delete(tables.device_grant).where(c.device == number, c.bucket.in_(names))
        )
        if given:
            devices.grant(connection, service.township_id, number, names, [])


def test_a_grant_comes_by_stick_and_goes(
    server: OpenServer, one: Laptop, two: Laptop, url: str, tmp_path: Path, place: Path
) -> None:
    number = one.replica.identity().device
    grant(server, two.replica.identity().device, given=True)
    two.sync()
    with two.database.work(two.cadre) as work:
        work.add(Household(id=new_id(), zone_id=OTHER_ZONE, group_id=bytes(16), no="天龙-1-001"))
        work.commit()
    two.sync()
    by_stick(one, server, place)
    empty = snapshot(one)
    grant(server, number, given=True)
    _, taken = by_stick(one, server, place)
    assert "household" in taken.kinds
    assert not taken.more
    same(one, two)
    grant(server, number, given=False)
    by_stick(one, server, place)
    assert snapshot(one) == empty


def test_an_old_answer_brings_no_old_grants(server: OpenServer, one: Laptop, place: Path) -> None:
    number = one.replica.identity().device
    one.sync()
    first, second = out(one, place / "1").path, out(one, place / "2").path
    grant(server, number, given=True)
    old = answer_outbox(server, first, place / "old.lxq")
    grant(server, number, given=False)
    new = answer_outbox(server, second, place / "new.lxq")
    grant(server, number, given=True)
    one.sync()
    grant(server, number, given=False)
    assert len(one.replica.cursors()) == 6
    assert back(one, new.path).kinds == set()
    assert back(one, old.path).kinds == set()
    assert len(one.replica.cursors()) == 6
    one.sync()
    assert len(one.replica.cursors()) == 4


def test_a_restored_township_asks_again_by_stick(
    server: OpenServer, one: Laptop, place: Path, tmp_path: Path
) -> None:
    house = home()
    add(one, house)
    by_stick(one, server, place)
    restored = copied(server, tmp_path / "yesterday")
    edit(one, house.id, address="龙马溪村二组")
    by_stick(one, server, place)
    assert one.states() == ["applied", "applied"]
    with restored.service.store.writing() as connection:
        connection.execute(update(tables.township).values(epoch=new_id()))
    edit(one, house.id, phone="12345678901")
    by_stick(one, restored, place)
    assert one.states() == ["applied", "pending", "pending"]
    answered, taken = by_stick(one, restored, place)
    assert (answered.taken, taken.answered) == (2, 2)
    assert one.states() == ["applied", "applied", "applied"]
    restored.close()


def test_a_rewritten_log_is_noticed_and_nothing_is_taken(
    server: OpenServer, one: Laptop, two: Laptop, place: Path, tmp_path: Path
) -> None:
    by_stick(one, server, place)
    twin = copied(server, tmp_path / "twin")  # shows one laptop this, the other that
    add(two, home())
    two.sync()
    by_stick(one, server, place)
    before = snapshot(one), one.replica.cursors()
    answered = answer_outbox(twin, out(one, place).path, place)
    with pytest.raises(Rewritten):
        back(one, answered.path)
    assert (snapshot(one), one.replica.cursors()) == before
    twin.close()


def test_answers_from_before_a_restore_are_refused(
    server: OpenServer, one: Laptop, place: Path
) -> None:
    one.sync()
    old = answer_outbox(server, out(one, place).path, place)
    with server.service.store.writing() as connection:
        connection.execute(update(tables.township).values(epoch=new_id()))
    one.sync()
    refused("unasked", one, old.path)


def test_a_laptop_restored_from_a_backup_is_told(
    server: OpenServer, one: Laptop, place: Path, tmp_path: Path
) -> None:
    house = home()
    add(one, house)
    by_stick(one, server, place)
    edit(one, house.id, phone="12345678901")
    by_stick(one, server, place)
    with one.database.writing() as connection:  # yesterday's state
        c = laptop_tables.changeset.c
        connection.execute(delete(laptop_tables.changeset).where(c.dseq == 2))
        hash_ = connection.execute(select(c.hash)).scalar_one()
        connection.execute(update(laptop_tables.device).values(last_dseq=1, last_hash=hash_))
    answered = answer_outbox(server, out(one, place).path, place)
    with pytest.raises(Diverged):
        back(one, answered.path)


def test_answers_of_an_earlier_life_are_refused(
    server: OpenServer, one: Laptop, place: Path
) -> None:
    answered = answer_outbox(server, out(one, place).path, place)
    with one.database.writing() as connection:
        connection.execute(update(laptop_tables.device).values(incarnation=2))
    refused("unasked", one, answered.path)


def test_only_the_newest_letters_are_remembered(
    server: OpenServer, one: Laptop, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("township.storage.letters.MOST", 2)
    sent = []
    for number in range(3):
        add(one, home(f"龙马溪-3-{number:03}"))
        sent.append(out(one, place / str(number)).path)
    answers = [answer_outbox(server, path, place / f"a{path.stem}").path for path in sent]
    refused("unasked", one, answers[0])
    assert [back(one, path).answered for path in answers[1:]] == [2, 1]
