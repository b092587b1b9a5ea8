"""One entry in few keys: what a routine visit costs beyond its text.

Source: domain §8, acceptance measure: a routine visit in at most 12 key strokes beyond text. Every
key and click counts but those that write: what was said, and the letters that look for a
household or a topic (``wdm`` → 王大明), which are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.work_log import WorkLogPage
from tests.desktop import test_work_log as village
from tests.desktop.test_work_log import DAY, HOME, ME, ZONE, stored
from tests.scenarios.town import write
from township.records import Dispute, DisputeParty, Need, Situation, SpecialGroupMember, Task, Visit
from township.storage import search
from township.storage.database import Database
from township.usecases.special_contacts import contact_of

MOST = 12
SECONDS = 60
KEY, THOUGHT = 0.28, 1.35
"""Seconds for a key of an average typist and for making up one's mind. Source: Card, Moran and
Newell, The keystroke-level model (1980)."""
KEYS_OF_CHARACTER = 3
"""Of a Chinese text by pinyin, with its choices."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.create(tmp_path / "laptop.db", bytes(range(32)), lambda: village.NOW)
    with database.writing() as connection:
        village.fill(connection)
        group = {"household_id": HOME, "zone_id": ZONE, "group_kind": "empty_nest"}
        village.add(connection, SpecialGroupMember, from_on=DAY, **group)
    search.catch_up(database)
    yield database
    database.close()


class Hands:
    """Presses keys as a person does, wherever the focus is, and counts them."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self._window, self._qtbot = window, qtbot
        self.pressed = 0
        self.looked_for = 0
        self.said = 0

    def press(self, *keys: str) -> None:
        """Keys by name, one after the other: each counts as one."""
        for key in keys:
            self.pressed += 1
            combination = QKeySequence(key)[0]
            at = QApplication.activePopupWidget() or QApplication.focusWidget() or self._window
            QTest.keyClick(at, combination.key(), combination.keyboardModifiers())
            self._qtbot.wait(5)

    def say(self, text: str) -> None:
        """Words that an input method commits: they are text."""
        at = QApplication.focusWidget()
        assert at is not None
        write(at, text)
        self.said += len(text)
        self._qtbot.wait(5)

    def look_for(self, letters: str) -> None:
        """Letters that look for a name in a list."""
        self.looked_for += len(letters)
        self.press(*letters)
        self.pressed -= len(letters)

    def seconds(self, thoughts: int) -> float:
        """How long a person needs who has to make up his mind so often."""
        keys = self.pressed + self.looked_for + KEYS_OF_CHARACTER * self.said
        return keys * KEY + thoughts * THOUGHT


@pytest.fixture
def window(qtbot: QtBot, database: Database, background: Background) -> MainWindow:
    spec = PageSpec(
        "worklog", "工作日志", "notebook", lambda: WorkLogPage(database, ME, background)
    )
    window = MainWindow([spec], Who("李秀英", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    qtbot.waitActive(window)
    window.show_page("worklog")
    return window


def form_of(window: MainWindow) -> Any:
    page = window.page("worklog")
    assert isinstance(page, WorkLogPage)
    return page.form


def pick_household(hands: Hands, window: MainWindow, qtbot: QtBot) -> None:
    """The form from the page, the household by its initials."""
    hands.press("Ctrl+N")
    assert form_of(window) is not None
    hands.look_for("wdm")
    finder = form_of(window).form.boxes["household_id"]
    qtbot.waitUntil(lambda: bool(finder.editor._found))
    hands.press("Return")
    assert finder.value() == HOME


def test_a_visit_with_a_need_and_a_situation(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    """12 keys: Ctrl+N, Enter (household), Alt+Q, Tab (topic), Enter, Alt+W, 1 (民情), Tab,
    1 (一般), Tab, Tab (summary), Ctrl+S; and 5 letters: wdm, dl. 36 characters are written, and
    seven times a mind is made up: household, talk, need, its topic, situation, its kind, its level.
    """
    hands = Hands(window, qtbot)
    pick_household(hands, window, qtbot)
    hands.say("老人独自在家，血压药还有半个月。")
    raise_need(hands)
    see_situation(hands)
    hands.press("Ctrl+S")
    assert form_of(window) is None
    [need], [seen] = stored(database, Need), stored(database, Situation)
    assert (need.text, need.topic) == ("路灯不亮", "road")
    assert (seen.situation_kind, seen.level) == ("livelihood", "normal")
    assert (hands.pressed, hands.looked_for) == (12, 5) and hands.pressed <= MOST
    assert hands.said == 36 and hands.seconds(thoughts=7) < SECONDS


def raise_need(hands: Hands) -> None:
    hands.press("Alt+Q")
    hands.say("路灯不亮")
    hands.press("Tab")
    hands.look_for("dl")
    hands.press("Return")


def see_situation(hands: Hands) -> None:
    hands.press("Alt+W", "1", "Tab", "1", "Tab", "Tab")
    hands.say("近期橙价下跌，农户普遍担心销路。")


def test_a_visit_alone(window: MainWindow, qtbot: QtBot, database: Database) -> None:
    """3 keys: Ctrl+N, Enter, Ctrl+S: everything else is filled in already."""
    hands = Hands(window, qtbot)
    pick_household(hands, window, qtbot)
    hands.say("家中一切正常。")
    hands.press("Ctrl+S")
    [visit] = stored(database, Visit)
    assert (visit.talk, visit.way, visit.purpose) == ("家中一切正常。", "in_home", "routine")
    assert hands.pressed == 3


def test_a_dispute_and_a_task_come_with_the_visit(
    window: MainWindow, qtbot: QtBot, database: Database
) -> None:
    """Presets carry what is usual: blue, two people, one's own task in fifteen days."""
    hands = Hands(window, qtbot)
    pick_household(hands, window, qtbot)
    form = form_of(window)
    assert "空巢老人户" in form.special.text() and form.special.isVisible()
    hands.press("Alt+J")
    hands.look_for("ll")
    hands.press("Return")
    hands.press("Tab")
    hands.say("向大贵")
    hands.press("Tab", "Tab", "Tab", "Tab")
    hands.say("上户改水沟后，下户院坝积水。")
    hands.press("Alt+R")
    hands.say("请水利站看水沟")
    hands.press("Ctrl+S")
    assert form_of(window) is None, form.problem.text()
    [dispute], [task] = stored(database, Dispute), stored(database, Task)
    assert (dispute.dispute_type, dispute.level, dispute.found_by) == ("neighbour", "blue", "visit")
    assert [one.name for one in stored(database, DisputeParty)] == [None, "向大贵"]
    [visit] = stored(database, Visit)
    assert (dispute.visit_id, task.source_id, task.source) == (visit.id, visit.id, "visit")
    assert (task.owner_id, task.household_id) == (ME, HOME) and task.due_on > DAY
    with database.reader() as session:
        contact = contact_of(session, HOME, DAY)
    assert contact is not None and (contact.last, contact.days) == (DAY, 30)


def test_a_draft_keeps_all_of_it(window: MainWindow, qtbot: QtBot, database: Database) -> None:
    hands = Hands(window, qtbot)
    pick_household(hands, window, qtbot)
    hands.press("Alt+J", "Tab")
    hands.say("施工队")
    hands.press("Alt+R")
    hands.say("量菜地")
    hands.press("Esc")
    assert form_of(window) is None
    hands.press("Ctrl+N")
    form = form_of(window)
    values = form.form.values()
    assert (values["disputes.0.others"], values["tasks.0.text"]) == ("施工队", "量菜地")
    assert values["disputes.0.level"] == "blue" and values["tasks.0.owner_id"] == ME
    assert form.parts.is_shown("disputes", 0) and form.parts.is_shown("tasks", 0)
    assert not form.parts.is_shown("disputes", 1)
    form.save()
    assert form.form.boxes["disputes.0.summary"].shown_problem()
