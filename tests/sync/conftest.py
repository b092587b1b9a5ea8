"""A township server on each kind of database, and on a real socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.postgres import drop_database, new_database
from tests.sync import moves
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import OTHER_ZONE, ZONE, office_changeset
from tests.sync.snapshots import enter
from township.changes import Op


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a township's data lie: every test that has a server runs on both."""
    if request.param == "sqlite":
        yield None
        return
    address = new_database(request.getfixturevalue("postgres"))
    yield address
    drop_database(address)


@pytest.fixture
def server(tmp_path: Path, database: str | None) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇", database=database)
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


@pytest.fixture
def groups(server: folder.OpenServer) -> None:
    """One group in each zone."""
    enter(
        server,
        *(
            Op(
                "village_group",
                group,
                "insert",
                "township/i",
                {"zone_id": zone, "number": 1, "name": "一组"},
            )
            for zone, group in moves.GROUPS.items()
        ),
    )


@pytest.fixture
def office(server: folder.OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with moves.enrolled(server, url, tmp_path / "office", ZONE, OTHER_ZONE) as laptop:
        yield laptop


@pytest.fixture
def old(server: folder.OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with moves.enrolled(server, url, tmp_path / "old", ZONE) as laptop:
        yield laptop


@pytest.fixture
def new(server: folder.OpenServer, url: str, tmp_path: Path, groups: None) -> Iterator[Laptop]:
    with moves.enrolled(server, url, tmp_path / "new", OTHER_ZONE) as laptop:
        yield laptop
