"""bundle out, server bundle, bundle in: a laptop that never sees a network after enrolment."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.__main__ import main
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.sample import office_changeset
from tests.sync.test_laptops import add, home


def run(*arguments: object) -> int:
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, tmp_path / "one", "xiang")
    server.close()
    yield laptop
    laptop.database.close()


def test_there_and_back(laptop: Laptop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(laptop, home())
    user = ("--folder", tmp_path / "one", "--login", "xiang", "--password", PASSWORD)
    stick = tmp_path / "stick"
    stick.mkdir()

    def answer(*arguments: object) -> dict[str, object]:
        capsys.readouterr()
        assert run(*arguments, "--json") == 0
        found: dict[str, object] = json.loads(capsys.readouterr().out)
        return found

    sent = answer("bundle", "out", stick, *user)
    assert (sent["changesets"], sent["left"]) == (1, 0)
    data = ("--data", tmp_path / "server")
    given = answer("server", "bundle", sent["file"], stick, *data)
    assert (given["taken"], given["given"], given["old"]) == (1, 1, False)
    taken = answer("bundle", "in", given["file"], *user)
    assert taken == {"answered": 1, "pulled": 1, "refused": 0, "more": False}
    assert laptop.states() == ["applied"]
    again = answer("server", "bundle", sent["file"], stick / "again.lxq", *data)
    assert (again["taken"], again["repeated"]) == (0, 1)


def test_in_words(laptop: Laptop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    user = ("--folder", tmp_path / "one", "--login", "xiang", "--password", PASSWORD)
    data = ("--data", tmp_path / "server")
    add(laptop, home())
    assert run("bundle", "out", tmp_path / "a.lxq", *user) == 0
    assert "内有 1 次改动" in capsys.readouterr().out
    assert run("server", "bundle", tmp_path / "a.lxq", tmp_path / "b.lxq", *data) == 0
    assert "收下 1 次改动" in capsys.readouterr().out
    assert run("bundle", "in", tmp_path / "b.lxq", *user) == 0
    assert "镇里收下了本机 1 次改动；收到各方 1 次改动。" in capsys.readouterr().out
    assert run("bundle", "in", tmp_path / "b.lxq", *user) == 1
    assert "已经读过" in capsys.readouterr().err
    assert run("bundle", "in", tmp_path / "a.lxq", *user) == 1
    assert "上报" in capsys.readouterr().err
    assert run("server", "bundle", tmp_path / "b.lxq", tmp_path / "c.lxq", *data) == 1
    assert "答复" in capsys.readouterr().err
    assert not (tmp_path / "c.lxq").exists()
