"""工作日志 of one's own: work without a visit, changes, deletion with undo, joint visits."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.work_log import WorkLogPage
from tests.desktop.test_work_log import (
    DAY,
    HOME,
    LEADER,
    ME,
    OTHER_HOME,
    database,
    visit,
)
from township.records import WorkLog
from township.storage.database import Database

__all__ = ["database"]


@pytest.fixture
def page(qtbot: QtBot, database: Database, background: Background) -> WorkLogPage:
    visit(database, date(2026, 5, 18), purpose="routine", talk="想修水池")
    visit(database, date(2026, 5, 18), ("pm",), purpose="routine", home=OTHER_HOME)
    visit(database, DAY, way="in_home", purpose="routine", companions=(LEADER,))
    return opened(qtbot, database, background, ME)


def opened(qtbot: QtBot, database: Database, background: Background, cadre: bytes) -> WorkLogPage:
    page = WorkLogPage(database, cadre, background)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def fill(page: WorkLogPage, **values: Any) -> None:
    """Fill the dialog that is open and save it."""
    dialog = page.steps.dialog
    assert dialog is not None
    dialog.form.set_values(values)
    dialog.keep.click()
    assert page.steps.dialog is None, dialog.problem.text()


def buttons(page: WorkLogPage) -> list[str]:
    steps = page.steps
    able = (steps.joint, steps.edit, steps.remove, steps.edit_one, steps.remove_one)
    return [one.text() for one in able if not one.isHidden()]


def test_work_without_a_visit(page: WorkLogPage, database: Database) -> None:
    page.show_day(date(2026, 5, 19))
    assert page._reason.text() == "没有工作日志。" and page.steps.isHidden()
    page.write.click()
    dialog = page.steps.dialog
    assert dialog is not None and dialog.form.boxes["worked_on"].value() == date(2026, 5, 19)
    dialog.keep.click()
    assert dialog.form.boxes["work_kind"].shown_problem() == "请填写工作类型" or dialog.isVisible()
    fill(page, work_kind="meeting", sessions=("pm",), summary="镇里学习防汛预案")
    assert page._reason.text().startswith("会议 · 下午：没有入户走访")
    assert page._reason.text().endswith("\n镇里学习防汛预案")
    assert buttons(page) == ["改这一天", "删除这一天"]
    page.steps.edit.click()
    fill(page, work_kind="other", summary="整理台账")
    assert "其他 · 下午" in page._reason.text()
    said: list[Any] = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    page.steps.remove.click()
    assert page._reason.text() == "没有工作日志。" and said[0][0] == "已删除这一天的日志"
    said[0][1]()
    assert page._reason.text().endswith("\n整理台账")


def test_a_visit_is_changed_and_deleted(page: WorkLogPage, database: Database) -> None:
    page.show_day(date(2026, 5, 18))
    assert buttons(page) == ["改这一天"]
    page._to_list()
    assert buttons(page) == ["改这一天", "改走访", "删除走访"]
    page.steps.edit_one.click()
    fill(page, way="phone")
    assert page.month.days[page.day].result.halves == 1
    page._to_list()
    said: list[Any] = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    page.steps.remove_one.click()
    assert page.model.rowCount() == 1 and said[0][0] == "已删除这次走访"
    said[0][1]()
    assert page.model.rowCount() == 2


def test_a_companion_confirms_with_one_click(
    page: WorkLogPage, qtbot: QtBot, database: Database, background: Background
) -> None:
    other = opened(qtbot, database, background, LEADER)
    other.show_target(DAY)
    assert buttons(other) == ["确认同行"] and "王大明" in other.steps.told.text()
    other.steps.joint.click()
    assert "计 0.5 天" in other._reason.text() and buttons(other) == ["改这一天", "删除这一天"]
    assert other.model.index(0, 2).data() == "入户（同行）"


def test_a_log_that_was_sent_back_says_why(page: WorkLogPage, database: Database) -> None:
    with database.writing() as connection:
        table = WorkLog.__table__
        sent = table.update().where(table.c.worked_on == date(2026, 5, 18))
        connection.execute(sent.values(state="returned", assess_note="到了哪几户"))
    page.show_day(DAY)
    page.reload(frozenset())
    page.show_day(date(2026, 5, 18))
    assert "（到了哪几户）" in page._reason.text()
    page.steps.edit.click()
    fill(page, summary="一组两户")
    assert page.month.days[page.day].result.halves == 2


@pytest.mark.parametrize("percent", [100, 150])
def test_it_fits_the_smallest_screen(
    page: WorkLogPage,
    qtbot: QtBot,
    qapp: QApplication,
    database: Database,
    background: Background,
    percent: int,
) -> None:
    theme.apply(qapp, percent)
    spec = PageSpec(
        "worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)
    )
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    shots = os.environ.get("SHOTS")
    try:
        window.show_page("worklog", date(2026, 5, 18))
        shown = window.page("worklog")
        assert isinstance(shown, WorkLogPage)
        shown._to_list()
        qtbot.wait(300 if shots else 20)
        if shots:
            window.grab().save(f"{shots}/worklog-day-{percent}.png")
        for key, press in (("log", shown.write), ("visit", shown.steps.edit_one)):
            press.click()
            dialog = shown.steps.dialog
            assert dialog is not None
            qtbot.wait(300 if shots else 20)
            if shots:
                dialog.grab().save(f"{shots}/worklog-{key}-{percent}.png")
            assert dialog.height() <= 768 and dialog.width() <= 1366
            dialog.reject()
        assert window.width() == 1366 and window.height() == 768
    finally:
        theme.apply(qapp, 100)


def test_both_households_are_there(page: WorkLogPage) -> None:
    page.show_day(date(2026, 5, 18))
    shown = {line.household_id for line in page.month.days[page.day].visits}
    assert shown == {HOME, OTHER_HOME}
