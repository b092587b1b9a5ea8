"""会议 as village and office use it, by keyboard, on a real database."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.background import Background
from desktop.views.main import MainWindow, PageSpec, Who
from desktop.views.meetings import MeetingsPage
from desktop.views.preview import Preview
from desktop.views.today import TodayPage
from tests.usecases.meetings_sample import (
    CADRE,
    CLERK,
    JUSTICE,
    LEADER,
    MAYOR,
    SECRETARY,
    ZONE,
    Clock,
    clock,
    database,
    decide,
    entry,
    held,
    template,
)
from township.records import Meeting, Resolution, ZoneStaff
from township.storage.database import Database
from township.usecases import meeting_steps, resolutions
from township.usecases.meetings import meeting_detail

__all__ = ["clock", "database", "template"]


def opened(
    qtbot: QtBot, database: Database, background: Background, cadre: bytes = SECRETARY
) -> MeetingsPage:
    page = MeetingsPage(database, cadre, background)
    qtbot.addWidget(page)
    page.resize(1150, 640)
    page.show()
    return page


def press(page: MeetingsPage, key: str, **values: Any) -> None:
    """Take a step, with some fields of its form filled in by hand."""
    page.buttons[key].click()
    if page.form is not None:
        for name, value in values.items():
            page.form.boxes[name].set_value(value)
        assert page.step is not None
        page.step.submitted.emit()


def facts(page: MeetingsPage) -> dict[str, str]:
    shown = page.detail(page._shown or b"")
    return dict(shown.facts)


def test_a_meeting_from_window_to_signature(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    page = opened(qtbot, database, background)
    clock.go_to(5, 13)
    page.reload_list()
    page.table.select_id(page.model.id_at(1))
    assert "待议事项（例会自动列入议题）" in facts(page)
    assert list(page.buttons) == ["record", "plan"]
    press(page, "record")  # all is proposed: one key stroke is enough
    assert page.form is None, page.problem.text()
    assert list(page.buttons)[:2] == ["minutes", "resolve"]
    assert facts(page)["出席"].count("、") == 3
    page.buttons["minutes"].click()
    assert page.form is not None
    boxes = page.form.boxes
    first = next(iter(boxes.values()))
    assert first.field.label == "1．灾情：二组公路有落石"
    assert first.value() == "由王𠮷明负责处置，结果向报送人和群众反馈。"
    boxes["discussion"].set_value("大家赞成。")
    assert page.step is not None
    page.step.submitted.emit()
    assert "→ 由李秀英办理" in facts(page)["议题"]
    press(page, "resolve", text="清理落石", owner_id=CADRE)
    assert "清理落石（李秀英，2026-05-28 前，未完成）" in facts(page)["议定事项"]
    assert next(iter(page.buttons)) == "sign"
    press(page, "sign")
    assert list(page.buttons) == ["finish", "send_back"]
    press(page, "finish", result="已清理")
    assert "已完成 2026-05-13）\n　　已清理" in facts(page)["议定事项"]


def test_attendance_by_keyboard(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    """The whole staff is marked; one key takes somebody out, another puts him on leave."""
    page = opened(qtbot, database, background, CADRE)
    window = page.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page.table.select_id(page.model.id_at(1))
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)  # to the next step
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert page.step is not None and page.form is not None
    qtbot.waitUntil(page.step.isVisible)
    labels = [chip.text() for chip in page.form.boxes["attending"].editor._chips]
    assert labels == ["王𠮷明 联村领导", "向书记 村书记", "李秀英 村干部", "谭司法 司法干部"]
    page.form.boxes["attending"].setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_4)
    page.form.boxes["on_leave"].setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_T)
    qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert page.form is None
    assert (facts(page)["请假"], facts(page)["列席"]) == ("谭司法", "")
    with database.reader() as session:
        meeting = session.get_one(Meeting, page._shown)
    assert set(meeting.attending) == {LEADER, SECRETARY, CADRE}


def test_who_has_left_since_stays_in_the_list_of_attendance(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    there = (SECRETARY, JUSTICE)
    with database.work(SECRETARY) as work:
        meeting = meeting_steps.record(work, ZONE, entry(held_at=clock.now, attending=there))
        work.commit()
    with database.writing() as connection:
        gone = ZoneStaff.__table__.update().where(ZoneStaff.cadre_id == JUSTICE)
        connection.execute(gone.values(to_on=date(2026, 5, 13)))
    clock.go_to(5, 20)
    page = opened(qtbot, database, background)
    page.show_target(meeting)
    press(page, "hold", place="村小学")
    with database.reader() as session:
        found = session.get_one(Meeting, meeting)
    assert set(found.attending) == set(there) and found.place == "村小学"


def test_what_is_missing_is_told_in_the_form(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background)
    page.table.select_id(page.model.id_at(1))
    press(page, "record", place=None, attending=())
    assert page.form is not None
    assert page.form.boxes["attending"].shown_problem() == "请选择出席"
    page.form.boxes["attending"].set_value((CADRE,))
    page.form.boxes["place"].set_value("村委会")
    page.form.boxes["convener_id"].set_value(None)
    page.form.boxes["held_at"].set_value(None)
    assert page.step is not None
    page.step.submitted.emit()
    assert page.form.boxes["held_at"].shown_problem() == "请填写开会时间"


def test_a_second_meeting_in_a_window(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    with database.work(SECRETARY) as work:
        meeting_steps.record(work, ZONE, entry(held_at=clock.now))
        work.commit()
    clock.go_to(5, 14)
    page = opened(qtbot, database, background)
    page.table.select_id(page.model.id_at(1))
    page.new.click()
    assert page.form is not None
    page.form.boxes["meeting_kind"].set_value("ad_hoc")
    page.reload(frozenset({"need"}))  # news from a sync do not close the form
    assert page.form is not None and page.step is not None
    page.step.submitted.emit()
    assert page.table.current_id() == page._shown and page.model.rowCount() == 5
    assert "议题" not in {name for name, text in page.detail(page._shown or b"").facts if text}
    said: list[Any] = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    press(page, "remove")
    assert page.model.rowCount() == 4 and said[0][0] == "已删除会议"
    said[0][1]()
    assert page.model.rowCount() == 5


def test_what_was_written_down_wrongly_is_taken_away_and_can_come_back(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    meeting = held(database)
    task = decide(database, meeting, date(2026, 5, 20))
    page = opened(qtbot, database, background)
    page.show_target(meeting)
    said: list[Any] = []
    page.said.connect(lambda text, undo: said.append((text, undo)))
    before = facts(page)
    press(page, "withdraw", one=task)
    assert facts(page)["议定事项"] == "" and "withdraw" not in page.buttons
    with database.reader() as session:
        (first, *_) = meeting_detail(session, meeting).items
    press(page, "drop_topic", one=first.item.id)
    assert not facts(page)["议题"].startswith("1．灾情")
    assert [text for text, _ in said] == ["已撤销议定事项", "已去掉议题"]
    for _, undo in said:
        undo()
    assert facts(page) == before


def test_who_does_not_keep_meetings_only_reports_his_task(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    with database.work(SECRETARY) as work:
        meeting = meeting_steps.record(work, ZONE, entry(held_at=clock.now))
        work.commit()
    with database.work(SECRETARY) as work:
        task = resolutions.resolve(work, meeting, "普法讲座", JUSTICE, date(2026, 5, 20))
        other = resolutions.resolve(work, meeting, "清理落石", CADRE, date(2026, 5, 18))
        work.commit()
    page = opened(qtbot, database, background, JUSTICE)
    page.show_target(task)  # a click on the line of 今日
    assert list(page.buttons) == ["finish"] and page.form is not None
    assert page.form.boxes["resolution_id"].value() == task != other
    page.form.boxes["result"].set_value("讲了一次")
    assert page.step is not None
    page.step.submitted.emit()
    with database.reader() as session:
        assert session.get_one(Resolution, task).state == "done"
    assert not page.buttons  # the other task is somebody else's
    page.new.click()
    assert "不登记这里的会议" in page.problem.text()


def test_the_office_reviews_all_zones(
    qtbot: QtBot, database: Database, background: Background
) -> None:
    page = opened(qtbot, database, background, CLERK)
    page.filter.set_values(("missing",))
    page.reload_list()
    words = [page.model.index(row, 1).data() for row in range(page.model.rowCount())]
    assert set(words) == {"全镇", "龙马溪村"} and len(words) == 11 + 23
    page.show_target("now")
    page.table.select_id(page.model.id_at(0))
    assert page.model.index(0, 1).data() == "全镇"
    press(page, "record")
    assert page.form is None, page.problem.text()
    with database.reader() as session:
        meeting = session.get_one(Meeting, page._shown)
    assert meeting.convener_id == MAYOR and set(meeting.attending) == {
        MAYOR,
        CLERK,
        LEADER,
        SECRETARY,
    }
    page.buttons["minutes"].click()
    assert page.form is not None
    names = [name.partition(".")[0] for name in page.form.boxes]
    assert names == ["outcome", "level", "outcome", "level", "discussion"]


def test_the_minutes_are_shown_as_paper(
    qtbot: QtBot, database: Database, background: Background, clock: Clock
) -> None:
    with database.work(SECRETARY) as work:
        meeting = meeting_steps.record(work, ZONE, entry(held_at=clock.now))
        work.commit()
    page = opened(qtbot, database, background)
    page.show_target(meeting)
    page.printer.click()
    qtbot.waitUntil(lambda: bool(page.findChildren(Preview)), timeout=20_000)
    preview = page.findChildren(Preview)[0]
    assert preview.windowTitle() == "打印预览 · 会议纪要"
    preview.close()
    qtbot.waitUntil(lambda: not background.busy)


@pytest.mark.parametrize("percent", [100, 150])
def test_it_fits_the_smallest_screen(
    qtbot: QtBot,
    qapp: QApplication,
    database: Database,
    background: Background,
    clock: Clock,
    percent: int,
) -> None:
    with database.work(SECRETARY) as work:
        meeting = meeting_steps.record(work, ZONE, entry(held_at=clock.now))
        work.commit()
    with database.work(SECRETARY) as work:
        resolutions.resolve(work, meeting, "清理二组公路落石", SECRETARY, date(2026, 5, 14))
        work.commit()
    clock.go_to(5, 20)
    theme.apply(qapp, percent)
    specs = [
        PageSpec("today", "今日", "house", lambda: TodayPage(database, SECRETARY, {"meetings"})),
        PageSpec(
            "meetings",
            "会议",
            "users-three",
            lambda: MeetingsPage(database, SECRETARY, background),
        ),
    ]
    window = MainWindow(specs, Who("向书记", "龙马溪村"))
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    shots = os.environ.get("SHOTS")
    try:
        for spec in specs:
            window.show_page(spec.key)
            qtbot.wait(20)
            if shots:
                window.grab().save(f"{shots}/{spec.key}-{percent}.png")
            assert window.width() == 1366 and window.height() == 768
        page = window.page("meetings")
        assert isinstance(page, MeetingsPage)
        assert page.table.horizontalScrollBar().maximum() == 0
        page.show_target(meeting)
        for key in ("minutes", "resolve", "finish", "hold"):
            page.buttons[key].click()
            qtbot.wait(300 if shots else 20)
            if shots:
                window.grab().save(f"{shots}/meetings-{key}-{percent}.png")
            assert window.width() == 1366
            page.show_target(meeting)
    finally:
        theme.apply(qapp, 100)
