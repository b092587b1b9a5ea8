"""Today, needs and the five conditions as a person uses them, on a real database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection, func, insert, select

from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.matter import Shown
from desktop.views.needs import CLASS, FEEDBACK, PROGRESS, RESULT, NeedsPage
from desktop.views.situation_steps import ACTIONS
from desktop.views.situations import SituationsPage
from desktop.views.today import TodayPage
from desktop.views.work_log import WorkLogPage
from tests import device
from tests.today import china_today
from township.records import (
    Cadre,
    Household,
    HouseholdLink,
    Need,
    Person,
    Record,
    Situation,
    Visit,
    WorkLog,
    Zone,
    new_id,
)
from township.rules.situations import Step
from township.storage import tables
from township.storage.database import Database
from township.values import utc_now

ZONE, HOME, HEAD, ME, OTHER, LOG, FLOOD = (new_id() for _ in range(7))
NEEDS = [new_id() for _ in range(5)]
TEXTS = (
    "四组饮水池漏水，二十多户天旱时要错峰用水。",
    "公路到院坝还有三百米泥路，运橙子要人背。",
    "房屋鉴定为危房，想知道改造补助怎么报。",
    "码头候船棚漏雨，赶船的老人没处躲。",
    "希望在村口装两盏路灯，晚上接孩子看不清路。",
)


def add(connection: Connection, kind: type[Record], **values: Any) -> None:
    values.setdefault("id", new_id())
    connection.execute(insert(kind).values(**values))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)))
    with database.writing() as connection:
        device.enter(connection)
        fill(connection, china_today())
    yield database
    database.close()


def fill(connection: Connection, today: date) -> None:
    add(connection, Zone, id=ZONE, name="龙马溪村", code="420527103210", position=1)
    for one, name in ((ME, "李秀英"), (OTHER, "王明")):
        account = {"name": name, "login": name, "status": "active", "roles": ("TC", "LL")}
        add(connection, Cadre, id=one, zones=(ZONE,), **account)
    add(connection, Household, id=HOME, zone_id=ZONE, no="龙马溪-2-017", head_person_id=HEAD)
    add(connection, Person, id=HEAD, zone_id=ZONE, household_id=HOME, name="王大明")
    home = {"zone_id": ZONE, "household_id": HOME}
    add(connection, HouseholdLink, cadre_id=ME, year=today.year, **home)
    add(connection, WorkLog, id=LOG, zone_id=ZONE, cadre_id=ME, worked_on=today)
    visit = {"work_log_id": LOG, "way": "in_home", "visited_on": today}
    add(connection, Visit, next_visit_on=today + timedelta(days=3), **visit, **home)
    for number, (need, text) in enumerate(zip(NEEDS, TEXTS, strict=True)):
        raised = today - timedelta(days=40 - 6 * number)
        matter = {"raised_on": raised, "channel": "visit", "topic": "water", "owner_point": ME}
        add(connection, Need, id=need, no=f"N-{number}", text=text, state="new", **matter, **home)
    moments = {name: utc_now() for name in ("happened_at", "found_at", "reported_at")}
    kind = {"situation_kind": "disaster", "level": "emergency", "summary": "二组公路塌方。"}
    add(connection, Situation, id=FLOOD, no="W-1", zone_id=ZONE, **kind, **moments)


@pytest.fixture
def page(qtbot: QtBot, database: Database) -> NeedsPage:
    page = NeedsPage(database, ME)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def fill_form(page: NeedsPage | SituationsPage, **values: Any) -> None:
    assert page.form is not None
    page.form.set_values(values)


class Counting(NeedsPage):
    """Remembers which matters its panel has read."""

    def detail(self, record: bytes) -> Shown:
        self.__dict__.setdefault("read", []).append(record)
        return super().detail(record)


def test_a_list_reads_its_panel_once(qtbot: QtBot, database: Database) -> None:
    page = Counting(database, ME)
    qtbot.addWidget(page)
    assert page.__dict__["read"] == [page.table.current_id()]


def test_the_step_that_is_filled_in_stands_out(page: NeedsPage) -> None:
    kinds = lambda: {key: made.property("kind") for key, made in page.buttons.items()}  # noqa: E731
    assert kinds()["result"] == "primary"
    page.buttons["progress"].click()
    assert [key for key, kind in kinds().items() if kind == "primary"] == ["progress"]
    assert page.form is not None
    assert page.form.boxes["taken_on"].value() == china_today()
    page._cancel(PROGRESS)
    assert kinds()["result"] == "primary"


def test_an_empty_list_says_what_its_filter_looks_for(page: NeedsPage) -> None:
    page.search.setText("没有这样的诉求")
    page.reload_list()
    assert page._empty.texts()[0] == "没有符合条件的诉求"
    page.show_target("overdue")
    assert page._empty.texts()[0] == "没有超期的诉求"
    page.show_target("all")
    assert "登记诉求" in page._empty.texts()[1]


def test_closing_without_feedback_is_refused_in_words(page: NeedsPage) -> None:
    page.buttons["close"].click()
    assert page.problem.isVisible()
    assert "还没有向群众反馈，不能办结" in page.problem.text()


def test_a_need_is_carried_to_its_end(page: NeedsPage, qtbot: QtBot, database: Database) -> None:
    first = page.table.current_id()
    assert list(page.buttons) == ["result", "progress", "close", "class", "need.task"]
    page.open_action(PROGRESS)
    fill_form(page, taken_on=china_today(), text="已联系水管站")
    with qtbot.waitSignals([page.committed, page.said]):
        page._save(PROGRESS)
    page.open_action(RESULT)
    fill_form(page, result="solved", measure="已补漏")
    page._save(RESULT)
    assert next(iter(page.buttons)) == "feedback"
    page.open_action(FEEDBACK)
    fill_form(page, feedback_way="visit", resident_view="agree")
    page._save(FEEDBACK)
    page.table.select_id(first)
    page.buttons["close"].click()
    assert page.model.rowCount() == 4
    with database.reader() as session:
        need = session.get(Need, first)
    assert need is not None and need.state == "closed"


def test_what_is_missing_shows_in_the_form_and_nothing_is_lost(page: NeedsPage) -> None:
    page.open_action(CLASS)
    fill_form(page, class_reason="无规划许可")
    assert page.form is not None
    page.form.changed.emit()
    page._save(CLASS)
    assert page.form is not None and page.form.values()["class_reason"] == "无规划许可"
    page.reload(frozenset({"need"}))
    assert page.form is not None and page.form.values()["class_reason"] == "无规划许可"
    page.table.select_id(NEEDS[1])
    page.table.select_id(NEEDS[0])
    page.open_action(CLASS)
    assert page.form.values()["class_reason"] == "无规划许可"


def kept(database: Database) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(tables.draft)) or 0


@pytest.mark.parametrize("ending", ["lock", "other matter"])
def test_a_half_typed_step_comes_back(
    page: NeedsPage, qtbot: QtBot, database: Database, ending: str
) -> None:
    page.open_action(PROGRESS)
    assert page.form is not None
    qtbot.keyClicks(page.form.boxes["text"].editor, "half")
    qtbot.keyClicks(page.form.boxes["taken_on"].editor, "13-45")
    if ending == "lock":
        page.leave()
        page = NeedsPage(database, ME)
        qtbot.addWidget(page)
        page.show()
    else:
        page.table.select_id(NEEDS[1])
        assert not page.begun.text()
        page.table.select_id(NEEDS[0])
    assert "“登记进展”还有没保存的内容" in page.begun.text()
    page.open_action(PROGRESS)
    assert page.form is not None and page.step is not None
    assert page.form.draft() == {"text": "half", "taken_on": "13-45"}
    assert "已恢复" in page.step.note.text() and page.begun.isHidden()
    page.form.set_values({"taken_on": china_today()})
    page._save(PROGRESS)
    assert page.form is None and kept(database) == 0 and not page.begun.text()


def test_drafts_of_another_cadre_and_step_are_not_shown(
    page: NeedsPage, qtbot: QtBot, database: Database
) -> None:
    page.open_action(PROGRESS)
    assert page.form is not None
    qtbot.keyClicks(page.form.boxes["text"].editor, "mine")
    page.open_action(RESULT)
    assert page.form.draft() == {}
    page.leave()
    other = NeedsPage(database, OTHER)
    qtbot.addWidget(other)
    other.open_action(PROGRESS)
    assert other.form is not None and other.form.draft() == {}


def test_a_cancelled_step_can_be_brought_back(
    page: NeedsPage, qtbot: QtBot, database: Database
) -> None:
    undos: list[Any] = []
    page.said.connect(lambda text, undo: undos.append((text, undo)))
    page.open_action(PROGRESS)
    page._cancel(PROGRESS)
    assert page.form is None and not undos
    page.open_action(PROGRESS)
    assert page.form is not None
    qtbot.keyClicks(page.form.boxes["text"].editor, "half")
    page._cancel(PROGRESS)
    [(text, undo)] = undos
    assert (text, kept(database), page.form) == ("已取消“登记进展”", 0, None)
    page.table.select_id(NEEDS[2])
    undo()
    assert page.table.current_id() == NEEDS[0]
    assert page.form is not None and page.form.values()["text"] == "half"


def test_a_half_typed_response_survives_too(qtbot: QtBot, database: Database) -> None:
    for _ in range(2):
        page = SituationsPage(database, ME)
        qtbot.addWidget(page)
        if "receive" in page.buttons:
            page.buttons["receive"].click()
            page.buttons["respond"].click()
            assert page.form is not None
            qtbot.keyClicks(page.form.boxes["response"].editor, "road closed")
            page.leave()
    page.buttons["respond"].click()
    assert page.form is not None and page.form.values()["response"] == "road closed"


def test_filter_and_search(page: NeedsPage) -> None:
    page.search.setText("路灯")
    assert page.model.rowCount() == 1
    page.search.setText("没有这样的")
    assert page.model.rowCount() == 0
    page.search.clear()
    page.filter.set_values(("overdue",))
    page.reload_list()
    assert page.model.rowCount() == 2


def test_a_situation_step_by_step(qtbot: QtBot, database: Database) -> None:
    page = SituationsPage(database, ME)
    qtbot.addWidget(page)
    page.buttons["receive"].click()
    page.buttons["respond"].click()
    fill_form(page, response="已派人清理")
    page._save(ACTIONS[Step.RESPOND])
    page.buttons["feed_back"].click()
    fill_form(page, told=("reporter", "residents"))
    assert page.step is not None
    page.step.submitted.emit()
    page.buttons["close"].click()
    assert page.model.rowCount() == 0
    page.show_target(FLOOD)
    assert page.table.current_id() == FLOOD and not page.buttons


def test_the_pages_fit_the_smallest_screen(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    specs = [
        PageSpec("today", "今日", "house", lambda: TodayPage(database, ME, {"needs", "worklog"})),
        PageSpec("worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)),
        PageSpec("situations", "五情", "bell-ringing", lambda: SituationsPage(database, ME)),
        PageSpec("needs", "诉求", "chat-circle-text", lambda: NeedsPage(database, ME)),
    ]
    window = MainWindow(specs, Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    for spec in specs:
        window.show_page(spec.key)
        qtbot.wait(20)
        if shots := os.environ.get("SHOTS"):
            window.grab().save(f"{shots}/{spec.key}.png")
        assert window.width() == 1366 and window.height() == 768
        page = window.page(spec.key)
        if isinstance(page, NeedsPage | SituationsPage):
            assert page.table.horizontalScrollBar().maximum() == 0
    today = window.page("today")
    assert isinstance(today, TodayPage)
    assert today.overdue.accessibleName().startswith("我的超期诉求：2，")
    assert today.days.accessibleName().startswith("本月已计天数：0.0 / 3.0，镇干部下村")
    assert today.links.accessibleName() == "本年联系户已入户：1/1，都已入户"
    with qtbot.waitSignal(today.wanted):
        qtbot.mouseClick(today.overdue, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(today.wanted) as asked:
        qtbot.mouseClick(today.days, Qt.MouseButton.LeftButton)
    assert asked.args == ["worklog", china_today()] and window.current == "worklog"
    window.show_page("needs")
    page = window.page("needs")
    assert window.current == "needs" and isinstance(page, NeedsPage)
    assert (page.which(), page.model.rowCount()) == ("overdue", 2)
