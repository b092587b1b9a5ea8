"""The page of households as a person uses it, on a real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background
from desktop.views.households import _PAUSE, LINKED, HouseholdsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.page import Page
from tests.desktop import villages
from tests.desktop.villages import HOMES, ME, NEED, REACHABLE, TALK, ZONES, add
from township.records import (
    Household,
    Zone,
)
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


def texts(page: HouseholdsPage) -> str:
    """What stands beside the list once the keys rest."""
    QTest.qWait(_PAUSE + 20)
    while page._soon.isActive():  # a loaded machine is late
        QTest.qWait(10)
    QTest.qWait(20)  # new labels show themselves in the event loop
    found = page.panel.findChildren(QLabel)
    return "\n".join(one.text() for one in found if not one.isHidden())


def test_the_first_household_is_shown_with_its_history(page: HouseholdsPage) -> None:
    assert page.model.rowCount() == 8
    assert page.table.current_id() == HOMES[0]
    shown = texts(page)
    assert "王大明" in shown and "走访记录（3 次）" in shown and TALK in shown
    assert "138****1234" in shown and "13812341234" not in shown
    assert "139****5678" in shown and "13900005678" not in shown
    page.table.select_id(HOMES[1])
    assert "还没有走访过这一户" in texts(page)


def test_typing_finds_by_pinyin_and_down_goes_to_the_list(
    page: HouseholdsPage, qtbot: QtBot
) -> None:
    page.focus_search()
    qtbot.keyClicks(page.search, "cgq")
    assert [page.model.id_at(0), page.model.rowCount()] == [HOMES[2], 1]
    assert "陈国强" in texts(page)
    qtbot.keyClicks(page.search, "zz")
    assert page.model.rowCount() == 0 and not page.visit.isEnabled()
    qtbot.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.model.rowCount() == 8 and page.visit.isEnabled()


def test_filters_narrow_the_list_and_a_target_lifts_them(page: HouseholdsPage) -> None:
    second = list(ZONES)[1]
    page.zone._choose(second)
    assert page.model.rowCount() == 3 and page.count.text() == "共 3 户"
    page.zone.set_value("")
    page.special._choose("hardship")
    assert page.model.rowCount() == 1
    page.special._choose("")
    page.mine.set_values(("mine",))
    page.reload_list()
    assert page.model.rowCount() == 1
    page.show_target(HOMES[6])
    assert (page.table.current_id(), page.model.rowCount()) == (HOMES[6], 8)


def test_a_number_elsewhere_opens_the_linked_households(page: HouseholdsPage) -> None:
    page.mine.set_values(("mine",))
    page.reload_list()
    linked = page.model.rowCount()
    page._clear_filters()
    page.show_target(LINKED)
    assert page.mine.values() == ("mine",) and page.model.rowCount() == linked


def test_groups_follow_the_zone(page: HouseholdsPage) -> None:
    assert len(page.group._choices) == 1 + 4
    page.group._choose(next(one for one in page.group._choices if one))
    assert page.model.rowCount() == 3
    page.zone._choose(list(ZONES)[1])
    assert len(page.group._choices) == 1 + 2 and page.group.value() == ""
    assert page.model.rowCount() == 3


def test_the_longest_not_visited_come_first(page: HouseholdsPage) -> None:
    page.table.sortByColumn(6, Qt.SortOrder.DescendingOrder)
    assert page.model.id_at(0) == HOMES[0]
    page.table.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert page.model.id_at(7) == HOMES[0]


def test_a_visit_is_begun_with_one_key(page: HouseholdsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.wanted) as asked:
        page.visit.click()
    assert asked.args == ["worklog", ("visit", HOMES[0])]
    assert page.visit.shortcut().toString() == "Ctrl+N"
    with qtbot.waitSignal(page.wanted) as asked:
        page.panel._opened("needs", NEED)
    assert asked.args == ["needs", NEED]


def test_without_a_work_log_page_there_is_no_way_to_it(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = HouseholdsPage(database, ME, background)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    with qtbot.assertNotEmitted(page.wanted):
        page.table.opened.emit(HOMES[0])


def test_news_keep_the_row_and_an_empty_laptop_says_so(
    page: HouseholdsPage, database: Database
) -> None:
    page.table.select_id(HOMES[3])
    page.reload(frozenset({"visit"}))
    assert page.table.current_id() == HOMES[3]
    with database.writing() as connection:
        connection.execute(Household.__table__.delete())  # type: ignore[attr-defined]
    page.reload(frozenset())
    assert page.model.rowCount() == 0 and page.count.text() == "共 0 户"
    assert page._nothing._text.text() == "本机还没有户"


def test_the_page_fits_the_smallest_screen(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    def make() -> Page:
        return HouseholdsPage(database, ME, background, REACHABLE)

    window = MainWindow([PageSpec("households", "户台账", "house-line", make)], Who("李秀英", "镇"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("households")
    qtbot.wait(20)
    if shots := os.environ.get("SHOTS"):
        window.grab().save(f"{shots}/households.png")
    page = window.page("households")
    assert isinstance(page, HouseholdsPage)
    assert (window.width(), window.height()) == (1366, 768)
    assert page.table.horizontalScrollBar().maximum() == 0
    assert not any(page.table.isColumnHidden(at) for at in range(9))


def test_the_best_hit_is_the_one_that_is_picked(page: HouseholdsPage, qtbot: QtBot) -> None:
    page.table.select_id(HOMES[3])
    page.search.setText("龙")
    assert page.model.rowCount() > 1
    assert page.table.current_id() == page.model.id_at(0)
    page.search.clear()
    qtbot.keyClicks(page.search, "wdm")
    assert page.table.current_id() == HOMES[0]


def test_no_part_flashes_up_as_a_window_of_its_own(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    shown: list[str] = []

    class Watch(QObject):
        def eventFilter(self, seen: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(seen, QWidget) and seen.isWindow():
                shown.append(type(seen).__name__)
            return False

    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    page = HouseholdsPage(database, ME, background, REACHABLE)
    QApplication.instance().removeEventFilter(watch)
    qtbot.addWidget(page)
    assert shown == []


def test_zones_without_households_are_not_offered(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    with database.writing() as connection:
        add(connection, Zone, name="天龙村", code="420527103205")
    page = HouseholdsPage(database, ME, background, REACHABLE)
    qtbot.addWidget(page)
    assert {zone.name for zone in page._zones} == set(ZONES.values())


@pytest.mark.parametrize("percent", [100, 150])
def test_larger_text_fits_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, database: Database, background: Background, percent: int
) -> None:
    def make() -> Page:
        return HouseholdsPage(database, ME, background, REACHABLE)

    theme.set_text_size(qapp, percent)
    try:
        window = MainWindow([PageSpec("households", "户台账", "house-line", make)], Who("", ""))
        qtbot.addWidget(window)
        window.show_page("households")
        window.show()
        needed = window.minimumSizeHint()
    finally:
        theme.set_text_size(qapp, 100)
    assert (needed.width() <= 1366, needed.height() <= 768) == (True, True)
