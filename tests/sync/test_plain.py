"""Changesets taken many at once leave the township as those taken one after the other."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from sync import wire
from sync.server import admin, folder, plain, tables
from sync.server.folder import OpenServer
from sync.server.log import Log
from sync.server.office import Office
from sync.server.plain import Plain
from sync.server.reading import insert_decoders
from sync.server.running import ServerThread
from tests.sync.sample import OTHER_ZONE, XIANG, ZONE, office_changeset
from tests.sync.stranger import Stranger, edit, household
from township.changes import Changeset, Op
from township.records import new_id

PUSHED = 700  # several stints


def odd(chance: random.Random, made: list[tuple[bytes, str]]) -> list[Op]:
    """What needs a closer look: each breaks a run in another way."""
    home, writer = chance.choice(made)
    return chance.choice(
        [
            [edit(ZONE, home, "address", f"{chance.random()}", writer)],
            [household(ZONE, home)],  # there is one already
            [household(ZONE, new_id(), no=17)],  # not a text
            [household(OTHER_ZONE, new_id())],  # not granted
            [Op("household", new_id(), "insert", f"{OTHER_ZONE.hex()}/i", {"zone_id": ZONE})],
            [household(ZONE, new_id()), household(ZONE, new_id())],
            [Op("weather", new_id(), "insert", f"{ZONE.hex()}/i", {"rain": 3})],
        ]
    )


def work(laptop: Stranger, seed: int) -> bytes:
    """A push: mostly new households, sometimes something else."""
    chance = random.Random(seed)
    made: list[tuple[bytes, str]] = []
    changesets: list[Changeset] = []
    for _ in range(PUSHED):
        single = not made or chance.random() < 0.97
        ops = [household(ZONE, new_id())] if single else odd(chance, made)
        author = new_id() if chance.random() < 0.01 else XIANG  # a stranger's is quarantined
        changesets.append(laptop.changeset(*ops, author=author))
        laptop.grow(changesets[-1])
        if single:
            made.append((ops[0].record, f"{laptop.enrolled.device}.1.{laptop.head.dseq}.0"))
    return laptop.message(*changesets)


def rows(server: OpenServer) -> dict[str, list[Any]]:
    """All that a push writes, but for what chance and the clock put into it."""
    with server.service.store.reading() as connection:
        found = {
            name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for name in ("stretch", "record", "quarantine", "bucket", "outcome")
            for table in (tables.metadata.tables[name],)
        }
        log = Log(connection, server.service.township_id).walk()
        found["log"] = [entry._replace(received_at="", salt=None, leaf=b"") for entry in log]
    return {name: [tuple(row) for row in all_] for name, all_ in found.items()}


@pytest.fixture
def laptop(tmp_path: Path) -> Stranger:
    folder.init(tmp_path / "one", "屈原镇")
    server = folder.open_server(tmp_path / "one")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        found = Stranger(thread.url)
        found.enrol(admin.issue_code(server, ["xiang"]))
    server.close()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    return found


@pytest.mark.parametrize("seed", range(4))
def test_many_at_once_is_as_one_after_the_other(
    laptop: Stranger, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = work(laptop, seed)
    runs: list[int] = []
    real = Plain.run

    def run(*given: Any) -> Any:
        found = real(*given)
        runs.append(len(found))
        return found

    monkeypatch.setattr(Plain, "run", run)
    at_once = taken(tmp_path / "one", message)
    assert sum(runs) > PUSHED * 0.9
    assert max(runs) > 20
    monkeypatch.setattr(Plain, "run", lambda *_: [])
    one_by_one = taken(tmp_path / "two", message)
    assert at_once == one_by_one
    statuses = {row[5] for row in at_once["log"]}
    assert statuses == {"applied", "rejected", "quarantined"}


def taken(path: Path, message: bytes) -> dict[str, list[Any]]:
    server = folder.open_server(path)
    answer = server.service.exchange(message)
    assert wire.open_envelope(answer)
    found = rows(server)
    server.close()
    return found


def test_what_breaks_runs_is_not_read_again_and_again(
    laptop: Stranger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other changeset needs a closer look; each is read a few times at most."""
    read: list[object] = []
    decode = insert_decoders()["household"].decode

    class Counting:
        @staticmethod
        def decode(fields: Any) -> Any:
            read.append(fields)
            return decode(fields)

    monkeypatch.setattr(plain, "insert_decoders", lambda: {"household": Counting})
    changesets: list[Changeset] = []
    for number in range(PUSHED):
        made = household(OTHER_ZONE if number % 2 else ZONE, new_id())
        changesets.append(laptop.changeset(made, author=XIANG))
        laptop.grow(changesets[-1])
    log = taken(tmp_path / "one", laptop.message(*changesets))["log"]
    assert {row[5] for row in log} == {"applied", "quarantined"}
    assert len(read) <= 3 * PUSHED
