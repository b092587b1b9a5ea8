"""Papers printed from the page of households, on a real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.background import Background, Job
from desktop.views.households import HouseholdsPage
from desktop.views.ledger_dialog import LedgerDialog
from desktop.views.papers import LedgerWish, Papers
from desktop.views.preview import Preview
from desktop.views.widgets.basics import Button
from reports.raster import page_count, page_text
from tests.desktop import villages
from tests.desktop.villages import ME, REACHABLE, ZONES
from tests.today import china_today
from township.records import new_id
from township.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = villages.make(tmp_path)
    yield database
    database.close()


@pytest.fixture
def page(qtbot: QtBot, database: Database, background: Background) -> HouseholdsPage:
    page = HouseholdsPage(database, ME, background, REACHABLE)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    page.resize(1150, 640)
    page.show()
    page.tools.show()
    return page


def test_the_dialog_shows_all_of_many_zones(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    zones = tuple((new_id(), f"第{number}责任区") for number in range(13))
    over = QWidget()
    qtbot.addWidget(over)
    papers = Papers(database, ME, background)
    dialog = LedgerDialog(papers, zones, china_today(), None, over)
    dialog.show()
    QApplication.processEvents()
    assert dialog.zones.heightForWidth(dialog.zones.width()) <= dialog.zones.height()
    dialog.close()


def ledger_dialog(page: HouseholdsPage) -> LedgerDialog:
    page.ledger.click()
    dialog = page.findChildren(LedgerDialog)[-1]
    assert isinstance(dialog, LedgerDialog)
    return dialog


def preview(page: HouseholdsPage, qtbot: QtBot) -> tuple[str, str]:
    """Title and text of the preview that opens; it is closed."""
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=10_000)
    [shown] = page.findChildren(Preview)
    pages = [page_text(shown._pdf, at) for at in range(page_count(shown._pdf))]
    shown.close()
    return shown.windowTitle(), "\n".join(pages)


def test_the_months_ledger_of_all_zones_is_printed(page: HouseholdsPage, qtbot: QtBot) -> None:
    assert page.ledger.shortcut().toString() == "Ctrl+P"
    dialog = ledger_dialog(page)
    today = china_today()
    assert dialog.wish() == LedgerWish(today.year, today.month)
    dialog.start.click()
    title, text = preview(page, qtbot)
    assert title == f"打印预览 · 户台账月报 {today.year}年{today.month}月"
    assert "责任区：龙马溪村" in text and "责任区：屈原庙村" in text
    assert "全镇合计：8 户" in text and "李秀英" in text
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_the_ledger_of_the_village_in_the_filter_is_proposed(
    page: HouseholdsPage, qtbot: QtBot
) -> None:
    second = list(ZONES)[1]
    page.zone.set_value(second)
    dialog = ledger_dialog(page)
    dialog.month._choose((2025, 12))
    assert dialog.wish() == LedgerWish(2025, 12, (second,))
    assert dialog.everything.values() == ()
    dialog.start.click()
    title, text = preview(page, qtbot)
    assert title.endswith("户台账月报 2025年12月 屈原庙村")
    assert "责任区：龙马溪村" not in text and "全镇" not in text
    assert "本村小计：3 户" in text


def test_all_zones_or_single_ones(page: HouseholdsPage, qtbot: QtBot) -> None:
    dialog = ledger_dialog(page)
    first, second = dialog.zones._chips
    all_of_them = dialog.everything._chips[0]
    first.click()
    second.click()
    assert dialog.wish() is not None and not all_of_them.isChecked()
    all_of_them.click()
    assert dialog.zones.values() == () and all_of_them.isChecked()
    all_of_them.click()
    assert all_of_them.isChecked()
    dialog.month.clear()
    dialog.month.textEdited.emit("")
    dialog.start.click()
    assert dialog.problem.text() == "请从列表里选一个月份" and not dialog.progress.isVisible()
    dialog.reject()


def test_a_ledger_in_the_making_can_be_stopped(
    page: HouseholdsPage, qtbot: QtBot, background: Background
) -> None:
    dialog = ledger_dialog(page)
    gate = threading.Event()

    def drawn(job: Job) -> bytes:
        job.step(2, 7, "正在汇总…")
        gate.wait(5)
        job.step(3, 7)
        return b""

    slow = SlowPapers(page._database, ME, background, drawn)
    dialog._papers = slow
    dialog.start.click()
    assert not dialog.start.isEnabled() and dialog.progress.isVisible()
    qtbot.waitUntil(lambda: dialog.progress._count.text() == "2/7", timeout=2000)
    dialog.progress._cancel.click()
    gate.set()
    qtbot.waitUntil(dialog.start.isEnabled, timeout=2000)
    assert not dialog.progress.isVisible() and dialog.isVisible()
    gate.clear()
    dialog.start.click()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    gate.set()
    qtbot.waitUntil(lambda: not background.busy, timeout=2000)
    assert not page.findChildren(Preview)


@dataclass(frozen=True)
class SlowPapers(Papers):
    work: Callable[[Job], bytes]

    def ledger(self, wish: LedgerWish) -> Callable[[Job], bytes]:
        return self.work


def test_the_report_of_a_visit_in_the_panel_is_printed(page: HouseholdsPage, qtbot: QtBot) -> None:
    QApplication.processEvents()
    buttons = [one for one in page.panel.findChildren(Button) if one.isVisible()]
    made = [one for one in buttons if "走访记录" in one.accessibleName()]
    assert len(made) == 3
    assert made[0].accessibleName() == f"打印 {china_today()} 的走访记录"
    made[0].click()
    title, text = preview(page, qtbot)
    assert title == "打印预览 · 走访报告" and "王大明" in text
