"""今日 as people use it: groups, filter, keys, many lines, large text, nothing to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import delete

from desktop import theme
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.today import TodayPage
from tests.desktop import villages
from tests.desktop.villages import HOMES, LOG, ME, REACHABLE, ZONES, add
from tests.today import china_today
from township.records import Need, Visit, new_id
from township.storage.database import Database

MANY = 70


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Many needs of one cadre: late, near and coming; and one promised visit."""
    database = villages.make(tmp_path_factory.mktemp("today"))
    today, zone = china_today(), next(iter(ZONES))
    with database.writing() as connection:
        need = {"zone_id": zone, "owner_point": ME, "state": "doing", "raised_on": today}
        for number in range(MANY):
            due = today + timedelta(days=10 - number)
            text = f"{number} 组 & 引水渠渗漏，天旱时错峰用水，请派人查看并告知修复时间"
            add(connection, Need, no=f"N-{number}", text=text, due_on=due, **need)
        visit = {"zone_id": zone, "household_id": HOMES[1], "work_log_id": LOG, "way": "phone"}
        add(connection, Visit, visited_on=today, next_visit_on=today, id=new_id(), **visit)
    yield database
    database.close()


def opened(qtbot: QtBot, database: Database, reachable: frozenset[str] = REACHABLE) -> TodayPage:
    page = TodayPage(database, ME, reachable)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def texts(page: TodayPage) -> list[str]:
    found = page.dues.findChildren(QLabel)
    return [one.text() for one in found if one.property("role") == "section" and one.isVisible()]


def test_groups_have_counts_and_grow(qtbot: QtBot, village: Database) -> None:
    page = opened(qtbot, village)
    assert texts(page) == ["已超期　59", "快到期　5", "接下来　7"]
    assert len(page.lines) == 30 + 5 + 7
    (more,) = [one for one in page.dues.findChildren(QPushButton) if "再显示" in one.text()]
    assert more.text() == "再显示（还有 29 件）"
    more.click()
    assert len(page.lines) == 59 + 5 + 7
    assert page.lines[0].text.startswith("69 组"), "the latest first"


def test_only_one_system(qtbot: QtBot, village: Database) -> None:
    page = opened(qtbot, village)
    assert [one.label for one in page.filter.choices] == ["全部", "诉求", "走访"]
    page.filter.set_values(("走访",))
    page.filter.edited.emit()
    assert [due.text for due in page.lines] == ["约好走访：向小红 龙马溪-2-001"]
    page.reload(frozenset({"need"}))
    assert len(page.lines) == 1, "the choice stays when news come"


def test_lines_lead_to_their_place_by_mouse_and_keys(qtbot: QtBot, village: Database) -> None:
    page = opened(qtbot, village)
    first, second = page.dues.lines[:2]
    assert first.accessibleName().startswith("已超期，诉求：")
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.waitUntil(second.hasFocus)
    with qtbot.waitSignal(page.wanted) as asked:
        qtbot.keyClick(second, Qt.Key.Key_Space)
    assert asked.args == ["needs", second.due.target]
    (visit,) = [one for one in page.dues.lines if one.due.system == "走访"]
    with qtbot.waitSignal(page.wanted) as asked:
        qtbot.mouseClick(visit, Qt.MouseButton.LeftButton)
    assert asked.args == ["worklog", ("visit", HOMES[1])]


def test_what_leads_nowhere_is_no_button(qtbot: QtBot, village: Database) -> None:
    page = opened(qtbot, village, frozenset({"needs"}))
    resting = {one.due.system for one in page.dues.lines if not one.isEnabled()}
    assert resting == {"走访"}


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_it_fits_the_smallest_screen(
    qtbot: QtBot, qapp: QApplication, village: Database, percent: int
) -> None:
    theme.apply(qapp, percent)
    spec = PageSpec("today", "今日", "house", lambda: TodayPage(village, ME, REACHABLE))
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("today")
    qtbot.wait(20)
    try:
        assert (window.width(), window.height()) == (1366, 768)
        page = window.page("today")
        assert isinstance(page, TodayPage)
        line = page.dues.lines[0]
        assert line.width() < page.width() and line.height() >= line.fontMetrics().height()
        if shots := os.environ.get("SHOTS"):
            window.grab().save(f"{shots}/today-{percent}.png")
    finally:
        theme.apply(qapp, 100)


def test_nothing_is_due(qtbot: QtBot, village: Database) -> None:
    with village.writing() as connection:
        connection.execute(delete(Need))
        connection.execute(delete(Visit))
    page = opened(qtbot, village)
    shown = [one.text() for one in page.findChildren(QLabel) if one.isVisible()]
    assert "今天没有到期的事" in shown and not page.lines
