"""A township server on each kind of database, and on a real socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.server import folder
from sync.server.running import ServerThread
from tests.postgres import drop_database, new_database
from tests.sync import moves
from tests.sync.laptops import Laptop, enrolled
from tests.sync.made import Made, make
from tests.sync.sample import OTHER_ZONE, ZONE
from tests.sync.snapshots import enter
from township.changes import Op


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Where a township's data lie: every test that has a server runs on both."""
    if request.param == "sqlite":
        yield None
    else:
        with in_postgres(request) as address:
            yield address


@contextmanager
def in_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of a test's own: a copy of the made township if it wants that, else empty."""
    if "server" in request.fixturenames:
        made: Made = request.getfixturevalue("made_in_postgres")
        assert made.database is not None
        address = new_database(made.database, copy=True)
    else:
        address = new_database(request.getfixturevalue("postgres"))
    yield address
    drop_database(address)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made") / "server")


@pytest.fixture(scope="session")
def made_in_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("made") / "server", new_database(postgres))


@pytest.fixture
def server(
    request: pytest.FixtureRequest, tmp_path: Path, database: str | None
) -> Iterator[folder.OpenServer]:
    made: Made = request.getfixturevalue("made_in_postgres" if database else "made")
    server = made.copy(tmp_path / "server", database)
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
