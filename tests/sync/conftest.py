"""A township server in a folder, and on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
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
