"""The administrator's list of quarantined work, with a real laptop's work in it."""

import json
from pathlib import Path

import pytest

from cli.__main__ import main
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.sync.laptops import Laptop, enrolled
from tests.sync.sample import office_changeset
from tests.sync.test_quarantine import edit, home, take_away


def run(*arguments: str) -> int:
    try:
        return main(["server", "quarantine", *arguments])
    except SystemExit as end:
        return int(end.code or 0)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """One whose two changesets wait, at a township that is closed again."""
    folder.init(tmp_path / "server", "屈原镇")
    server = folder.open_server(tmp_path / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    with ServerThread(server) as thread:
        laptop = enrolled(server, thread.url, tmp_path / "one", "xiang")
        laptop.sync()
        take_away(server, laptop)
        house = home(laptop, phone="12345678901")
        edit(laptop, house, phone="12345678902")
        laptop.sync()
    server.close()
    laptop.database.close()
    return laptop


@pytest.mark.usefixtures("laptop")
def test_listed_without_personal_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "server")
    assert run("list", "--data", data) == 0
    text = capsys.readouterr().out
    assert "向美华（2 号笔记本）" in text
    assert "龙马溪村　1 条记录" in text
    assert "1234567890" not in text
    assert run("list", "--json", "--data", data) == 0
    first, second = json.loads(capsys.readouterr().out)["waiting"]
    assert run("admit", str(second["id"]), "--data", data) == 1
    assert f"请先处理 {first['id']}" in capsys.readouterr().err
    assert run("refuse", str(first["id"]), "--reason", "请重新核对", "--data", data) == 0
    assert run("admit", str(second["id"]), "--data", data) == 1
    assert "原记录不在镇服务器上" in capsys.readouterr().err
