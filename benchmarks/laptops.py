"""Laptops full of the demo township, made once and kept outside the tree.

A kept laptop is used as long as what it was made with stays the same: generator, schema, week.
Cases that write work on a copy.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import platformdirs

from benchmarks.harness import ROOT
from township.changes import bucket
from township.demo.generate import generate
from township.demo.laptop import fill_laptop, of_zones
from township.demo.rows import Row
from township.demo.staff import CADRE_LOGIN, CLERK_LOGIN
from township.demo.zones import HOUSEHOLDS
from township.records import new_id
from township.storage import enrolling, search, second_factor
from township.storage.database import Database
from township.storage.enrolling import Membership
from township.storage.folder import LaptopFolder
from township.storage.pages import Scope
from township.storage.settings import keep

PASSWORD = "Liangxin-2026"
SEED, YEARS = 1, 3
_MADE_BY = (
    "benchmarks/laptops.py",
    "township/demo/*.py",
    "township/records/*.py",
    "township/rules/*.py",
    "township/storage/*.py",
    "township/storage/migrations/versions/*.py",
)


def clerk(households: int = HOUSEHOLDS, years: int = YEARS) -> LaptopFolder:
    """The clerk's laptop: the full township."""
    return _kept(CLERK_LOGIN, households, years)


def cadre(households: int = HOUSEHOLDS, years: int = YEARS) -> LaptopFolder:
    """A village cadre's laptop: one zone of the same township."""
    return _kept(CADRE_LOGIN, households, years)


def copy(laptop: LaptopFolder, folder: Path) -> LaptopFolder:
    """A copy to write on."""
    shutil.copytree(laptop.path, folder)
    return LaptopFolder(folder)


def opened(laptop: LaptopFolder) -> Database:
    """The data of a laptop made here."""
    login = laptop.keyring.logins()[0]
    return Database.open(laptop.database, laptop.keyring.unlock(login, PASSWORD))


def _kept(login: str, households: int, years: int) -> LaptopFolder:
    this_week = date.today() - timedelta(days=date.today().weekday())
    name = f"{login}-{households}-{years}-{this_week}-{_fingerprint()}"
    home = platformdirs.user_cache_path("lianxinqiao-benchmarks") / "laptops"
    laptop = LaptopFolder(home / name)
    if not laptop.path.exists():
        for old in home.glob(f"{login}-{households}-{years}-*"):
            shutil.rmtree(old)
        half_made = LaptopFolder(home / "half-made" / name)
        shutil.rmtree(half_made.path, ignore_errors=True)
        _make(half_made, login, list(generate(SEED, households, years, this_week)))
        half_made.path.rename(laptop.path)
    return laptop


def _fingerprint() -> str:
    files = sorted(file for pattern in _MADE_BY for file in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _make(laptop: LaptopFolder, login: str, rows: Sequence[Row]) -> None:
    person = next(row for row in rows if row.kind == "cadre" and row.fields.get("login") == login)
    zones = [row.id for row in rows if row.kind == "zone"]
    if login == CADRE_LOGIN:
        zones = [
            zone
            for row in rows
            if row.kind == "zone_staff" and row.fields["cadre_id"] == person.id
            if isinstance(zone := row.fields["zone_id"], bytes)
        ]
        rows = list(of_zones(rows, zones))
    unlocked = enrolling.create(laptop, _membership(login, person.id, zones), PASSWORD)
    fill_laptop(unlocked.database, rows)
    search.catch_up(unlocked.database)
    with unlocked.database.writing() as connection:
        keep(connection, second_factor.LIMIT, "0")
    unlocked.database.close()


def _membership(login: str, cadre_id: bytes, zones: Sequence[bytes]) -> Membership:
    names = [bucket(None, "i"), *(bucket(zone, part) for zone in zones for part in "ir")]
    return Membership(
        township_id=new_id(),
        township_name="屈原镇",
        township_public=bytes(32),
        number=7,
        signing_key=bytes(32),
        sealing_key=bytes(32),
        server_url="",
        server_ca=None,
        authors=[(login, cadre_id)],
        scope=Scope(b"", names, [cadre_id]),
        recovery="",
        township_sealing=bytes(32),
    )
