"""A server restored from yesterday's backup gets back what laptops have, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from sync import problems, stick
from sync.client import Client
from sync.server import admin, folder, restoring, snapshots
from sync.server.office import Office
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop, overlay_rows, snapshot
from tests.sync.restoring import Town
from tests.sync.sample import ZONE, office_changeset
from tests.sync.test_incarnations import add, edit, numbers, twin
from township.records import Household
from township.storage import checkpoints, tables


@pytest.fixture
def town(tmp_path: Path, database: str | None) -> Iterator[Town]:
    path = tmp_path / "server"
    folder.init(path, "屈原镇", database=database)
    town = Town(path, folder.open_server(path), database)
    office = Office(town.server)
    office.load([office_changeset(office)])
    yield town
    town.server.close()


@pytest.fixture
def one(town: Town) -> Iterator[Laptop]:
    laptop = town.laptop("xiang")
    town.sync(laptop)
    yield laptop
    laptop.database.close()


@pytest.fixture
def two(town: Town) -> Iterator[Laptop]:
    laptop = town.laptop("tan")
    town.sync(laptop)
    yield laptop
    laptop.database.close()


def marked(laptop: Laptop) -> int:
    with laptop.database.reader() as session:
        return len(session.execute(select(tables.unread)).all())


def at_rest(town: Town, *laptops: Laptop) -> None:
    """All laptops agree, and every changeset of each is in the log once."""
    town.sync(*laptops, *laptops)
    for laptop in laptops:
        assert snapshot(laptop) == snapshot(laptops[0])
        assert overlay_rows(laptop) == marked(laptop) == 0
        assert "pending" not in laptop.states()
        assert not laptop.replica.rereading()
    places = [entry[:3] for entry in town.log()]
    assert len(places) == len(set(places))


def test_lost_work_comes_back_from_the_laptop_that_made_it(
    town: Town, one: Laptop, two: Laptop
) -> None:
    home = add(one, "1")
    town.sync(one, two)
    town.keep()
    edit(one, home, "12345678901")
    add(one, "2")
    town.sync(one, two)
    add(two, "3")
    town.sync(two, one)
    before = snapshot(one)
    town.put_back()
    first, _ = town.sync(one, two)
    assert first.comparing is False  # it was, and is done
    at_rest(town, one, two)
    assert numbers(one) == ["1", "2", "3"]
    assert snapshot(one) == before
    assert town.log()[-1][3] == "applied"


def test_what_only_the_server_had_leaves_the_laptops(town: Town, one: Laptop) -> None:
    town.keep()
    gone = town.laptop("tan")  # enrolled after the backup was made
    add(gone, "9")
    town.sync(gone, one)
    assert numbers(one) == ["9"]
    town.put_back()
    town.sync(one)
    assert numbers(one) == []
    with pytest.raises(problems.Refused, match="重新登记") as told:
        town.sync(gone)
    assert told.value.code == "unknown_device"
    assert numbers(gone) == ["9"] and gone.states() == ["applied"]
    again = town.laptop("tan")
    assert again.replica.identity().device > gone.replica.identity().device


def test_rows_stay_in_sight_until_all_is_reread(
    town: Town, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for no in range(40):
        add(one, f"{no}")
    town.keep()
    town.sync(one, two)
    for no in range(40, 60):
        add(two, f"{no}")
    town.sync(two, one)
    town.put_back()
    town.sync(two)
    monkeypatch.setattr("sync.client.FIRST_BATCH", 600)
    client, seen = Client(one.replica), []
    while not client.done:
        client.receive(town(client.request()))
        client.apply()
        client._budget = 600
        seen.append(len(numbers(one)))
        assert client.done or "正在核对" in client.progress.in_words()
    assert len(seen) > 5 and set(seen) == {60}
    at_rest(town, one, two)


def test_a_reread_that_is_cut_off_anywhere_goes_on(town: Town, one: Laptop, two: Laptop) -> None:
    add(one, "1")
    town.sync(one, two)
    town.keep()
    add(one, "2")
    add(two, "3")
    town.sync(one, two, one)
    town.put_back()
    for cut in (1, 2, 1):
        town.calls, town.cut_at = 0, cut
        with pytest.raises(problems.ServerAway):
            town.sync(one)
        assert "2" in numbers(one)
    town.cut_at = None
    at_rest(town, one, two)
    assert numbers(two) == ["1", "2", "3"]


def test_local_edits_stay_on_top_while_a_laptop_rereads(
    town: Town, one: Laptop, two: Laptop
) -> None:
    home = add(one, "1")
    town.sync(one, two)
    town.keep()
    edit(one, home, "12345678901")  # will be lost
    town.sync(one, two)
    town.put_back()
    edit(one, home, "12345678902")  # was never sent
    town.calls, town.cut_at = 0, 2
    with pytest.raises(problems.ServerAway):
        town.sync(one)
    assert one.states() == ["applied", "pending", "pending"]
    with one.database.reader() as session:
        assert session.get_one(Household, home).phone == "12345678902"
    town.cut_at = None
    at_rest(town, one, two)
    with two.database.reader() as session:
        assert session.get_one(Household, home).phone == "12345678902"


def test_a_laptop_that_has_seen_nothing_newer_only_notes_the_epoch(town: Town, one: Laptop) -> None:
    add(one, "1")
    town.sync(one)
    town.keep()
    town.put_back()
    before = one.replica.cursors()
    add(one, "2")
    (progress,) = town.sync(one)
    assert progress.round_trips == 2 and not one.replica.rereading()
    assert one.replica.cursors().keys() == before.keys() and min(before.values()) > 0
    assert one.states() == ["applied", "applied"]
    with one.database.reader() as session:
        kept = session.scalars(
            select(tables.setting.c.key).where(tables.setting.c.key.like("sync.checkpoint.%"))
        ).all()
        assert len(kept) == 1 and checkpoints.newest(session.connection()) is not None


def test_twice_restored_from_the_same_backup(town: Town, one: Laptop, two: Laptop) -> None:
    town.keep()
    for _ in range(2):
        add(one, f"one {len(numbers(one))}")
        town.sync(one, two)
        add(two, f"two {len(numbers(two))}")
        town.sync(two, one)
        town.put_back()
    at_rest(town, one, two)
    assert len(numbers(one)) == 4


def test_a_restored_laptop_and_a_restored_server(
    town: Town, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1")
    town.sync(one)
    town.keep()
    add(one, "2")
    backup = twin(one, tmp_path / "backup.db")
    add(one, "3")
    town.sync(one)
    edit(backup, home, "12345678901")
    town.sync(backup, two, backup, one)
    town.put_back()
    at_rest(town, backup, one, two)
    assert numbers(two) == ["1", "2", "3"]
    with two.database.reader() as session:
        assert session.get_one(Household, home).phone == "12345678901"


def test_files_copied_back_by_hand_are_noticed_and_a_restore_mends_it(
    town: Town, one: Laptop, two: Laptop
) -> None:
    town.keep()
    add(one, "1")
    town.sync(one, two)
    town.put_back(declared=False)
    with pytest.raises(problems.Rewritten, match="lianxinqiao server restore"):
        town.sync(one)
    assert numbers(one) == ["1"]
    town.server.close()
    restoring.declare(town.path)
    town.server = folder.open_server(town.path)
    at_rest(town, one, two)
    assert numbers(two) == ["1"]


def test_a_snapshot_serves_the_reread(town: Town, one: Laptop, two: Laptop) -> None:
    for no in range(30):
        add(one, f"{no}")
    town.sync(one, two)
    town.keep()
    add(one, "lost")
    town.sync(one, two)
    town.put_back()
    service = town.server.service
    snapshots.refresh(service.store, service.township_id, service.key, service.clock(), worth=1)
    town.sync(one)
    progress, *_ = town.sync(two)
    assert progress.load.records >= 30
    at_rest(town, one, two)
    assert "lost" in numbers(two)


def test_a_stick_tells_a_laptop_of_the_restore(
    town: Town, one: Laptop, two: Laptop, place: Path
) -> None:
    add(one, "1")
    town.sync(one, two)
    town.keep()
    add(one, "2")
    town.sync(one)
    late = stick.write_outbox(one.database, place).path
    town.put_back()
    answered = answer_outbox(town.server, late, place)
    assert answered.restored and answered.taken == 0
    taken = stick.read_answer(one.database, answered.path)
    assert "恢复" in taken.in_words() and one.states() == ["applied", "pending"]
    assert numbers(one) == ["1", "2"]
    for _ in range(2):
        outbox = stick.write_outbox(one.database, place).path
        stick.read_answer(one.database, answer_outbox(town.server, outbox, place).path)
    assert one.states() == ["applied", "applied"] and not one.replica.rereading()
    assert numbers(one) == ["1", "2"] and marked(one) == 0
    at_rest(town, one, two)


@pytest.fixture
def copied(town: Town, one: Laptop, two: Laptop, tmp_path: Path) -> Iterator[tuple[Laptop, bytes]]:
    """A copy of the first laptop whose edit was taken in, which the restored township has lost.

    By now it has that edit from the first laptop, after one by the second: a conflict.
    """
    home = add(one, "1")
    town.sync(one, two)
    town.keep()
    edit(two, home, "12345678902")
    edit(one, home, "12345678901")
    copy = twin(one, tmp_path / "copy.db")
    town.sync(copy)
    assert copy.states() == ["applied", "applied"]
    town.put_back()
    town.sync(two, one)
    assert one.states() == ["applied", "conflict"]
    yield copy, home
    copy.database.close()


def test_a_copy_hears_what_the_township_has_answered_the_other(
    town: Town, one: Laptop, two: Laptop, copied: tuple[Laptop, bytes]
) -> None:
    copy, home = copied
    [progress] = town.sync(copy)
    assert copy.states() == ["applied", "conflict"]
    assert progress.pushed == progress.waiting == 0  # it was only asked
    with copy.database.reader() as session:
        assert session.get_one(Household, home).phone == "12345678902"
    at_rest(town, one, two, copy)
    assert town.sync(copy)[0].round_trips == 1


def test_a_copy_hears_it_when_the_first_answer_is_lost(
    town: Town, one: Laptop, two: Laptop, copied: tuple[Laptop, bytes]
) -> None:
    copy, _ = copied
    town.calls, town.cut_at = 0, 2
    with pytest.raises(problems.ServerAway):
        town.sync(copy)
    assert copy.states() == ["applied", "applied"] and copy.replica.waiting() == 0
    town.cut_at = None
    town.sync(copy)
    assert copy.states() == ["applied", "conflict"]
    at_rest(town, one, two, copy)


def test_a_copy_hears_it_by_stick(
    town: Town, one: Laptop, two: Laptop, copied: tuple[Laptop, bytes], place: Path
) -> None:
    copy, _ = copied
    told = []
    for _ in range(3):
        outbox = stick.write_outbox(copy.database, place)
        assert (outbox.changesets, outbox.left) == (0, 0)
        answer = answer_outbox(town.server, outbox.path, place).path
        told.append(stick.read_answer(copy.database, answer))
        if copy.states()[1] == "conflict":
            break
    assert [one.restored for one in told] == [True, False]
    assert told[1].answered == told[1].refused == 0
    assert not copy.replica.rereading()
    at_rest(town, one, two, copy)


def test_a_copy_hears_it_of_a_chain_that_it_has_left(
    town: Town, one: Laptop, two: Laptop, tmp_path: Path
) -> None:
    home = add(one, "1")
    town.sync(one, two)
    town.keep()
    edit(two, home, "12345678902")
    edit(one, home, "12345678901")
    town.sync(one)
    third, copy = twin(one, tmp_path / "third.db"), twin(one, tmp_path / "copy.db")
    add(one, "2")
    add(copy, "3")
    town.sync(one, copy)
    assert copy.replica.identity().incarnation == 2
    town.put_back()
    town.sync(two, third)
    assert third.states() == ["applied", "conflict"]
    town.sync(copy)
    assert copy.states() == ["applied", "conflict", "moved", "applied"]
    at_rest(town, two, third, copy)
    assert numbers(two) == ["1", "3"]


def test_numbers_of_the_township_itself_are_not_given_twice(town: Town, one: Laptop) -> None:
    town.keep()
    first = Office(town.server).head().incarnation
    town.put_back()
    second = Office(town.server).head().incarnation
    town.put_back()
    assert len({first, second, Office(town.server).head().incarnation}) == 3
    code = admin.issue_code(town.server, ["xiang"])
    town.keep()
    town.put_back()
    assert code and town.laptop("xiang").replica.identity().device > 1000
    with one.database.reader() as session:
        assert session.get(Household, ZONE) is None
