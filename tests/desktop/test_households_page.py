"""The page of households as a person uses it, on a real database."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from sqlalchemy import Connection, insert

from desktop import theme
from desktop.background import Background, Job
from desktop.views.household_panel import HouseholdPanel
from desktop.views.households import HouseholdsPage
from desktop.views.ledger_dialog import LedgerDialog
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.page import Page
from desktop.views.papers import LedgerWish, Papers
from desktop.views.preview import Preview
from desktop.views.widgets.basics import Button
from desktop.views.widgets.dates import china_today
from reports.raster import page_count, page_text
from township.records import (
    Cadre,
    Group,
    Household,
    HouseholdLink,
    Need,
    Person,
    Record,
    SpecialGroupMember,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.storage import search, tables
from township.storage.database import Database

ME, LOG, NEED = (new_id() for _ in range(3))
ZONES = {new_id(): "龙马溪村", new_id(): "屈原庙村"}
NAMES = ("王大明", "向小红", "陈国强", "杜桂英", "谭永福", "郑家秀", "韩春梅", "周德兵")
HOMES = [new_id() for _ in NAMES]
TALK = "老人身体硬朗，儿子在宜昌务工，冬季取暖用煤，提醒注意通风；橙子已联系合作社上门收购。"
REACHABLE = frozenset({"households", "needs", "worklog"})


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)))
    with database.writing() as connection:
        fill(connection)
        homes = [{"household_id": one} for one in HOMES]
        connection.execute(insert(tables.search_dirty), homes)
    search.catch_up(database)
    yield database
    database.close()


def fill(connection: Connection) -> None:
    today = china_today()
    add(connection, Cadre, id=ME, name="李秀英", login="lxy", status="active")
    for position, (zone, name) in enumerate(ZONES.items(), 1):
        add(connection, Zone, id=zone, name=name, code=f"42052710321{position}", position=position)
    first, second = ZONES
    groups = {(zone, number): new_id() for zone in ZONES for number in (1, 2)}
    for (zone, number), group in groups.items():
        add(connection, Group, id=group, zone_id=zone, number=number, name=f"{number}组")
    add(connection, WorkLog, id=LOG, zone_id=first, cadre_id=ME, worked_on=today)
    for number, (home, name) in enumerate(zip(HOMES, NAMES, strict=True)):
        zone = first if number < 5 else second
        head = new_id()
        group = groups[zone, 1 + number % 2]
        no = f"{ZONES[zone].removesuffix('村')}-{1 + number % 2}-{number:03}"
        place = {"zone_id": zone, "group_id": group, "no": no, "head_person_id": head}
        add(connection, Household, id=home, phone="13812341234", address="二组 8 号", **place)
        who = {"zone_id": zone, "household_id": home, "phone": "13900005678"}
        add(connection, Person, id=head, name=name, relation="02", sex="1", **who)
    home = {"zone_id": first, "household_id": HOMES[0]}
    for kind in ("hardship", "empty_nest", "subsistence"):
        add(connection, SpecialGroupMember, group_kind=kind, **home)
    add(connection, HouseholdLink, cadre_id=ME, year=today.year, **home)
    visit = {"work_log_id": LOG, "way": "in_home", "session": "am", "purpose": "routine"}
    for days in (0, 40, 80):
        on = today - timedelta(days=days)
        add(connection, Visit, visited_on=on, talk=f"{TALK}{days}", **visit, **home)
    need = {"raised_on": today, "channel": "visit", "topic": "water", "state": "doing"}
    add(connection, Need, id=NEED, no="N-1", text="饮水池漏水，天旱时错峰用水。", **need, **home)


@pytest.fixture
def page(qtbot: QtBot, database: Database, background: Background) -> HouseholdsPage:
    page = HouseholdsPage(database, ME, background, REACHABLE)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    page.resize(1150, 640)
    page.show()
    page.tools.show()
    return page


def texts(panel: HouseholdPanel) -> str:
    QApplication.processEvents()  # new labels show themselves in the event loop
    found = panel.findChildren(QLabel)
    return "\n".join(one.text() for one in found if not one.isHidden())


def test_the_first_household_is_shown_with_its_history(page: HouseholdsPage) -> None:
    assert page.model.rowCount() == 8
    assert page.table.current_id() == HOMES[0]
    shown = texts(page.panel)
    assert "王大明" in shown and "走访记录（3 次）" in shown and TALK in shown
    assert "138****1234" in shown and "13812341234" not in shown
    assert "139****5678" in shown and "13900005678" not in shown
    page.table.select_id(HOMES[1])
    assert "还没有走访过这一户" in texts(page.panel)


def test_typing_finds_by_pinyin_and_down_goes_to_the_list(
    page: HouseholdsPage, qtbot: QtBot
) -> None:
    page.focus_search()
    qtbot.keyClicks(page.search, "cgq")
    assert [page.model.id_at(0), page.model.rowCount()] == [HOMES[2], 1]
    assert "陈国强" in texts(page.panel)
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
    assert not isValid(dialog)


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
