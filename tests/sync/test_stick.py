"""Two real laptops and a township that meet on a stick, alone and mixed with the network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from sync import bundle, stick
from sync.bundle import BadBundle
from sync.problems import Diverged, Rewritten
from sync.server import devices, folder, tables
from sync.server.folder import OpenServer
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop, enrolled, overlay_rows, snapshot
from tests.sync.sample import OTHER_ZONE, TAN
from tests.sync.sticks import back, by_stick, out
from tests.sync.test_laptops import add, edit, home, read
from township.records import Household, Zone, new_id
from township.storage import tables as laptop_tables


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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def same(first: Laptop, second: Laptop) -> None:
    assert snapshot(first) == snapshot(second)
    assert overlay_rows(first) == overlay_rows(second) == 0


def log_size(server: OpenServer) -> int:
    with server.service.store.reading() as connection:
        return len(connection.execute(select(tables.log.c.seq)).all())


def refused(code: str, laptop: Laptop, file: Path) -> None:
    before = snapshot(laptop), laptop.states(), laptop.replica.cursors()
    with pytest.raises(BadBundle) as told:
        back(laptop, file)
    assert told.value.code == code
    assert (snapshot(laptop), laptop.states(), laptop.replica.cursors()) == before


def test_a_laptop_without_network_gets_its_zone_and_gives_its_work(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    house = home(phone="12345678901")
    add(one, house)
    answered, taken = by_stick(one, server, place)
    assert (answered.taken, answered.given, answered.refused) == (1, 1, 0)
    assert (taken.answered, taken.pulled, taken.more) == (1, 1, False)
    assert one.states() == ["applied"]
    with one.database.reader() as session:
        assert {zone.name for zone in session.scalars(select(Zone))} == {"龙马溪村", "天龙村"}
    _, taken = by_stick(two, server, place)
    assert taken.pulled == 2
    assert "household" in taken.kinds
    same(one, two)


def test_names_of_files_tell_which_belong_together_and_nothing_else(
    server: OpenServer, one: Laptop, place: Path
) -> None:
    sent = out(one, place).path
    answer = answer_outbox(server, sent, place).path
    assert sorted(path.name for path in place.iterdir()) == sorted([sent.name, answer.name])
    assert sent.stem.split("-")[-1] == answer.stem.split("-")[-1]
    assert sent.read_bytes().startswith(bundle.OUTBOX + b"age-encryption.org/v1\n")
    assert answer.read_bytes().startswith(bundle.ANSWER + b"age-encryption.org/v1\n")


def test_a_file_may_be_named(server: OpenServer, one: Laptop, place: Path) -> None:
    assert out(one, place / "mine").path == place / "mine.lxq"
    answered = answer_outbox(server, place / "mine.lxq", place / "yours.lxq")
    assert back(one, answered.path).pulled == 1


def test_work_is_sent_in_as_many_requests_as_it_takes(
    server: OpenServer, one: Laptop, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.client.FIRST_BATCH", 400)
    monkeypatch.setattr("sync.client.LARGEST_BATCH", 400)
    for number in range(30):
        add(one, home(f"龙马溪-3-{number:03}"))
    steps: list[tuple[int, int]] = []
    written = stick.write_outbox(one.database, place, lambda *step: steps.append(step))
    assert (written.changesets, written.left) == (30, 0)
    assert len(steps) > 5
    assert steps[-1] == (30, 30)
    answered = answer_outbox(server, written.path, place)
    assert (answered.taken, answered.more) == (30, False)
    assert back(one, answered.path).answered == 30
    assert set(one.states()) == {"applied"}


def test_what_does_not_fit_goes_with_the_next_one(
    server: OpenServer, one: Laptop, two: Laptop, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ("FIRST_BATCH", "LARGEST_BATCH"):
        monkeypatch.setattr(f"sync.client.{size}", 400)
    for number in range(30):
        add(one, home(f"龙马溪-3-{number:03}"))
    monkeypatch.setattr(bundle, "FULL", 800)
    ways, left = 0, 30
    while left:
        written = out(one, place)
        assert written.left < left
        left = written.left
        answered = answer_outbox(server, written.path, place)
        assert answered.more == bool(left)
        back(one, answered.path)
        ways += 1
    assert ways > 2
    assert set(one.states()) == {"applied"}
    for _ in range(50):
        answered = answer_outbox(server, out(two, place).path, place, room=600)
        if not back(two, answered.path).more:
            break
        assert answered.more
    same(one, two)


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
    assert (nothing.answered, nothing.pulled) == (0, 0)
    assert back(one, second.path).answered == 2


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


def test_interrupted_reading_goes_on_where_it_stopped(
    server: OpenServer, one: Laptop, two: Laptop, place: Path
) -> None:
    for number in range(20):
        add(one, home(f"龙马溪-3-{number:03}"))
    one.sync()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.client.FIRST_BATCH", 400)
        patch.setattr("sync.wire.MAX_PAGE", 800)
        answered = answer_outbox(server, out(two, place).path, place)

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stick.read_answer(two.database, answered.path, stop)
    assert 0 < max(two.replica.cursors().values()) < log_size(server)
    assert not back(two, answered.path).more
    same(one, two)


def test_refused_work_is_told_by_stick_too(server: OpenServer, one: Laptop, place: Path) -> None:
    with one.database.work(TAN) as work:  # may not write on this laptop
        work.add(home())
        work.commit()
    answered, taken = by_stick(one, server, place)
    assert (answered.refused, taken.refused) == (1, 1)
    assert one.states() == ["quarantined"]
    with one.database.reader() as session:
        assert session.scalars(select(Household.id)).all() == []


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
    assert len(one.replica.cursors()) == 5
    assert back(one, new.path).kinds == set()
    assert back(one, old.path).kinds == set()
    assert len(one.replica.cursors()) == 5
    one.sync()
    assert len(one.replica.cursors()) == 3


def test_a_restored_township_asks_again_by_stick(
    server: OpenServer, one: Laptop, place: Path, tmp_path: Path
) -> None:
    house = home()
    add(one, house)
    by_stick(one, server, place)
    shutil.copytree(tmp_path / "server", tmp_path / "yesterday")
    edit(one, house.id, address="龙马溪村二组")
    by_stick(one, server, place)
    assert one.states() == ["applied", "applied"]
    restored = folder.open_server(tmp_path / "yesterday")
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
    shutil.copytree(tmp_path / "server", tmp_path / "twin")
    add(two, home())
    two.sync()
    by_stick(one, server, place)
    twin = folder.open_server(tmp_path / "twin")  # shows one laptop this, the other that
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


def test_a_laptop_that_does_not_know_the_key_says_so(one: Laptop, place: Path) -> None:
    with one.database.writing() as connection:
        c = laptop_tables.setting.c
        connection.execute(delete(laptop_tables.setting).where(c.key == "bundle.township_sealing"))
    with pytest.raises(BadBundle) as told:
        out(one, place)
    assert told.value.code == "no_key"
    assert list(place.iterdir()) == []


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


def test_the_shut_out_laptop(server: OpenServer, one: Laptop, place: Path) -> None:
    add(one, home())
    sent = out(one, place).path
    size = log_size(server)
    with server.service.store.writing() as connection:
        connection.execute(
            update(tables.device)
            .where(tables.device.c.number == one.replica.identity().device)
            .values(revoked_at="2026-01-01T00:00:00Z")
        )
    with pytest.raises(BadBundle, match="停用"):
        answer_outbox(server, sent, place)
    assert log_size(server) == size
