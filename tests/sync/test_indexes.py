"""A laptop that is very far behind lays indexes aside; however it ends, they are there again."""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from sync import client, stick
from sync.client import Client, Progress
from sync.problems import SyncProblem
from sync.server import stick as township_stick
from sync.server.folder import OpenServer
from tests.sync import moves
from tests.sync.laptops import Laptop, overlay_rows, snapshot
from tests.sync.sample import ZONE
from tests.sync.snapshots import Line
from township.errors import DiskFull
from township.records import Visit
from township.storage import indexes
from township.storage.database import Database

VISITS = 60


@pytest.fixture
def database() -> None:
    """It is the laptop's database that matters here."""


@pytest.fixture
def behind(
    server: OpenServer, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Laptop]:
    """A laptop to which many visits come in several pages, of which few are needed."""
    two.sync(server.service.exchange)
    house = moves.home(ZONE)
    moves.add(one, house)
    for _ in range(VISITS):
        moves.add(one, moves.visit(house))
    one.sync(server.service.exchange)
    monkeypatch.setattr(client, "FIRST_BATCH", 3000)
    monkeypatch.setattr(client, "LARGEST_BATCH", 3000)
    monkeypatch.setattr(indexes, "MANY", 30)
    assert one.database.path != two.database.path
    yield two
    assert there(two) == there(one)


def there(laptop: Laptop) -> dict[str, str]:
    """The indexes in a laptop's file, and what they are made of."""
    with laptop.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type='index'")
        return dict(map(tuple, rows))


def absent(laptop: Laptop) -> int:
    with laptop.database.reading() as connection:
        return len(indexes.missing(connection))


def visits(laptop: Laptop) -> int:
    with laptop.database.reader() as session:
        return session.query(Visit).count()


class Watching:
    """Hears each round trip of a sync: how many indexes were missing then."""

    def __init__(self, laptop: Laptop, stop_at: int = 0) -> None:
        self.missing: list[int] = []
        self._laptop, self._stop_at = laptop, stop_at

    def step(self, progress: Progress) -> None:
        self.missing.append(absent(self._laptop))

    def cancelled(self) -> bool:
        return len(self.missing) + 1 == self._stop_at


def test_a_whole_sync(server: OpenServer, one: Laptop, behind: Laptop) -> None:
    watching = Watching(behind)
    client.run(behind.replica, Line(server), watching.step)
    assert watching.missing[0] == 4
    assert watching.missing[-1] == 0
    assert len(watching.missing) > 3
    assert visits(behind) == VISITS
    assert snapshot(behind) == snapshot(one)


def test_below_the_threshold_nothing_is_laid_aside(
    server: OpenServer, behind: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "MANY", 2 * VISITS)
    watching = Watching(behind)
    client.run(behind.replica, Line(server), watching.step)
    assert set(watching.missing) == {0}
    assert visits(behind) == VISITS


def test_own_visits_that_come_back_do_not_count(
    server: OpenServer, behind: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind.sync(server.service.exchange)
    house = moves.home(ZONE)
    for record in (house, *(moves.visit(house) for _ in range(2 * VISITS))):
        moves.add(behind, record)
    monkeypatch.setattr(indexes, "_held", lambda _: 0)
    watching = Watching(behind)
    client.run(behind.replica, Line(server), watching.step)
    assert set(watching.missing) == {0}


def test_a_cancelled_sync(server: OpenServer, one: Laptop, behind: Laptop) -> None:
    watching = Watching(behind, stop_at=3)
    client.run(behind.replica, Line(server), watching.step, watching.cancelled)
    assert watching.missing == [4, 4, 4]
    assert 0 < visits(behind) < VISITS
    assert there(behind) == there(one)
    client.run(behind.replica, Line(server))
    assert snapshot(behind) == snapshot(one)


def test_a_line_that_breaks(server: OpenServer, one: Laptop, behind: Laptop) -> None:
    watching = Watching(behind)
    with pytest.raises(SyncProblem):
        client.run(behind.replica, Line(server, cut_at=3), watching.step)
    assert watching.missing == [4, 4]
    assert there(behind) == there(one)
    client.run(behind.replica, Line(server))
    assert snapshot(behind) == snapshot(one)


def test_the_first_failure_is_the_one_that_is_told(
    server: OpenServer, behind: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(database: Database) -> NoReturn:
        raise DiskFull("磁盘空间不足。")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "make_indexes", full)
        with pytest.raises(SyncProblem):
            client.run(behind.replica, Line(server, cut_at=3))
    assert absent(behind) == 4
    client.run(behind.replica, Line(server))


def test_a_process_that_is_killed(server: OpenServer, one: Laptop, behind: Laptop) -> None:
    syncing = Client(behind.replica, snapshots=False)
    for _ in range(2):
        syncing.receive(server.service.exchange(syncing.request()))
        syncing.apply()
    assert absent(behind) == 4
    behind.database.close()
    behind.database = Database.open(behind.database.path, behind.database.key)
    assert there(behind) == there(one)
    client.run(behind.replica, Line(server))
    assert snapshot(behind) == snapshot(one)
    assert overlay_rows(behind) == 0


def test_by_stick(server: OpenServer, one: Laptop, behind: Laptop, tmp_path: Path) -> None:
    seen: list[int] = []
    written = stick.write_outbox(behind.database, tmp_path / "out.lxq")
    answered = township_stick.answer_outbox(server, written.path, tmp_path / "in.lxq")
    stick.read_answer(behind.database, answered.path, lambda *_: seen.append(absent(behind)))
    assert 4 in seen
    assert visits(behind) == VISITS
