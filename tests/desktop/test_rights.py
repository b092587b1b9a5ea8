"""居民权利 and 到期清理 in the windows, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.background import Background
from desktop.models.who import Rights
from desktop.views.papers import Papers
from desktop.views.preview import Preview
from desktop.views.purge import PurgePage
from desktop.views.rights_answer import AnswerDialog
from desktop.views.rights_dialog import RightsDialog
from desktop.views.today import TodayPage
from tests.usecases import offices
from tests.usecases.offices import CLERK, HEAD, TODAY, VILLAGE, add_visit
from township.records import Erasure, Person, Visit
from township.rules.rights import STATUTORY_REASON
from township.storage.database import Database
from township.usecases import rights
from township.usecases.purging import CONFIRMATION
from township.usecases.rights import RequestLine


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("office") / "laptop.db"
    offices.make(path)
    return path


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    database = offices.copied(template, tmp_path)
    yield database
    database.close()


@pytest.fixture
def over(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    return page


def dialog(
    over: QWidget, database: Database, background: Background, who: bytes = CLERK
) -> RightsDialog:
    made = RightsDialog(Papers(database, who, background), HEAD, "王大明", over)
    made.show()
    return made


def shown(widget: QWidget) -> str:
    QApplication.processEvents()  # what was just added to a layout is shown by its next event
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def press(widget: QWidget, text: str) -> None:
    next(one for one in widget.findChildren(QPushButton) if one.text() == text).click()


def lines(database: Database) -> tuple[RequestLine, ...]:
    with database.reader() as session:
        return rights.requests_of(session, HEAD, TODAY)


def asked(database: Database, kind: str) -> RequestLine:
    with database.work(VILLAGE) as work:
        rights.request(work, HEAD, kind)
        work.commit()
    return lines(database)[0]


def test_a_village_cadre_writes_down_and_the_office_answers(
    qtbot: QtBot, over: QWidget, database: Database, background: Background
) -> None:
    made = dialog(over, database, background, VILLAGE)
    made.ask.click()
    assert "请选择申请事项" in made.problem.text()
    made.form.set_values({"request_kind": "delete", "text": "不用我的电话"})
    with qtbot.waitSignal(made.committed):
        made.ask.click()
    assert "不用我的电话" in shown(made) and "由镇里办理" in shown(made)
    made.close()
    made = dialog(over, database, background)
    answer = made.answer(lines(database)[0])
    assert answer.why.values()["reasons"] == STATUTORY_REASON
    with qtbot.waitSignal(made.committed):
        answer.refuse.click()
    assert STATUTORY_REASON in shown(made) and "不予办理" in shown(made)
    made.close()


def test_a_consent_is_recorded_and_withdrawn(
    qtbot: QtBot, over: QWidget, database: Database, background: Background
) -> None:
    made = dialog(over, database, background)
    made.agree.click()
    assert "请选择事项" in made.problem.text()
    made.item.set_values(("contact",))
    made.agree.click()
    assert "联系电话（通知、回访）：同意 · 本人" in shown(made)
    press(made, "撤回")
    assert "已撤回" in shown(made) and "已办理" in shown(made)
    with database.reader() as session:
        person = session.get(Person, HEAD)
        assert person and person.phone is None
        assert session.scalars(select(Erasure)).one().reason == "withdrawn"
    made.close()


def test_nothing_is_erased_before_the_words_are_typed(
    qtbot: QtBot, over: QWidget, database: Database, background: Background
) -> None:
    made = dialog(over, database, background)
    answer = made.answer(asked(database, "delete"))
    assert answer.what is not None
    answer.go.click()
    assert "请选择" in answer.problem.text()
    answer.what.set_values(("phone",))
    answer.go.click()
    assert CONFIRMATION in answer.problem.text() and not erased(database)
    answer.typed.setText(CONFIRMATION)
    with qtbot.waitSignal(answer.committed):
        answer.go.click()
    assert erased(database) == ["phone"]
    made.close()


def erased(database: Database) -> list[str | None]:
    with database.reader() as session:
        return list(session.scalars(select(Erasure.field_names)))


def test_a_correction_shows_what_is_there(
    qtbot: QtBot, over: QWidget, database: Database, background: Background
) -> None:
    made = dialog(over, database, background)
    answer: AnswerDialog = made.answer(asked(database, "correct"))
    assert answer.correction is not None
    assert answer.correction.values()["name"] == "王大明"
    answer.correction.set_values({"name": "王大民"})
    answer.go.click()
    with database.reader() as session:
        person = session.get(Person, HEAD)
    assert person and person.name == "王大民" and lines(database)[0].decision == "已办理"
    made.close()


def test_my_record_is_shown_for_printing(
    qtbot: QtBot, over: QWidget, database: Database, background: Background
) -> None:
    made = dialog(over, database, background)
    made.print.click()
    qtbot.waitUntil(lambda: bool(made.findChildren(Preview)), timeout=15000)
    made.findChildren(Preview)[0].close()
    made.close()


def test_open_requests_stand_on_today(qtbot: QtBot, database: Database) -> None:
    page = TodayPage(database, CLERK, {"households"})
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    page.show()
    assert "居民权利" not in [due.system for due in page.lines]
    line = asked(database, "copy")
    page.reload(frozenset())
    (button,) = [one for one in page.dues.lines if one.due.system == "居民权利"]
    assert button.text() == "5月26日　居民申请待答复：王大明 查阅、复制"
    with qtbot.waitSignal(page.wanted) as wanted:
        button.click()
    assert wanted.args == ["households", line.household_id]


def test_a_purge_is_seen_confirmed_and_done(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    with database.writing() as connection:
        visit = add_visit(connection, date(2023, 5, 10))
    page = PurgePage(database, CLERK, background)
    qtbot.addWidget(page)
    qtbot.addWidget(page.tools)
    page.show()
    qtbot.waitUntil(lambda: page.start.isEnabled(), timeout=15000)
    assert "共 2 条到期" in page.summary.text() and "不能撤销" in page.summary.text()
    assert "2023-05-10　入户 · 日常走访" in shown(page.rows)
    page.start.click()
    assert CONFIRMATION in page.problem.text()
    page.typed.setText(CONFIRMATION)
    with qtbot.waitSignal(page.committed, timeout=15000):
        page.start.click()
        assert not page.start.isEnabled()
    qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=15000)
    assert page.summary.text() == "" and not page.start.isEnabled()
    with database.reader() as session:
        gone = session.get(Visit, visit)
    assert gone and gone.deleted_at is not None


def test_only_the_office_has_the_page(database: Database) -> None:
    assert Rights(database, CLERK).pages(["purge"]) == {"purge"}
    assert Rights(database, VILLAGE).pages(["purge"]) == frozenset()
