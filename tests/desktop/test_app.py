from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from desktop import app
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.notices import Notice
from desktop.views.unlock import DemoUser, UnlockPanel
from desktop.wiring import parts
from township.records import new_id
from township.records.cadre import Cadre
from township.records.zone import Zone
from township.storage import tables
from township.storage.database import Database
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost

PASSWORD = "lianxinqiao-2026"


@pytest.fixture
def laptop(tmp_path: Path) -> LaptopFolder:
    folder = LaptopFolder(tmp_path)
    key = folder.keyring.create("xiangmeihua", PASSWORD, Cost(1, 1024, 1))
    database = Database.create(folder.database, key)
    cadre, zone = new_id(), new_id()
    with database.writing() as connection:
        connection.execute(
            insert(Zone).values(id=zone, code="420527103210", name="龙马溪村", zone_kind="village")
        )
        connection.execute(
            insert(Cadre).values(
                id=cadre,
                login="xiangmeihua",
                name="向美华",
                post="村干部",
                roles=("VC",),
                zones=(zone,),
                status="active",
            )
        )
        connection.execute(insert(tables.local_author).values(login="xiangmeihua", cadre_id=cadre))
    database.close()
    return folder


def test_real_data_open_lock_and_open_again(
    qtbot: QtBot, qapp: QApplication, laptop: LaptopFolder, tmp_path: Path
) -> None:
    program = Program(
        qapp, parts(laptop, tmp_path / "log", None), PreferenceFile(tmp_path / "desktop.json")
    )
    program.start()
    for _ in range(2):
        assert program.entry is not None
        panel = program.entry.findChild(UnlockPanel)
        assert isinstance(panel, UnlockPanel)
        panel._password.setText(PASSWORD)
        panel._enter.click()
        qtbot.waitUntil(lambda: program.main is not None, timeout=10000)
        assert program.main is not None
        texts = program.main.navigation.findChildren(type(program.main._title))
        shown = [label.text() for label in texts]
        assert "向美华" in shown
        assert "龙马溪村 · 村干部" in shown
        program.lock()
    program.end()


def test_a_folder_without_data_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    said: list[str] = []
    QTimer.singleShot(100, lambda: _close_notice(said))
    assert app.run(tmp_path) == 1
    assert "没有连心桥的数据" in said[0]


def test_two_windows_on_one_folder_are_refused(
    qtbot: QtBot, laptop: LaptopFolder, tmp_path: Path
) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(laptop.lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        said: list[str] = []
        QTimer.singleShot(400, lambda: _close_notice(said))
        assert app.run(tmp_path) == 1
        other.stdin.close()
    assert "已经打开" in said[0]


def test_a_lock_left_by_a_power_cut_does_not_hold(laptop: LaptopFolder) -> None:
    laptop.lock.write_text(f"{2**22 + 1}\nlianxinqiao\n\n")
    lock = QLockFile(str(laptop.lock))
    lock.setStaleLockTime(0)
    assert lock.tryLock(100)
    lock.unlock()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"users": [{"login": "a", "name": "向美华", "post": "村干部", "password": "p"}]},
            [DemoUser("a", "向美华", "村干部", "p")],
        ),
        ({"users": [{"login": "a"}]}, []),
        ([], []),
    ],
)
def test_demo_users(tmp_path: Path, content: object, expected: list[DemoUser]) -> None:
    file = tmp_path / "demo.json"
    file.write_text(json.dumps(content), "utf-8")
    assert app.demo_users(file) == expected
    assert app.demo_users(tmp_path / "none.json") == []
    assert app.demo_users(None) == []


@pytest.mark.parametrize("module", ["sqlalchemy", "httpx", "pypinyin", "pypdfium2", "reportlab"])
def test_the_unlock_window_does_not_wait_for(module: str) -> None:
    code = f"import sys, desktop.app; sys.exit('{module}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_HOLD = """
import sys
from PySide6.QtCore import QLockFile
lock = QLockFile(sys.argv[1])
assert lock.tryLock(100)
print("held", flush=True)
sys.stdin.read()
"""


def _close_notice(said: list[str]) -> None:
    widget = QApplication.activeModalWidget()  # an older test's notice may still be about
    assert isinstance(widget, Notice)
    said.append(widget.text.text())
    widget.accept()
