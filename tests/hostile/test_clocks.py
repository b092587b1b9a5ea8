"""Clocks far beyond any calendar: labels for people, and no more."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from sync.server import admin
from sync.server.folder import OpenServer
from tests.hostile.messages import packed, push
from tests.sync.conftest import database as database
from tests.sync.conftest import made as made
from tests.sync.conftest import made_in_postgres as made_in_postgres
from tests.sync.conftest import server as server
from tests.sync.conftest import url as url
from tests.sync.laptops import enrolled
from tests.sync.sample import XIANG, ZONE
from tests.sync.stranger import Stranger, edit, household
from township.changes import Changeset
from township.records import Household, new_id


@pytest.mark.parametrize("clock", [-(2**63), -1, 0, 2**47, 2**53, 2**63 - 1, 2**64 - 1])
def test_a_mad_clock_hurts_nobody(server: OpenServer, url: str, tmp_path: Path, clock: int) -> None:
    stranger, home = Stranger(url), new_id()
    device = stranger.enrol(admin.issue_code(server, ["xiang"])).device
    for op in (household(ZONE, home), edit(ZONE, home, "phone", "110", f"{device}.1.1.0")):
        sound = stranger.changeset(op, author=XIANG)
        header = msgspec.msgpack.decode(sound.header)
        changeset = Changeset(packed([*header[:5], clock, *header[6:]]), sound.ops)
        message = push(stranger, changeset)
        stranger.grow(changeset)
        assert stranger.post("exchange", message).status_code in (200, 400)
    laptop = enrolled(server, url, tmp_path / "laptop", "xiang")
    laptop.sync()
    with laptop.database.reader() as session:
        session.scalars(select(Household)).all()
    laptop.database.close()
