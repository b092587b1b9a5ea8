"""Masked fields beside the list of households: looking with a reason, and replacing unseen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, update

from desktop import theme
from desktop.background import Background
from desktop.views.export_dialog import ExportDialog
from desktop.views.guarded import GuardedFields
from desktop.views.household_panel import HouseholdPanel
from desktop.views.households import _PAUSE, HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.masked_edit import MaskedEdit
from desktop.views.preview import Preview
from desktop.views.reason_dialog import ReasonDialog
from desktop.views.widgets.basics import Button
from reports.raster import page_text
from tests.desktop import villages
from tests.desktop.villages import HOMES, ME, REACHABLE, TALK
from tests.device import DEVICE
from tests.notes import notes
from township.records import Cadre, Household
from township.rules.settings import PRESET
from township.storage import tables
from township.storage.database import Database
from township.values import CHINA

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    database = villages.make(tmp_path_factory.mktemp("villages"))
    with database.writing() as connection:
        connection.execute(insert(tables.device).values(**DEVICE))
    database.close()
    return database.path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Path(shutil.copy(template, tmp_path)), KEY)
    yield database
    database.close()


@pytest.fixture
def window(qtbot: QtBot, database: Database, background: Background) -> MainWindow:
    def make() -> HouseholdsPage:
        return HouseholdsPage(database, ME, background, REACHABLE)

    spec = PageSpec("households", "户台账", "house-line", make)
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("households")
    settle(window)
    return window


def settle(window: MainWindow) -> None:
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    QTest.qWait(_PAUSE + 20)
    while page._soon.isActive():
        QTest.qWait(10)
    QTest.qWait(20)


def guarded(window: MainWindow) -> list[GuardedFields]:
    """Those of the household, then of each person."""
    found = window.findChildren(GuardedFields)
    return [one for one in found if one.isVisible()]


def shown(window: MainWindow) -> str:
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    labels = page.panel.findChildren(QLabel)
    return "\n".join(one.text() for one in labels if one.isVisible())


def dialog(kind: type[QDialog]) -> QDialog:
    [found] = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind)]
    return found


def asked(window: MainWindow, at: int = 0) -> ReasonDialog:
    """Open the question of the first field with the keyboard."""
    [(_, _, look), *_] = guarded(window)[at].parts
    look.setFocus()
    QTest.keyClick(look, Qt.Key.Key_Space)
    found = dialog(ReasonDialog)
    assert isinstance(found, ReasonDialog)
    return found


def answer(found: ReasonDialog, qtbot: QtBot) -> None:
    """Press the second reason, type the own words, Enter."""
    first = found.form.boxes["reason"].editor.findChildren(QPushButton)[0]
    qtbot.keyClick(first, Qt.Key.Key_2)
    words = found.form.boxes["reason_text"].editor
    words.setFocus()
    qtbot.keyClicks(words, "yibao 2026")
    qtbot.keyClick(words, Qt.Key.Key_Return)


def test_a_look_with_the_keyboard_is_noted_and_ends(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    found = asked(window)
    found.go.click()
    assert found.isVisible() and notes(database) == []
    assert found.form.boxes["reason"].shown_problem()
    if shots := os.environ.get("SHOTS"):
        found.grab().save(f"{shots}/reason.png")
    answer(found, qtbot)
    [told] = notes(database)
    assert (told["reason"], told["reason_text"]) == ("identity", "yibao 2026")
    assert "联系电话 13812341234" in shown(window)
    assert "139****5678" in shown(window)  # the head's own stays masked
    qtbot.wait(20)
    if shots := os.environ.get("SHOTS"):
        window.grab().save(f"{shots}/clear.png")
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    page.table.select_id(HOMES[1])
    settle(window)
    assert "13812341234" not in shown(window)  # another record
    page.table.select_id(HOMES[0])
    settle(window)
    assert "13812341234" in shown(window)  # still its ten minutes
    now = database.clock()
    database.clock = lambda: now + timedelta(minutes=PRESET.unmask_minutes)
    page._looks.check()
    assert "13812341234" not in shown(window) and "138****1234" in shown(window)


def test_locking_masks_at_once(window: MainWindow, qtbot: QtBot) -> None:
    answer(asked(window, 1), qtbot)
    assert "13900005678" in shown(window)
    window.leave_pages()
    assert "13900005678" not in shown(window)


def test_escape_shows_nothing(window: MainWindow, qtbot: QtBot, database: Database) -> None:
    found = asked(window)
    qtbot.keyClick(found, Qt.Key.Key_Escape)
    assert "13812341234" not in shown(window) and notes(database) == []


def test_the_thirty_first_look_of_a_day_is_told(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    today = database.clock().astimezone(CHINA).date()
    row = {"key": f"access.looks.{ME.hex()}", "value": f"{today} {PRESET.unmask_alert}"}
    with database.writing() as connection:
        connection.execute(insert(tables.setting).values(**row))
    answer(asked(window), qtbot)
    assert "超过 30 次" in window.toast.text


def test_who_may_not_look_is_told_who_can(window: MainWindow, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Cadre).values(roles=("PO",)))
    window.reload()
    settle(window)
    [(_, _, look), *_] = guarded(window)[0].parts
    assert not look.isEnabled() and "请由本责任区的" in look.toolTip()
    assert "二组 8 号" not in shown(window)  # police sees name, group and telephone


def test_a_number_is_replaced_without_being_shown(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    guarded(window)[0]._edit()
    found = dialog(MaskedEdit)
    assert isinstance(found, MaskedEdit)
    line = found.form.boxes["phone"].editor
    assert line.text() == "" and line.placeholderText() == "现为 138****1234"  # type: ignore[attr-defined]
    if shots := os.environ.get("SHOTS"):
        found.grab().save(f"{shots}/masked-edit.png")
    qtbot.keyClicks(line, "128****1234")
    found.keep.click()
    assert found.isVisible()
    line.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "12800009999")
    found.keep.click()
    settle(window)
    assert "128****9999" in shown(window) and notes(database) == []
    with database.reader() as session:
        home = session.get(Household, HOMES[0])
        assert home is not None and home.phone == "12800009999"


def shown_width(panel: HouseholdPanel) -> int:
    """What the scrolling area shows of the panel."""
    area = panel.parentWidget()
    assert area is not None
    return area.width()


def test_it_fits_with_large_text(window: MainWindow, qapp: QApplication) -> None:
    theme.set_text_size(qapp, 150)
    try:
        settle(window)
        if shots := os.environ.get("SHOTS"):
            window.grab().save(f"{shots}/guarded-150.png")
        for one in guarded(window):
            right = one.parentWidget().width()
            assert one.geometry().right() <= right
        view = window.findChild(HouseholdPanel)
        assert view is not None
        for one in view.findChildren(QPushButton):
            assert one.mapTo(view, one.rect().topRight()).x() < shown_width(view), one.text()
    finally:
        theme.set_text_size(qapp, 100)


def export_dialog(window: MainWindow) -> ExportDialog:
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    page.exports.click()
    found = dialog(ExportDialog)
    assert isinstance(found, ExportDialog)
    return found


def secretary(window: MainWindow, database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(Cadre).values(roles=("VC", "VS")))
    window.reload(frozenset({"cadre"}))
    settle(window)


def test_export_of_the_filter(
    window: MainWindow, qtbot: QtBot, database: Database, tmp_path: Path
) -> None:
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    assert page.exports.isHidden()  # a village cadre does not export
    secretary(window, database)
    page.zone.set_value(next(iter(villages.ZONES)))
    page.reload_list()
    settle(window)
    found = export_dialog(window)
    found.start.click()
    assert found.form.boxes["reason"].shown_problem()
    found.form.set_values({"reason": "other", "reason_text": "六月核对"})
    if shots := os.environ.get("SHOTS"):
        qtbot.wait(20)
        found.grab().save(f"{shots}/export.png")
        window.grab().save(f"{shots}/export-button.png")
    out = tmp_path / "户名册.xlsx"
    found.write(out)
    qtbot.waitUntil(lambda: "已导出 5 户" in window.toast.text, timeout=5000)
    assert out.read_bytes().startswith(b"PK")
    [told] = notes(database)
    assert (told["act"], told["row_count"], told["reason_text"]) == ("export", 5, "六月核对")


def test_an_export_that_fails_says_why(
    window: MainWindow, qtbot: QtBot, database: Database, tmp_path: Path
) -> None:
    secretary(window, database)
    found = export_dialog(window)
    found.what.set_values(("monthly_ledger",))
    found.kind.set_values((".csv",))
    found.form.set_values({"reason": "other", "reason_text": "六月核对"})
    found.write(tmp_path / "missing" / "月报.csv")
    qtbot.waitUntil(lambda: "写不进去" in found.problem.text(), timeout=5000)
    out = tmp_path / "月报.csv"
    found.write(out)
    qtbot.waitUntil(lambda: out.exists() and "已导出 8 户" in window.toast.text, timeout=5000)
    text = out.read_text("utf-8-sig")
    assert TALK in text and "13812341234" not in text


def test_a_paper_in_full_takes_the_place_of_the_masked_one(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    [printer, *_] = [
        one
        for one in window.findChildren(Button)
        if one.isVisible() and one.accessibleName().endswith("的走访记录")
    ]
    printer.click()
    qtbot.waitUntil(lambda: bool(previews()), timeout=5000)
    [masked] = previews()
    assert "13812341234" not in page_text(masked._pdf, 0) and masked.in_full.isVisible()
    masked.in_full.click()
    found = dialog(ReasonDialog)
    assert isinstance(found, ReasonDialog)
    if shots := os.environ.get("SHOTS"):
        qtbot.wait(20)
        masked.grab().save(f"{shots}/preview-masked.png")
        found.grab().save(f"{shots}/reason-print.png")
    answer(found, qtbot)
    qtbot.waitUntil(lambda: previews() not in ([], [masked]), timeout=5000)
    [clear] = previews()
    assert "含个人信息" in clear.windowTitle() and clear.in_full.isHidden()
    text = page_text(clear._pdf, 0)
    assert "13812341234" in text and "含个人信息，注意保密" in text
    if shots := os.environ.get("SHOTS"):
        qtbot.wait(300)
        clear.grab().save(f"{shots}/preview-clear.png")
    [told] = notes(database)
    assert told["act"] == "print"
    clear.close()


def previews() -> list[Preview]:
    """Those that are open."""
    tops = QApplication.topLevelWidgets()
    return [one for one in tops if isinstance(one, Preview) and one.isVisible()]
