"""What happens on a small disk that runs full: see ``test_full_disk``.

``python -m tests.sync.full_disk_child DISK WHICH FILE KEY SERVER URL``: DISK is an empty file
system of a few megabytes. WHICH says whose data lie on it, those of the ``laptop`` or those of
the ``server``; they are moved there and back. Prints JSON of what was told to people.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sync import client
from sync.http import HttpCarrier
from sync.problems import SyncProblem
from sync.server import folder
from sync.server.running import ServerThread
from township.errors import WorldError
from township.storage.database import Database
from township.storage.replica import Replica

ROOM = 200_000
"""Bytes left free while the disk counts as full."""


@contextmanager
def crowded(disk: Path) -> Iterator[None]:
    """All but a little of the disk is taken by a film."""
    film = disk / "film"
    with film.open("wb") as file:
        left = shutil.disk_usage(disk).free - ROOM
        file.write(bytes(max(left, 0)))
    yield
    film.unlink()


def attempt(replica: Replica, url: str) -> str | None:
    """One sync; what it tells people when it does not end well."""
    try:
        with HttpCarrier(url, None, pauses=()) as carrier:
            client.run(replica, carrier)
    except (SyncProblem, WorldError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


def run(disk: Path, laptop: Path, key: bytes, server: Path, port: int) -> list[str | None]:
    database = Database.open(laptop, key)
    opened = folder.open_server(server)
    with ServerThread(opened, port=port) as thread:
        replica = Replica(database)
        with crowded(disk):
            told = [attempt(replica, thread.url), attempt(replica, thread.url)]
        told.append(attempt(replica, thread.url))
    opened.close()
    database.close()
    return told


def main(disk: str, which: str, file: str, key: str, server: str, url: str) -> None:
    places = {"laptop": Path(file), "server": Path(server)}
    home = places[which]
    small = Path(disk) / home.name
    shutil.move(home, small)
    places[which] = small
    told = run(
        Path(disk), places["laptop"], bytes.fromhex(key), places["server"], urlsplit(url).port or 0
    )
    shutil.move(small, home)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
