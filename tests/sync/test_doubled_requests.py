"""Requests that arrive twice, at the same time, late and in another order, on a real socket."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from sync import client
from sync.http import HttpCarrier, carrier_to
from sync.problems import SyncProblem
from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop
from tests.sync.processes import assert_whole
from tests.sync.sample import ZONE
from township.records import Household, new_id


class Doubling:
    """Sends each message on several connections at once, among older ones."""

    def __init__(self, laptop: Laptop, seed: int) -> None:
        self._lines = [carrier_to(laptop.replica.identity()) for _ in range(4)]
        self._threads = ThreadPoolExecutor(len(self._lines))
        self._dice = Random(seed)
        self._old: list[bytes] = []

    def __call__(self, message: bytes) -> bytes:
        self._old.append(message)
        others = [self._dice.choice(self._old) for _ in self._lines[2:]]
        wave = [message, message, *others]
        order = self._dice.sample(range(len(wave)), len(wave))
        coming = {
            place: self._threads.submit(_sent, line, wave[place])
            for place, line in zip(order, self._lines, strict=True)
        }
        answers = {place: future.result() for place, future in coming.items()}
        answer = answers[self._dice.choice((0, 1))]
        if isinstance(answer, SyncProblem):
            raise answer
        return answer

    def close(self) -> None:
        self._threads.shutdown()
        for line in self._lines:
            line.close()


def _sent(line: HttpCarrier, message: bytes) -> bytes | SyncProblem:
    try:
        return line(message)
    except SyncProblem as problem:
        return problem


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Many round trips."""
    monkeypatch.setattr(client, "FIRST_BATCH", 1500)
    monkeypatch.setattr(client, "LARGEST_BATCH", 1500)
    yield


@pytest.mark.parametrize("seed", range(2))
def test_each_changeset_is_taken_once(
    server: OpenServer, one: Laptop, two: Laptop, seed: int
) -> None:
    lines = [Doubling(laptop, seed) for laptop in (one, two)]
    try:
        for _ in range(2):
            for laptop, line in zip((one, two), lines, strict=True):
                fill(laptop, 40)
                laptop.sync(line)
        for laptop, line in zip((one, two), lines, strict=True):
            laptop.sync(line)
    finally:
        for line in lines:
            line.close()
    assert_whole(server, one, two)


def fill(laptop: Laptop, count: int) -> None:
    for number in range(count):
        with laptop.database.work(laptop.cadre) as work:
            home = Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no=f"3-{number}")
            work.add(home)
            work.commit()
