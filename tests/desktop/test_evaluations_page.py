"""测评 as people of three offices use it, on a real database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background
from desktop.views.count_dialog import CountDialog
from desktop.views.evaluations import EvaluationsPage
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.preview import Preview
from desktop.views.today import TodayPage
from tests.usecases.townships import (
    BAD,
    GOOD,
    LIU,
    PETER,
    TOP,
    VALUES,
    VILLAGE,
    ZHOU,
    counted,
    do,
    make,
)
from township.records import Evaluation
from township.rules.evaluations import ANSWERS, Counts
from township.storage.database import Database
from township.usecases import evaluation_steps as steps

NOW = datetime(2026, 5, 20, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The file that each test gets a copy of."""
    database = make(tmp_path_factory.mktemp("offices") / "laptop.db", lambda: NOW)
    database.close()
    return database


@pytest.fixture
def database(tmp_path: Path, untouched: Database) -> Iterator[Database]:
    shutil.copy(untouched.path, tmp_path / "laptop.db")
    database = Database.open(tmp_path / "laptop.db", untouched.key, lambda: NOW)
    yield database
    database.close()


class Desk:
    """The pages that people of one laptop open."""

    def __init__(self, qtbot: QtBot, database: Database, background: Background) -> None:
        self.qtbot, self.database, self.background = qtbot, database, background
        self.said: list[tuple[str, Any]] = []

    def page(self, cadre: bytes) -> EvaluationsPage:
        page = EvaluationsPage(self.database, cadre, self.background)
        self.qtbot.addWidget(page)
        page.said.connect(lambda text, undo: self.said.append((text, undo)))
        page.resize(1150, 640)
        page.show()
        return page


@pytest.fixture
def desk(qtbot: QtBot, database: Database, background: Background) -> Desk:
    return Desk(qtbot, database, background)


def told(page: EvaluationsPage) -> str:
    """All that the panel shows."""
    QApplication.processEvents()
    shown = (one for one in page.panel.findChildren(QLabel) if one.isVisibleTo(page))
    return "\n".join(one.text() for one in shown)


def save(page: EvaluationsPage, **values: Any) -> None:
    assert page.step is not None
    page.step.form.set_values(values)
    page.step.submitted.emit()


def type_count(page: EvaluationsPage, counts: Counts) -> CountDialog:
    """Type numbers as the keyboard gives them: a number, Tab, a number, Tab …"""
    page.buttons["count"].click()
    dialog = page.count
    assert dialog is not None
    typed = [str(getattr(one, answer)) for one in counts.values() for answer in ANSWERS]
    first = dialog.form.boxes[f"{next(iter(counts))}.{ANSWERS[0]}"].editor
    assert dialog.focusWidget() is first
    for number in typed:
        editor = dialog.focusWidget()
        editor.selectAll()  # type: ignore[attr-defined]
        QTest.keyClicks(editor, number)
        dialog.focusNextPrevChild(True)
    return dialog


def test_an_evaluation_from_slips_to_measures(desk: Desk, qtbot: QtBot) -> None:
    office = desk.page(LIU)
    assert office.model.rowCount() == 0 and office.table._empty is not None
    office.open_new()
    assert office.form is not None and office.form.boxes["cadre_id"].isHidden()
    save(office, **{k: VALUES[k] for k in ("zone_id", "roster_size", "teller_one", "teller_two")})
    assert office.model.rowCount() == 1 and desk.said[-1][0] == "测评已建好，可以印票"
    assert list(office.buttons) == ["issue", "slips", "void"]
    office.buttons["issue"].click()
    assert office.form is not None and office.form.values() == {"issued": 30}
    save(office, issued=31)
    assert "多于代表人数" in told(office)
    save(office, issued=20)
    office.buttons["close"].click()
    save(office, closed_on=date(2026, 5, 20))
    assert list(office.buttons) == ["void"] and "甲还没有录入，乙还没有录入" in told(office)
    one = desk.page(ZHOU)
    assert list(one.buttons) == ["count", "comments", "void"]
    type_count(one, BAD).save()
    assert "甲已录入，乙还没有录入" in told(one) and "满意 14" not in told(one)
    two = desk.page(PETER)
    assert "满意 14" not in told(two), "nobody sees the other's numbers first"
    type_count(two, GOOD).save()
    assert "谁的都不算" in told(two) and "工作作风·满意：甲 2 张，乙 14 张" in told(two)
    leader = desk.page(TOP)
    leader.buttons["approve"].click()
    assert "两人计票不一致" in leader.problem.text()
    type_count(two, BAD).save()
    assert two.buttons["count"].text() == "更正计票"
    leader.reload(frozenset({"ballot_tally"}))
    assert "审定后的结果：不达标" in told(leader)
    leader.buttons["approve"].click()
    assert "不达标" in told(leader) and list(leader.buttons) == ["decide", "result"]
    leader.buttons["decide"].click()
    save(leader, measures=("talk",), measure_text="每周到组一次")
    office.reload(frozenset())
    assert list(office.buttons) == ["again", "result"]
    office.buttons["again"].click()
    save(office, part="h2")
    assert office.model.rowCount() == 2 and list(office.buttons) == ["issue", "slips", "void"]


def test_a_village_cadre_sees_the_result_and_nothing_to_press(desk: Desk) -> None:
    made = counted(desk.database, GOOD, GOOD)
    page = desk.page(VILLAGE)
    assert not page.buttons and "由镇机关两人分别计票" in told(page)
    do(desk.database, TOP, lambda w: steps.approve(w, made))
    page.reload(frozenset({"evaluation"}))
    page.show_target(made)
    assert list(page.buttons) == ["result"]
    assert "= 94.74%，达到 80.00% 的标准" in told(page)


def test_a_half_typed_count_comes_back(desk: Desk, qtbot: QtBot) -> None:
    made = do(desk.database, LIU, lambda w: steps.create(w, VALUES))
    do(desk.database, LIU, lambda w: steps.issue(w, made, 20))
    do(desk.database, LIU, lambda w: steps.close_box(w, made, NOW.date()))
    page = desk.page(ZHOU)
    dialog = type_count(page, {"duty": GOOD["duty"]})
    assert dialog.form.sums["duty"].text() == "合计 20 张（各项应相同）"
    dialog.save()
    assert "每一格都要填数字" in dialog.problem.text()
    dialog.reject()
    page.buttons["count"].click()
    assert page.count is not None
    assert "已恢复" in page.count.note.text()
    assert page.count.form.counts()["duty"] == GOOD["duty"]
    page.count.reject()


def test_comments_are_typed_and_lose_their_order(desk: Desk) -> None:
    made = counted(desk.database, GOOD, GOOD)
    page = desk.page(ZHOU)
    page.buttons["comments"].click()
    save(page, duty="丙\n甲\n乙")
    page.buttons["comments"].click()
    assert page.form is not None and page.form.values()["duty"].splitlines() == sorted("甲乙丙")
    with desk.database.reader() as session:
        assert session.get_one(Evaluation, made).state == "closed"


def test_a_cancelled_form_comes_back_by_undo(desk: Desk, qtbot: QtBot) -> None:
    page = desk.page(LIU)
    page.open_new()
    assert page.form is not None and page.step is not None
    qtbot.keyClicks(page.form.boxes["roster_size"].editor, "2")
    page.reload(frozenset({"evaluation"}))
    assert page.form is not None, "news from elsewhere do not close it"
    page.step.cancelled.emit()
    assert page.form is None
    desk.said[-1][1]()
    assert page.form is not None and page.form.values()["roster_size"] == 2


def test_papers_open_in_the_preview(desk: Desk, qtbot: QtBot) -> None:
    do(desk.database, LIU, lambda w: steps.create(w, VALUES))
    page = desk.page(LIU)
    page.buttons["slips"].click()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=10_000)
    [preview] = page.findChildren(Preview)
    preview.close()


def test_today_leads_to_what_waits(desk: Desk, qtbot: QtBot) -> None:
    made = counted(desk.database, GOOD, GOOD)
    today = TodayPage(desk.database, TOP, {"needs", "evaluation"})
    qtbot.addWidget(today)
    today.show()
    (line,) = [one for one in today.dues.lines if "待审定" in one.text()]
    with qtbot.waitSignal(today.wanted) as asked:
        qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    assert asked.args == ["evaluation", made]
    nobody = TodayPage(desk.database, VILLAGE, {"needs", "evaluation"})
    qtbot.addWidget(nobody)
    nobody.show()
    assert not any("待审定" in one.text() for one in nobody.dues.lines)


@pytest.mark.parametrize(("width", "height", "percent"), [(1366, 768, 100), (1366, 768, 150)])
def test_the_page_fits(
    qapp: QApplication, desk: Desk, qtbot: QtBot, width: int, height: int, percent: int
) -> None:
    made = counted(desk.database, BAD, BAD)
    do(desk.database, TOP, lambda w: steps.approve(w, made))
    counted(desk.database, GOOD, BAD, part="h2")
    theme.apply(qapp, percent)
    try:
        spec = PageSpec("evaluation", "测评", "list-checks", lambda: EvaluationsPage(
            desk.database, ZHOU, desk.background))  # fmt: skip
        window = MainWindow([spec], Who("周敏", "全镇"), percent)
        qtbot.addWidget(window)
        window.resize(width, height)
        window.show()
        window.show_page("evaluation")
        qtbot.wait(30)
        page = window.page("evaluation")
        assert isinstance(page, EvaluationsPage)
        assert page.table.horizontalScrollBar().maximum() == 0
        assert (window.width(), window.height()) == (width, height)
        shoot(window, f"list-{percent}")
        page.show_target(made)
        shoot(window, f"failed-{percent}")
        page.filter.set_values(("open",))
        page.reload_list()
        page.table.select_id(page.model.id_at(0))
        page.buttons["count"].click()
        assert page.count is not None
        assert page.count.width() <= width and page.count.height() <= height
        shoot(page.count, f"count-{percent}")
        page.count.reject()
        page.buttons["comments"].click()
        shoot(window, f"comments-{percent}")
    finally:
        theme.apply(qapp, 100)


def shoot(widget: Any, name: str) -> None:
    if shots := os.environ.get("SHOTS"):
        QTest.qWait(150)
        widget.grab().save(f"{shots}/{name}.png")
