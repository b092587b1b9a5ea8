"""kill -9 while a snapshot is being loaded: the next sync goes on where it stopped."""

import subprocess
import sys
from pathlib import Path

import pytest

from sync import client
from sync.server import chunking
from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, overlay_rows, snapshot
from tests.sync.snapshots import Line, enter, homes, parts_of, refresh, staged

ROOT = Path(__file__).parents[2]
KILLS = [("asking", 3), ("answered", 2), ("keeping", 2), ("loading", 1)]


@pytest.fixture
def database() -> None:
    """One kind of database is enough: only laptops are killed here."""


def child(laptop: Laptop, where: str, number: int) -> tuple[int, list[str]]:
    """Sync in a process of its own; its exit code, and the parts that came."""
    database = laptop.database
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.sync.loading_child"),
            *(str(database.path), database.key.hex(), where, str(number)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -9), done.stderr
    return done.returncode, done.stdout.split()


def test_killed_again_and_again_it_comes_to_the_same_end(
    server: OpenServer, url: str, one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert url
    monkeypatch.setattr(chunking, "LEAST", 2000)
    monkeypatch.setattr(chunking, "MOST", 4000)
    enter(server, *homes(120))
    refresh(server)
    came: list[str] = []
    for where, number in KILLS:
        code, parts = child(one, where, number)
        assert code == -9
        # What was on its way when the process was killed is all that may come again.
        assert len(set(came) & set(parts)) <= 2
        came += parts
        assert one.replica.cursors().keys() == two.replica.cursors().keys()
    code, parts = child(one, "never", 1)
    assert code == 0
    came += parts
    assert {bytes.fromhex(part) for part in came} >= set(parts_of(server))
    assert len(came) - len(set(came)) <= len(KILLS) + 1
    assert staged(one) == {}
    client.run(two.replica, Line(server), snapshots=False)
    assert snapshot(one) == snapshot(two)
    assert overlay_rows(one) == 0
