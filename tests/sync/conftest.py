"""A township server in a folder, and on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import office_changeset


@pytest.fixture
def server(tmp_path: Path) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    assert office.load([office_changeset(office)]) == 4
    yield server
    server.close()


@pytest.fixture
def url(server: folder.OpenServer) -> Iterator[str]:
    with ServerThread(server) as thread:
        yield thread.url


@pytest.fixture
def one(server: folder.OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    yield laptop
    laptop.database.close()


@pytest.fixture
def two(server: folder.OpenServer, url: str, tmp_path: Path) -> Iterator[Laptop]:
    laptop = enrolled(server, url, tmp_path / "two", "xiang")
    yield laptop
    laptop.database.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
