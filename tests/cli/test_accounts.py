"""password change, ask and use, server recover, reenrol: by commands alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.__main__ import main
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.sample import office_changeset
from tests.sync.test_laptops import add, home
from township.storage import contact
from township.values import utc_now

NEW, LAST = "Qingming-2027", "Duanwu-2028!"


def run(*arguments: object) -> int:
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    server.close()
    return tmp_path / "server"


@pytest.fixture
def url(data: Path) -> Iterator[str]:
    server = folder.open_server(data)
    with ServerThread(server) as thread:
        yield thread.url
    server.close()


@pytest.fixture
def laptop(data: Path, url: str, tmp_path: Path) -> Iterator[Laptop]:
    server = folder.open_server(data)
    laptop = enrolled(server, url, tmp_path / "one", "xiang")
    server.close()
    laptop.sync()
    add(laptop, home())
    yield laptop
    laptop.database.close()


def test_the_whole_way(
    laptop: Laptop, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--folder", tmp_path / "one")
    user = (*here, "--login", "xiang")
    wrong = ("password", "change", *user, "--password", "wrong", "--new", NEW)
    assert run(*wrong) == 1
    assert "密码不对" in capsys.readouterr().err
    change = ("password", "change", *user, "--password", PASSWORD)
    assert run(*change, "--new", "short") == 1
    assert "至少 10 位" in capsys.readouterr().err
    assert run(*change, "--new", NEW) == 0
    asked = ("password", "ask", *user, "--new", LAST, "--to", tmp_path, "--json")
    capsys.readouterr()
    assert run(*asked) == 0
    request = json.loads(capsys.readouterr().out)
    recover = ("server", "recover", request["file"], tmp_path, "--data", data, "--by", "张管理")
    nowhere = ("server", "recover", request["file"], tmp_path / "gone", *recover[4:])
    assert run(*nowhere) == 1
    capsys.readouterr()
    assert run(*recover, "--json") == 0
    given = json.loads(capsys.readouterr().out)
    assert (given["code"], given["name"]) == (request["code"], "向美华")
    assert run("password", "use", given["file"], *here, "--new", LAST) == 0
    assert run(*recover) == 1
    assert "答复过" in capsys.readouterr().err
    assert run("server", "recoveries", "--data", data) == 0
    assert "张管理　2 号　xiang" in capsys.readouterr().out
    assert run("backup", *user, "--password", LAST) == 0


def test_shut_out_and_back(
    laptop: Laptop, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    user = ("--folder", tmp_path / "one", "--login", "xiang", "--password", PASSWORD)
    ledger = ("report", "ledger", "2026-05", *user, "--out", tmp_path / "ledger.pdf")
    with laptop.database.writing() as connection:
        contact.made(connection, utc_now() - timedelta(days=20))
    capsys.readouterr()
    assert run(*ledger) == 1
    told = capsys.readouterr().err
    assert "20 天没有和镇里联系" in told and "lianxinqiao sync" in told
    assert run("sync", *user) == 0
    assert run(*ledger) == 0
    assert run("server", "revoke", "2", "--data", data) == 0
    assert run("sync", *user) == 1
    assert run(*ledger) == 1
    assert "停用" in capsys.readouterr().err
    assert run("server", "enrol", "xiang", "--data", data, "--json") == 0
    code = json.loads(capsys.readouterr().out)["code"]
    assert run("reenrol", code, *user) == 0
    assert run("sync", *user) == 0
    assert run(*ledger) == 0
    assert run("server", "recoveries", "--data", data) == 0
    assert "还没有" in capsys.readouterr().out
