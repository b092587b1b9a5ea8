"""A township server and laptops for the sync benchmarks, made once and kept outside the tree.

What is kept is used as long as the code that made it stays the same. Cases work on copies.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import platformdirs

from benchmarks.harness import ROOT
from benchmarks.laptops import PASSWORD, SEED, YEARS
from benchmarks.outbox import fill_outbox
from sync import client
from sync.enrol import enrol
from sync.http import carrier_to
from sync.server import admin, folder
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.server.running import ServerThread
from township.demo.generate import generate
from township.demo.load import changesets
from township.demo.rows import Row
from township.demo.staff import CLERK_LOGIN
from township.demo.zones import HOUSEHOLDS
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked, unlock
from township.storage.replica import Replica

BASE = frozenset({"zone", "village_group", "cadre", "zone_staff", "household", "person"})
"""Kinds that are at the township before the work of a case begins."""
_CHEAP = Cost(passes=1, memory=8, lanes=1)
_MADE_BY = (
    "benchmarks/towns.py",
    "benchmarks/outbox.py",
    "sync/*.py",
    "sync/server/*.py",
    "township/*.py",
    "township/demo/*.py",
    "township/records/*.py",
    "township/storage/*.py",
    "township/storage/migrations/versions/*.py",
)


@dataclass(frozen=True)
class Town:
    """The folders of a server and of its enrolled laptops."""

    path: Path

    @property
    def server(self) -> Path:
        return self.path / "server"

    def laptop(self, name: str) -> LaptopFolder:
        return LaptopFolder(self.path / name)

    def copy(self, path: Path) -> Town:
        """The same once more, to work on."""
        shutil.copytree(self.path, path)
        return Town(path)


def with_outbox(waiting: int) -> Town:
    """Two of the clerk's laptops in step with the township; on ``pusher`` so many visits wait."""

    def make(town: Town) -> None:
        made = rows()
        with _served(town, [row for row in made if row.kind in BASE]) as (server, url):
            for name in ("pusher", "puller"):
                laptop = _enrolled(town, server, url, name)
                _sync(laptop.database)
                if name == "pusher":
                    fill_outbox(laptop.database, laptop.cadre_id, visits(waiting))
                laptop.database.close()

    return _kept(f"outbox-{waiting}", make)


def full() -> Town:
    """The full township with its years of work at the server, and an empty ``newcomer``."""

    def make(town: Town) -> None:
        with _served(town, rows()) as (server, url):
            _enrolled(town, server, url, "newcomer").database.close()

    return _kept("full", make)


def visits(count: int) -> list[Row]:
    """So many visits of the demo township, the same ones again when they run out."""
    return list(islice(cycle(row for row in rows() if row.kind == "visit"), count))


def opened(laptop: LaptopFolder) -> Unlocked:
    """A laptop made here."""
    return unlock(laptop, laptop.keyring.logins()[0], PASSWORD)


@contextmanager
def _served(town: Town, rows: list[Row]) -> Iterator[tuple[OpenServer, str]]:
    folder.init(town.server, "屈原镇")
    server = folder.open_server(town.server)
    try:
        office = Office(server)
        head = office.head()
        office.load(changesets(rows, office.number, head.incarnation, head.dseq))
        with ServerThread(server, encrypted=True) as running:
            yield server, running.url
    finally:
        server.close()


def _enrolled(town: Town, server: OpenServer, url: str, name: str) -> Unlocked:
    code = admin.issue_code(server, [CLERK_LOGIN])
    return enrol(town.laptop(name), url, code, PASSWORD, cost=_CHEAP)


def _sync(database: Database) -> None:
    replica = Replica(database)
    with carrier_to(replica.identity()) as carrier:
        client.run(replica, carrier)


@cache
def rows() -> list[Row]:
    """The demo township, as it stands this week."""
    return list(generate(SEED, HOUSEHOLDS, YEARS, _this_week()))


def _this_week() -> date:
    return date.today() - timedelta(days=date.today().weekday())


def _kept(name: str, make: Callable[[Town], None]) -> Town:
    home = platformdirs.user_cache_path("lianxinqiao-benchmarks") / "towns"
    town = Town(home / f"{name}-{_this_week()}-{_fingerprint()}")
    if not town.path.exists():
        for old in home.glob(f"{name}-*"):
            shutil.rmtree(old)
        half_made = Town(home / "half-made" / town.path.name)
        shutil.rmtree(half_made.path, ignore_errors=True)
        half_made.path.mkdir(parents=True)
        make(half_made)
        half_made.path.rename(town.path)
    return town


@cache
def _fingerprint() -> str:
    files = sorted(file for pattern in _MADE_BY for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
