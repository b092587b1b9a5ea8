"""Several processes on one laptop's database: a window that saves while others sync."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.folder import OpenServer
from tests.sync.laptops import Laptop, enrolled
from tests.sync.processes import assert_whole, child, ended
from tests.sync.sample import ZONE


@pytest.fixture
def database() -> None:
    """It is the laptop's database that is shared here."""


@pytest.fixture
def other(server: OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "other", "xiang")
    yield laptop
    laptop.database.close()


def test_saving_and_two_syncs_at_the_same_time(
    server: OpenServer, one: Laptop, other: Laptop
) -> None:
    save = ("write", ZONE.hex(), one.cadre.hex(), "60")
    processes = [child(one, *save) for _ in (1, 2)]
    for _ in range(3):
        processes += [child(one, "sync"), child(one, "sync")]
    assert {ended(process) for process in processes} == {0}
    for laptop in (one, other):
        laptop.sync()
    assert len(one.states()) == 120
    assert_whole(server, one, other)
