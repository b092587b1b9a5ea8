"""What holds for every test: no screen, a home of its own, no network beyond this machine."""

import os
import sys
from collections.abc import Awaitable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

HOME_VARIABLES = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
)
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def _stay_on_this_machine(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        _, address = args
    elif event == "socket.getaddrinfo":
        address = args[:2]
    else:
        return
    if not isinstance(address, tuple):  # a Unix socket
        return
    host = address[0]
    if host and not str(host).startswith(LOOPBACK):
        raise RuntimeError(f"a test may only talk to this machine, not to {host!r}")


sys.addaudithook(_stay_on_this_machine)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that starts with the first test that wants it."""
    if sys.platform == "win32":
        pytest.skip("the PostgreSQL of the tests listens on a Unix socket")
    from tests.postgres import running_postgres

    with running_postgres() as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def short_pauses() -> Iterator[None]:
    """A server that is told to stop looks after a hundredth of a second, not after two tenths:
    a thousand tests have one.
    """
    import asyncio

    from uvicorn import server

    def sleep(seconds: float) -> Awaitable[None]:
        return asyncio.sleep(min(seconds, 0.01))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "asyncio", SimpleNamespace(**(vars(asyncio) | {"sleep": sleep})))
        yield


@pytest.fixture(scope="session", autouse=True)
def schema() -> Iterator[None]:
    """Each worker runs all migrations once, not for every empty laptop database."""
    from tests.schema import made_once
    from township.storage import migrate

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "upgrade", made_once(migrate.upgrade))
        yield


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A fresh, empty home folder, so that no test reads or writes the tester's own settings."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    for name in HOME_VARIABLES:
        monkeypatch.setenv(name, str(folder))
    yield folder
