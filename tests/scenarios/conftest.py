"""A township's server on a socket, and laptops with the program's own windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sync.server import folder
from sync.server.folder import OpenServer
from sync.server.running import ServerThread
from tests.desktop.conftest import qapp as qapp
from tests.scenarios.town import Clock, Now, Seat, Sit, found, take_seat


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[OpenServer]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    server.service.clock = clock
    found(server, clock)
    yield server
    server.close()


@pytest.fixture
def sit(
    server: OpenServer, clock: Clock, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> Iterator[Sit]:
    """Give somebody a laptop of their own, with a clock of its own if need be, and open it."""
    seats: list[Seat] = []
    with ServerThread(server) as thread:

        def take(login: str, own: Now = clock) -> Seat:
            laptop = take_seat(server, thread.url, tmp_path / login, login, own)
            seats.append(Seat(qtbot, qapp, laptop, login, own))
            seats[-1].sync()
            return seats[-1]

        yield take
        for seat in seats:
            seat.end()
