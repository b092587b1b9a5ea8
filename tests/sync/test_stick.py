"""Two real laptops and a township that meet on a stick, alone and mixed with the network."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from sync import bundle, stick
from sync.bundle import BadBundle
from sync.server import tables
from sync.server.folder import OpenServer
from sync.server.stick import answer_outbox
from tests.sync.laptops import Laptop
from tests.sync.sample import TAN
from tests.sync.sticks import back, by_stick, log_size, out, same
from tests.sync.test_laptops import add, home
from township.records import Household, Zone
from township.storage import tables as laptop_tables


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


def test_a_laptop_that_does_not_know_the_key_says_so(one: Laptop, place: Path) -> None:
    with one.database.writing() as connection:
        c = laptop_tables.setting.c
        connection.execute(delete(laptop_tables.setting).where(c.key == "bundle.township_sealing"))
    with pytest.raises(BadBundle) as told:
        out(one, place)
    assert told.value.code == "no_key"
    assert list(place.iterdir()) == []


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
