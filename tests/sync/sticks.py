"""Carrying bundles between laptops and a township in tests."""

from pathlib import Path

from sync import stick
from sync.reading import Taken
from sync.server.folder import OpenServer
from sync.server.stick import Answered, answer_outbox
from sync.stick import Written
from tests.sync.laptops import Laptop


def out(laptop: Laptop, place: Path) -> Written:
    return stick.write_outbox(laptop.database, place)


def back(laptop: Laptop, file: Path) -> Taken:
    return stick.read_answer(laptop.database, file)


def by_stick(laptop: Laptop, server: OpenServer, place: Path) -> tuple[Answered, Taken]:
    """One whole way there and back."""
    answered = answer_outbox(server, out(laptop, place).path, place)
    return answered, back(laptop, answered.path)
