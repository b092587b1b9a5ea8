"""A township of one zone, two office laptops and a village laptop, and people at their windows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.driver import Driver
from desktop.preferences import PreferenceFile
from desktop.views.sync import SyncPage
from sync.enrol import enrol
from sync.server import admin, folder
from sync.server.folder import OpenServer
from sync.server.running import ServerThread
from tests.sync.laptops import CHEAP, PASSWORD
from tests.sync.snapshots import enter
from township.changes import Op
from township.records import new_id
from township.storage import second_factor
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.settings import keep

ZONE, GROUP = new_id(), new_id()
LIU, ZHOU, HE, XIANG = (new_id() for _ in range(4))
PEOPLE = {
    "liu": (LIU, "刘主任", "PGO"),
    "zhou": (ZHOU, "周敏", "CLK"),
    "he": (HE, "何访", "PET"),
    "xiang": (XIANG, "向美华", "VC"),
}
LAPTOPS = {"office": ("liu", "zhou"), "petitions": ("he",), "village": ("xiang",)}


@dataclass
class Township:
    """A running server and its laptops; ``laptops`` are their folders by name."""

    server: OpenServer
    laptops: dict[str, LaptopFolder]

    @contextmanager
    def at_work(self, login: str) -> Iterator[Driver]:
        """Somebody unlocks the laptop, has its windows for a while and closes them."""
        laptop = self.laptops[next(name for name, users in LAPTOPS.items() if login in users)]
        PreferenceFile(laptop.path / "desktop.json").change(last_login=login)
        with Driver(laptop, laptop.path / "none.json") as driver:
            driver.unlock(PASSWORD)
            yield driver

    @contextmanager
    def opened(self, name: str) -> Iterator[Database]:
        """The database of a laptop whose windows are closed."""
        laptop = self.laptops[name]
        key = laptop.keyring.unlock(LAPTOPS[name][0], PASSWORD)
        database = Database.open(laptop.database, key)
        yield database
        database.close()


def sync(driver: Driver) -> None:
    """Press 立即同步 and wait."""
    page = driver.show("sync")
    assert isinstance(page, SyncPage)
    page.go.click()
    driver.until(lambda: not page.desk.running)
    assert page.desk.last is not None, page.problem.text()
    driver.rest()


@contextmanager
def township(path: Path) -> Iterator[Township]:
    """The township, until the block ends."""
    folder.init(path / "server", "屈原镇")
    server = folder.open_server(path / "server")
    try:
        enter(server, *_organisation())
        with ServerThread(server) as thread:
            laptops = {name: _laptop(server, thread.url, path, name) for name in LAPTOPS}
            yield Township(server, laptops)
    finally:
        server.close()


def _organisation() -> list[Op]:
    zone = {"code": "420527103210", "name": "龙马溪村", "zone_kind": "village"}
    ops = [Op("zone", ZONE, "insert", "township/i", zone | {"hotline": "0717-2881234"})]
    for login, (cadre, name, roles) in PEOPLE.items():
        values = {"login": login, "name": name, "roles": roles, "status": "active"}
        values |= {"post": "干部", "zones": ZONE.hex()}
        ops.append(Op("cadre", cadre, "insert", "township/i", values))
    staff = {"zone_id": ZONE, "cadre_id": XIANG, "role": "VC", "from_on": "2026-01-01"}
    return [*ops, Op("zone_staff", new_id(), "insert", "township/i", staff)]


def _laptop(server: OpenServer, url: str, path: Path, name: str) -> LaptopFolder:
    first, *others = LAPTOPS[name]
    code = admin.issue_code(server, LAPTOPS[name])
    laptop = enrol(LaptopFolder(path / name), url, code, PASSWORD, cost=CHEAP)
    for login in others:
        laptop.folder.keyring.add(login, PASSWORD, laptop.database.key, CHEAP)
    assert laptop.login == first
    with laptop.database.writing() as connection:
        keep(connection, second_factor.LIMIT, "0")  # not what is looked at here
    laptop.database.close()
    return laptop.folder
