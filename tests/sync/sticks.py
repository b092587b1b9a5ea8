"""Carrying bundles between laptops and a township in tests."""

from pathlib import Path

import pytest

from sync import stick
from sync.bundle import BadBundle
from sync.reading import Taken
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.stick import Answered, answer_outbox
from sync.stick import Written
from tests.sync.laptops import Laptop, overlay_rows, snapshot


def out(laptop: Laptop, place: Path) -> Written:
    return stick.write_outbox(laptop.database, place)


def back(laptop: Laptop, file: Path) -> Taken:
    return stick.read_answer(laptop.database, file)


def by_stick(laptop: Laptop, server: OpenServer, place: Path) -> tuple[Answered, Taken]:
    """One whole way there and back."""
    answered = answer_outbox(server, out(laptop, place).path, place)
    return answered, back(laptop, answered.path)


def same(first: Laptop, second: Laptop) -> None:
    assert snapshot(first) == snapshot(second)
    assert overlay_rows(first) == overlay_rows(second) == 0


def log_size(server: OpenServer) -> int:
    with server.service.store.reading() as connection:
        return len(list(Log(connection, server.service.township_id).walk()))


def refused(code: str, laptop: Laptop, file: Path) -> None:
    before = snapshot(laptop), laptop.states(), laptop.replica.cursors()
    with pytest.raises(BadBundle) as told:
        back(laptop, file)
    assert told.value.code == code
    assert (snapshot(laptop), laptop.states(), laptop.replica.cursors()) == before
