"""An enrolled laptop with unsent work, its township, and the program on its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.enrolling import enroller
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.wiring import parts
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.desktop.accounts.windows import Start
from tests.sync.laptops import enrolled
from tests.sync.sample import ZONE, office_changeset
from township.records import Household, new_id
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked
from township.storage.persons import Persons


@pytest.fixture
def server(tmp_path: Path) -> Iterator[folder.OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    yield server
    server.close()


@pytest.fixture
def running(server: folder.OpenServer) -> Iterator[ServerThread]:
    with ServerThread(server) as thread:
        yield thread


@pytest.fixture
def here(server: folder.OpenServer, running: ServerThread, tmp_path: Path) -> LaptopFolder:
    """A laptop that has synced, with one household that it has not sent yet; locked."""
    laptop = enrolled(server, running.url, tmp_path / "one", "xiang")
    laptop.sync()
    with laptop.database.work(laptop.cadre) as work:
        work.add(Household(id=new_id(), zone_id=ZONE, group_id=bytes(16), no="1-001"))
        work.commit()
    laptop.database.close()
    return LaptopFolder(tmp_path / "one")


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
