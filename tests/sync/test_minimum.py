"""The township demands a newer program of who pulls; work is taken from every program."""

from pathlib import Path

import pytest
from sqlalchemy import select

from sync import client
from sync.problems import ServerAway, TooOld
from sync.server import admin
from sync.server.folder import OpenServer
from sync.server.stick import answer_outbox
from sync.stick import read_answer, write_outbox
from tests.pictures import jpeg
from tests.sync.laptops import Laptop
from tests.sync.pictures import LARGE, Line, add_visit, at_server, kept
from tests.sync.snapshots import enter, homes, refresh, staged
from tests.sync.test_quarantine import home, phone
from township.errors import WorldError
from township.storage import tables
from township.usecases.syncing import sync_state


@pytest.fixture
def demanded(server: OpenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "SCHEMA", 2)
    admin.demand(server, 2)


@pytest.mark.usefixtures("demanded")
def test_an_old_program_pushes_but_does_not_pull(
    one: Laptop, two: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(40):
        home(one, phone=f"123456789{n:02}")
    monkeypatch.setattr(client, "FIRST_BATCH", 1000)  # several requests: all work goes first
    monkeypatch.setattr(client, "LARGEST_BATCH", 1000)
    with pytest.raises(TooOld, match="升级"):
        one.sync()
    assert set(one.states()) == {"applied"}
    with one.database.reader() as session:
        state = sync_state(session)
        assert state.waiting == 0
        assert "升级" in (state.problem or "")
        assert set(session.scalars(select(tables.bucket_cursor.c.seq))) == {0}
    monkeypatch.setattr(client, "SCHEMA", 2)
    two.sync()
    assert one.sync().round_trips >= 1
    with one.database.reader() as session:
        assert sync_state(session).problem is None
        assert session.execute(select(tables.pending)).all() == []


def test_pictures_go_though_a_snapshot_that_was_begun_does_not_come(
    server: OpenServer, one: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _begin_to_load(server, one, monkeypatch)
    add_visit(one, jpeg(LARGE))
    line = Line(server)
    with pytest.raises(TooOld):
        one.sync(line)
    assert line.calls == 3
    assert at_server(server) == kept(one)
    assert staged(one)
    monkeypatch.setattr(client, "SCHEMA", 2)
    one.sync(Line(server))
    assert not staged(one)


def test_a_demand_that_ends_during_a_sync(
    server: OpenServer, one: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is loaded in the same sync."""
    _begin_to_load(server, one, monkeypatch)
    add_visit(one, jpeg(LARGE))
    line = Line(server)

    def lifted(progress: client.Progress) -> None:
        if progress.round_trips == 1:
            admin.demand(server, 1)

    client.run(one.replica, line, lifted)
    assert at_server(server) == kept(one)
    assert not staged(one)
    assert one.sync(line).round_trips == 1


def _begin_to_load(server: OpenServer, one: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line breaks before the first part; then the township demands a newer program."""
    enter(server, *homes(100))
    refresh(server)
    with pytest.raises(ServerAway):
        one.sync(Line(server, cut_at=2))
    assert staged(one)
    monkeypatch.setattr(admin, "SCHEMA", 2)
    admin.demand(server, 2)


@pytest.mark.usefixtures("demanded")
def test_by_stick(server: OpenServer, one: Laptop, place: Path) -> None:
    house = home(one, phone="12345678901")
    answered = answer_outbox(server, write_outbox(one.database, place).path, place)
    assert (answered.taken, answered.given, answered.more) == (1, 0, False)
    taken = read_answer(one.database, answered.path)
    assert "升级" in taken.in_words()
    assert one.states() == ["applied"]
    assert phone(one, house) == "12345678901"


def test_a_server_demands_only_what_it_knows(server: OpenServer) -> None:
    admin.demand(server, 1)
    with pytest.raises(WorldError, match="数据版本"):
        admin.demand(server, 99)
