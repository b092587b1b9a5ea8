"""kill -9 of laptops and of the server in the middle of a sync, at random moments."""

import socket
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import pytest

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import Laptop, enrolled
from tests.sync.processes import assert_whole, child, ended, serving
from tests.sync.sample import ZONE, office_changeset
from township.records import Household, new_id

ROUNDS = 6


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture
def data(tmp_path: Path, database: str | None) -> Path:
    """A township's folder that no process has open."""
    folder.init(tmp_path / "server", "屈原镇", database=database)
    with_office = folder.open_server(tmp_path / "server")
    office = Office(with_office)
    office.load([office_changeset(office)])
    with_office.close()
    return tmp_path / "server"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def laptops(data: Path, port: int, tmp_path: Path) -> Iterator[list[Laptop]]:
    """Two laptops that know the server at its port, each with work of its own."""
    server = folder.open_server(data)
    with ServerThread(server, port=port, encrypted=True) as thread:
        laptops = [enrolled(server, thread.url, tmp_path / name, "xiang") for name in "ab"]
    server.close()
    for laptop in laptops:
        fill(laptop, 60)
    yield laptops
    for laptop in laptops:
        laptop.database.close()


def fill(laptop: Laptop, count: int) -> None:
    for number in range(count):
        with laptop.database.work(laptop.cadre) as work:
            work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=f"2-{number}"))
            work.commit()


@pytest.mark.parametrize("seed", range(1))
def test_killed_at_random_nothing_is_lost_or_doubled(
    data: Path, port: int, laptops: list[Laptop], seed: int
) -> None:
    dice = Random(seed)
    server = serving(data, port)
    syncing = [child(laptop, "sync") for laptop in laptops]
    for _ in range(ROUNDS):
        time.sleep(dice.uniform(0, 0.4))
        victim = dice.choice(("server", 0, 1))
        if victim == "server":
            stop(server)
            server = serving(data, port)
        else:
            number = int(victim)
            stop(syncing[number])
            fill(laptops[number], 5)
            syncing[number] = child(laptops[number], "sync")
    assert [ended(process) for process in syncing] == [0, 0]
    assert [ended(child(laptop, "sync")) for laptop in laptops] == [0, 0]
    stop(server)
    opened = folder.open_server(data)
    assert_whole(opened, *laptops)
    opened.close()


def stop(process: BaseProcess) -> None:
    process.kill()
    ended(process)
