"""An enrolled laptop with unsent work, its township, and the program on its folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from desktop.enrolling import enroller
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.wiring import parts
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.desktop.accounts.windows import Start
from tests.sync.laptops import PASSWORD, enrolled
from tests.sync.sample import ZONE, office_changeset
from township.records import Household, new_id
from township.storage import tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked
from township.storage.persons import Persons


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A township's folder and a laptop's that has synced, with one household not sent yet."""
    place = tmp_path_factory.mktemp("template")
    folder.init(place / "server", "屈原镇")
    server = folder.open_server(place / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, place / "one", "xiang")
        laptop.sync()
    server.close()
    with laptop.database.work(laptop.cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-001"))
        work.commit()
    laptop.database.close()
    return place


@pytest.fixture
def here(template: Path, tmp_path: Path) -> LaptopFolder:
    """A copy of the laptop, locked."""
    shutil.copytree(template / "one", tmp_path / "one")
    return LaptopFolder(tmp_path / "one")


Town = tuple[folder.OpenServer, ServerThread]


@pytest.fixture
def town(template: Path, here: LaptopFolder, tmp_path: Path) -> Iterator[Town]:
    """A copy of the township on a socket, where the laptop looks for it."""
    shutil.copytree(template / "server", tmp_path / "server")
    server = folder.open_server(tmp_path / "server")
    with ServerThread(server) as thread:
        database = Database.open(here.database, here.keyring.unlock("xiang", PASSWORD))
        with database.writing() as connection:
            connection.execute(update(tables.device).values(server_url=thread.url))
        database.close()
        yield server, thread
    server.close()


@pytest.fixture
def server(town: Town) -> folder.OpenServer:
    return town[0]


@pytest.fixture
def running(town: Town) -> ServerThread:
    return town[1]


@pytest.fixture
def start(
    qapp: QApplication, here: LaptopFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    monkeypatch.setattr(Cost, "__init__", cheap)
    programs: list[Program[Unlocked]] = []

    def begin() -> Program[Unlocked]:
        program = Program(
            qapp,
            parts(here, tmp_path / "log", enroller(Persons(here))),
            PreferenceFile(tmp_path / "desktop.json"),
        )
        programs.append(program)
        program.start()
        return program

    yield begin
    for program in programs:
        for window in (program.main, program.entry):
            if window is not None:
                window.close()
                window.deleteLater()
        program.end()


def cheap(self: Cost, passes: int = 1, memory: int = 64, lanes: int = 1) -> None:
    for name, value in (("passes", passes), ("memory", memory), ("lanes", lanes)):
        object.__setattr__(self, name, value)
