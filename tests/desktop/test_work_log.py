"""The work log and the visit form as a person uses them, on a real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, insert, select

from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.preview import Preview
from desktop.views.visit_form import VisitForm
from desktop.views.work_log import WorkLogPage
from tests import device
from township.records import (
    Cadre,
    Group,
    Household,
    Need,
    Person,
    Record,
    Situation,
    Visit,
    Zone,
    ZoneStaff,
    new_id,
)
from township.storage import search, tables
from township.storage.database import Database
from township.usecases import drafts
from township.usecases.visits import VisitEntry, log_visit

NOW = datetime(2026, 5, 20, 2, tzinfo=UTC)
DAY = date(2026, 5, 20)
ZONE, GROUP, HOME, OTHER_HOME, HEAD, OTHER_HEAD, ME, LEADER = (new_id() for _ in range(8))


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)), lambda: NOW)
    with database.writing() as connection:
        fill(connection)
    search.catch_up(database)
    yield database
    database.close()


def fill(connection: Connection) -> None:
    device.enter(connection)
    add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=1)
    add(connection, Group, id=GROUP, zone_id=ZONE, number=2, name="二组")
    for one, name, role in ((ME, "李秀英", "VC"), (LEADER, "王𠮷明", "LL")):
        add(connection, Cadre, id=one, name=name, login=name, status="active", roles=(role,))
        post = {"zone_id": ZONE, "cadre_id": one, "role": role}
        add(connection, ZoneStaff, from_on=date(2024, 1, 1), **post)
    for home, head, name, no in (
        (HOME, HEAD, "王大明", "龙马溪-2-017"),
        (OTHER_HOME, OTHER_HEAD, "向春花", "龙马溪-2-018"),
    ):
        place = {"zone_id": ZONE, "group_id": GROUP, "head_person_id": head}
        add(connection, Household, id=home, no=no, **place)
        add(connection, Person, id=head, zone_id=ZONE, household_id=home, name=name)
        connection.execute(insert(tables.search_dirty).values(household_id=home))


def visit(database: Database, on: date, sessions: tuple[str, ...] = ("am",), **more: Any) -> None:
    with database.work(ME) as work:
        entry = VisitEntry(more.pop("home", HOME), on, sessions, **{"way": "in_home"} | more)
        log_visit(work, entry)
        work.commit()


@pytest.fixture
def page(qtbot: QtBot, database: Database, background: Background) -> WorkLogPage:
    visit(database, date(2026, 5, 18), purpose="routine", talk="想修水池")
    visit(database, date(2026, 5, 19), ("am", "pm"), purpose="policy", home=OTHER_HOME)
    visit(database, date(2026, 5, 4), purpose="routine")
    visit(database, DAY, way="phone", purpose="follow_up")
    page = WorkLogPage(database, ME, background)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def open_form(page: WorkLogPage, household: bytes | None = None) -> VisitForm:
    page.open_form(household)
    assert page.form is not None
    return page.form


def stored(database: Database, kind: type[Any]) -> list[Any]:
    with database.reader() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def test_the_month_tells_what_counts(page: WorkLogPage, qtbot: QtBot) -> None:
    assert page.counted.accessibleName().startswith("本月已计天数：1.5 / 8.0，")
    assert "0.5 天待定" in page.counted.accessibleName()
    assert "电话" in page._reason.text() and page.model.rowCount() == 1
    page.grid.setFocus()
    qtbot.keyClick(page.grid._days[DAY], Qt.Key.Key_Left)
    assert page.day == date(2026, 5, 19) and "计 1 天" in page._reason.text()
    assert "补录" in page.grid._days[page.day].text()
    qtbot.keyClick(page.grid._days[page.day], Qt.Key.Key_PageUp)
    assert page.day == date(2026, 4, 1) and page.model.rowCount() == 0
    qtbot.keyClick(page.grid._days[page.day], Qt.Key.Key_Up)
    assert page.day == date(2026, 3, 25)


def test_the_number_of_days_opens_its_visits(page: WorkLogPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.counted, Qt.Key.Key_Return)
    assert [page.model.index(row, 0).data() for row in range(page.model.rowCount())] == [
        "20日 上午",
        "19日 上午",
        "18日 上午",
        "4日 上午",
    ]
    assert page._day_title.text() == "2026 年 5 月　全月走访"
    page.show_day(date(2026, 5, 18))
    assert page.model.rowCount() == 1 and page.model.index(0, 0).data() == "上午"


def test_another_page_can_ask_for_a_day(page: WorkLogPage) -> None:
    open_form(page, HOME)
    page.show_day(date(2026, 4, 1))
    page.show_target(DAY)
    assert page.form is None and (page.day, page.model.rowCount()) == (DAY, 1)


def test_a_visit_is_written_by_keyboard(
    page: WorkLogPage, qtbot: QtBot, database: Database
) -> None:
    form = open_form(page)
    finder = form.form.boxes["household_id"].editor
    qtbot.keyClicks(finder, "wdm")
    qtbot.keyClick(finder, Qt.Key.Key_Return)
    values = form.form.values()
    assert (values["household_id"], values["visited_on"], values["sessions"]) == (
        HOME,
        DAY,
        ("am",),
    )
    assert values["carry_over"] == "想修水池"
    form._insert("家中一切正常。")
    form.parts.add("needs")
    qtbot.keyClicks(form.form.boxes["needs.0.text"].editor, "water pool")
    form.form.boxes["needs.0.topic"].set_value("water")
    form.parts.add("situations")
    with qtbot.waitSignals([page.committed, page.said]):
        form.save()
    assert page.form is None and page.model.rowCount() == 2
    newest = stored(database, Visit)[-1]
    assert (newest.talk, newest.carry_over) == ("家中一切正常。", "想修水池")
    [need] = stored(database, Need)
    assert (need.no, need.topic, need.owner_line) == ("2026-007-0001", "water", LEADER)
    assert not stored(database, Situation)


def test_problems_show_in_place_and_nothing_is_lost(page: WorkLogPage, database: Database) -> None:
    form = open_form(page, HOME)
    form.form.set_values({"visited_on": date(2026, 5, 21), "talk": "谈话"})
    form.parts.add("needs")
    form.parts.add("needs")
    form.form.set_values({"needs.1.text": "路灯不亮"})
    form.save()
    assert form.problem.isVisible()
    assert form.form.boxes["needs.1.topic"].shown_problem() == "请选择类别"
    form.form.set_values({"needs.1.topic": "road"})
    form.save()
    assert "晚于今天" in form.form.boxes["visited_on"].shown_problem()
    assert form.form.values()["talk"] == "谈话" and not stored(database, Need)


def test_a_draft_comes_back(page: WorkLogPage, qtbot: QtBot, database: Database) -> None:
    form = open_form(page, HOME)
    form.parts.add("situations")
    qtbot.keyClicks(form.form.boxes["talk"].editor, "half")
    qtbot.keyClicks(form.form.boxes["situations.0.place"].editor, "pool")
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert page.form is None
    form = open_form(page, OTHER_HOME)
    values = form.form.values()
    assert (values["household_id"], values["talk"]) == (HOME, "half")
    assert not form.form.boxes["situations.0.place"].isHidden()
    assert "还有一次没有保存的走访" in form.note.text()
    form.throw_away()
    assert form.form.values()["talk"] is None
    with database.reader() as session:
        assert drafts.read(session, "visit", ME.hex()) is None
    said: list[Any] = []
    page.said.connect(lambda _, undo: said.append(undo))
    open_form(page, HOME).form.set_values({"talk": "又一次"})
    assert page.form is not None
    page.form.throw_away()
    said[0]()
    assert page.form.form.values()["talk"] == "又一次"


def test_saving_and_printing_shows_the_report(page: WorkLogPage, qtbot: QtBot) -> None:
    form = open_form(page, HOME)
    form.save(then_print=True)
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=10_000)
    page.findChildren(Preview)[0].close()


def test_it_fits_the_smallest_screen(
    page: WorkLogPage, qtbot: QtBot, database: Database, background: Background
) -> None:
    spec = PageSpec(
        "worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)
    )
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.show_page("worklog")
    shoot(window, qtbot, "worklog")
    window.show_page("worklog", ("visit", HOME))
    shown = window.page("worklog")
    assert isinstance(shown, WorkLogPage) and shown.form is not None
    shown.form.parts.add("needs")
    shown.form.parts.add("situations")
    shoot(window, qtbot, "visit")
    shown.form.parts.add("disputes")
    shown.form.parts.add("tasks")
    shoot(window, qtbot, "visit-all")
    assert window.width() == 1366 and window.height() == 768


def shoot(window: MainWindow, qtbot: QtBot, name: str) -> None:
    qtbot.wait(50)
    QApplication.processEvents()
    if shots := os.environ.get("SHOTS"):
        window.grab().save(f"{shots}/{name}.png")
