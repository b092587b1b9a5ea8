"""Laptops of people without data of the zones: they open with what their role has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.access_log import AccessLogPage
from desktop.wiring import parts
from sync.server import folder
from sync.server.office import Office
from sync.server.running import ServerThread
from tests.desktop.accounts.conftest import cheap
from tests.desktop.accounts.windows import enter, opened
from tests.sync.laptops import PASSWORD, Laptop, enrolled
from tests.sync.sample import OTHER_ZONE, ZONE, office_changeset
from tests.sync.snapshots import enter as enter_at_office
from township.changes import Op
from township.errors import NotAllowed
from township.records import Household, new_id
from township.rules.settings import PRESET
from township.storage import second_factor
from township.storage.folder import LaptopFolder
from township.storage.keyring import Cost
from township.storage.laptop import Unlocked
from township.storage.settings import keep
from township.usecases.access import Reason, Target, unmask

ROLES = {"AUD": "沈明", "DIS": "纪委", "ADM": "系统", "SEC": "安全"}
HOME, FAR = new_id(), new_id()
WHY = Reason("identity", "医保登记核对")


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Laptops of four roles that have synced after a village cadre looked 31 times."""
    place = tmp_path_factory.mktemp("roles")
    folder.init(place / "server", "屈原镇")
    server = folder.open_server(place / "server")
    office = Office(server)
    office.load([office_changeset(office)])
    accounts = [
        {"login": role.lower(), "name": name, "post": "干部", "roles": role, "status": "active"}
        for role, name in ROLES.items()
    ]
    enter_at_office(
        server, *(Op("cadre", new_id(), "insert", "township/i", one) for one in accounts)
    )
    with ServerThread(server) as thread:
        look(enrolled(server, thread.url, place / "xiang", "xiang"))
        for role in ROLES:
            laptop = enrolled(server, thread.url, place / role, role.lower())
            laptop.sync()
            with laptop.database.writing() as connection:
                keep(connection, second_factor.LIMIT, "0")  # not asked here
            laptop.database.close()
    server.close()
    yield place


def look(laptop: Laptop) -> None:
    laptop.sync()
    with laptop.database.work(laptop.cadre) as work:
        place = {"group_id": bytes(16), "phone": "12812341234"}
        work.add(Household(id=HOME, zone_id=ZONE, no="1-001", **place))
        work.add(Household(id=FAR, zone_id=OTHER_ZONE, no="9-001", **place))
        work.commit()
    for _ in range(PRESET.unmask_alert + 1):
        unmask(laptop.database, laptop.cadre, Target("household", HOME, "phone"), WHY)
    with pytest.raises(NotAllowed):
        unmask(laptop.database, laptop.cadre, Target("household", FAR, "phone"), WHY)
    laptop.sync()
    laptop.database.close()


@pytest.fixture
def program(
    request: pytest.FixtureRequest,
    qapp: QApplication,
    township: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Program[Unlocked]]:
    monkeypatch.setattr(Cost, "__init__", cheap)
    works = parts(LaptopFolder(township / request.param), tmp_path / "log", None)
    program = Program(qapp, works, PreferenceFile(tmp_path / "desktop.json"))
    program.start()
    yield program
    for window in (program.main, program.entry):
        if window is not None:
            window.close()
            window.deleteLater()
    program.end()


@pytest.mark.parametrize("program", ["DIS", "ADM", "SEC"], indirect=True)
def test_without_business_data_there_are_sync_and_settings(
    qtbot: QtBot, program: Program[Unlocked]
) -> None:
    enter(qtbot, program, PASSWORD)
    opened(qtbot, program)
    window = program.main
    assert window is not None
    assert window._offered == ["sealed", "township_settings", "sync", "settings"]
    for key in window._offered:
        window.show_page(key)
        assert window.page(key) is not None
    window.reload()


@pytest.mark.parametrize("program", ["AUD"], indirect=True)
def test_the_auditor_reads_the_log(
    qtbot: QtBot, program: Program[Unlocked], qapp: QApplication
) -> None:
    enter(qtbot, program, PASSWORD)
    opened(qtbot, program)
    window = program.main
    assert window is not None
    assert window._offered == ["access_log", "sealed", "township_settings", "sync", "settings"]
    page = window.page("access_log")
    assert isinstance(page, AccessLogPage)
    assert page.model.rowCount() == PRESET.unmask_alert + 2
    assert shown(page, 0)[1:5] == ["向美华", "无权被拒", "天龙村", "户 · 联系电话"]
    assert shown(page, 1)[6:] == ["核对身份", "医保登记核对"]
    [alert] = page.alerts.findChildren(QPushButton)
    assert "向美华　查看遮盖内容 31 次，超过 30 次；被拒 1 次" in alert.text()
    pictures(window, qapp, "access-log")
    alert.setFocus()
    QTest.keyClick(alert, Qt.Key.Key_Space)
    assert page.filter().who is not None
    page.act.set_value("refused")
    page._show_list()
    assert page.model.rowCount() == 1 and page.count.text() == "共 1 条"
    page.act.set_value("export")
    page._show_list()
    assert page._nothing._text.text() == "没有符合条件的记录"
    assert not [one for one in page.findChildren(QPushButton) if "导出" in one.text()]
    for key in ("sync", "settings"):
        window.show_page(key)
        assert window.page(key) is not None


def shown(page: AccessLogPage, line: int) -> list[str]:
    model = page.model
    return [str(model.index(line, at).data() or "") for at in range(model.columnCount())]


def pictures(window: object, qapp: QApplication, name: str) -> None:
    shots = os.environ.get("SHOTS")
    if not shots:
        return
    for width, height, percent in ((1366, 768, 100), (1920, 1080, 100), (1366, 768, 150)):
        theme.set_text_size(qapp, percent)
        window.resize(width, height)  # type: ignore[attr-defined]
        QTest.qWait(100)
        window.grab().save(f"{shots}/{name}-{width}-{percent}.png")  # type: ignore[attr-defined]
    theme.set_text_size(qapp, 100)
