"""A short run of ``python -m tests.hostile``: no message brings the township down."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sync.server.folder import OpenServer
from sync.server.running import ServerThread
from tests.hostile import addresses, attacks
from tests.hostile.attacks import Target
from tests.hostile.limits import OPEN
from tests.sync.conftest import database as database
from tests.sync.conftest import made as made
from tests.sync.conftest import made_in_postgres as made_in_postgres
from tests.sync.conftest import server as server
from tests.sync.laptops import enrolled, overlay_rows


@pytest.fixture
def url(server: OpenServer) -> Iterator[str]:
    with ServerThread(server, limits=OPEN) as thread:
        yield thread.url


@pytest.fixture
def target(server: OpenServer, url: str) -> Iterator[Target]:
    with httpx.Client() as line:
        yield Target.at(server, url, line)


def test_every_answer_is_as_described(target: Target) -> None:
    statuses, wrong = addresses.failures(target.laptop, 60)
    assert wrong == []
    assert statuses.keys() >= {200, 204, 400, 405, 415}


def test_spoiled_messages(target: Target) -> None:
    attacks.messages_change_nothing(target, 200)


def test_spoiled_enrolments(target: Target) -> None:
    attacks.codes_change_nothing(target, 80)


def test_spoiled_changesets(target: Target, tmp_path: Path) -> None:
    attacks.changesets_change_no_record(target, 100)
    laptop = enrolled(target.server, target.laptop.url, tmp_path / "other", "xiang")
    laptop.sync()  # what the township took cannot hurt a real laptop
    assert overlay_rows(laptop) == 0
    laptop.database.close()
