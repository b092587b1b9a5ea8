from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop import failures, theme
from desktop.background import Job
from desktop.preferences import PreferenceFile, Preferences
from desktop.program import Desk, Parts, Program
from desktop.views.enrol import Enrolment, EnrolPanel
from desktop.views.main import PageSpec, Who
from desktop.views.notices import Notice
from desktop.views.page import Page
from desktop.views.unlock import UnlockPanel, User
from township.errors import DiskFull, WrongPassword


class Today(Page):
    left = 0

    def leave(self) -> None:
        Today.left += 1


@dataclass
class World:
    """What the program finds around it."""

    enrolled: bool = True
    events: list[str] = field(default_factory=list)

    def unlock(self, login: str, password: str) -> str:
        if password != "right":
            raise WrongPassword("密码不对")
        self.events.append("opened")
        return "data"

    def enrol(self, enrolment: Enrolment, job: Job) -> str:
        self.events.append("enrolled")
        return "data"

    def desk(self, data: str, program: Program[str]) -> Desk:
        pages = [PageSpec("today", "今日", "house", Today)]
        return Desk(Who("向美华", "龙马溪村"), pages, lambda: self.events.append("closed"))


@pytest.fixture
def world() -> World:
    Today.left = 0
    return World()


@pytest.fixture
def start(qapp: QApplication, world: World, tmp_path: Path) -> Iterator[Callable[[], Program[str]]]:
    programs: list[Program[str]] = []

    def begin() -> Program[str]:
        parts = Parts(
            enrolled=lambda: world.enrolled,
            users=lambda _: [User("xiangmeihua", "xiangmeihua")],
            wait=lambda _: 0,
            unlock=world.unlock,
            enrol=world.enrol,
            password_problem=lambda _: None,
            desk=world.desk,
            preload=lambda: world.events.append("preloaded"),
            prepare=lambda: None,
        )
        program = Program(qapp, parts, PreferenceFile(tmp_path / "desktop.json"))
        programs.append(program)
        program.start()
        return program

    yield begin
    for program in programs:
        program.end()
        for window in (program.main, program.entry):
            if window is not None:
                window.close()
    theme.set_text_size(qapp, 100)


def panel(program: Program[str]) -> UnlockPanel:
    assert program.entry is not None
    found = program.entry.findChild(UnlockPanel)
    assert isinstance(found, UnlockPanel)
    return found


def unlock(qtbot: QtBot, program: Program[str], password: str = "right") -> None:
    panel(program)._password.setText(password)
    panel(program)._enter.click()
    if password == "right":
        qtbot.waitUntil(lambda: program.main is not None, timeout=3000)


def test_unlock_work_lock_unlock(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]], tmp_path: Path
) -> None:
    program = start()
    qtbot.waitUntil(lambda: "preloaded" in world.events, timeout=2000)
    unlock(qtbot, program)
    assert program.entry is None
    assert program.main is not None
    assert program.main.isVisible()
    assert json.loads((tmp_path / "desktop.json").read_text())["last_login"] == "xiangmeihua"
    program.main.lock_wanted.emit()
    assert Today.left == 1, "what is half typed is kept"
    assert program.main is None
    assert program.entry is not None
    assert program.entry.isVisible()
    qtbot.waitUntil(lambda: "closed" in world.events, timeout=2000)
    unlock(qtbot, program)
    assert world.events.count("opened") == 2


def test_a_wrong_password_stays_outside(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]]
) -> None:
    program = start()
    unlock(qtbot, program, "wrong")
    qtbot.waitUntil(lambda: panel(program)._message.text() == "密码不对", timeout=2000)
    assert program.main is None


def test_data_close_only_after_the_last_job(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]]
) -> None:
    program = start()
    unlock(qtbot, program)

    def work(job: Job) -> None:
        while not job.cancelled:
            time.sleep(0.001)
        world.events.append("job ended")

    program.background.run(work)
    program.lock()
    qtbot.waitUntil(lambda: "closed" in world.events, timeout=2000)
    assert world.events[-2:] == ["job ended", "closed"]


def test_without_data_the_laptop_is_enrolled(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]]
) -> None:
    world.enrolled = False
    program = start()
    assert program.entry is not None
    form = program.entry.findChild(EnrolPanel)
    assert isinstance(form, EnrolPanel)
    form.enrolled.emit("data")
    assert program.main is not None


def test_our_failure_shows_one_dialog_and_the_program_goes_on(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]]
) -> None:
    program = start()
    unlock(qtbot, program)
    assert program.main is not None
    for _ in range(3):
        program.background.run(lambda _: 1 / 0)
    qtbot.waitUntil(lambda: not program.background.busy, timeout=2000)
    (notice,) = program.main.findChildren(Notice)
    assert "程序出了错" in [label.text() for label in notice.findChildren(QLabel)]
    notice.accept()
    program.background.run(lambda _: 1 / 0)
    qtbot.waitUntil(
        lambda: any(n.isVisible() for n in program.main.findChildren(Notice)), timeout=2000
    )


def test_the_worlds_failure_is_told_in_its_own_words(
    qtbot: QtBot, world: World, start: Callable[[], Program[str]]
) -> None:
    program = start()
    unlock(qtbot, program)

    def full(job: Job) -> None:
        raise DiskFull("磁盘空间不足，没有保存。")

    program.background.run(full)
    qtbot.waitUntil(lambda: bool(program.main.findChildren(Notice)), timeout=2000)
    assert program.main.findChildren(Notice)[0].text.text() == "磁盘空间不足，没有保存。"


def test_text_size_is_for_all_windows_and_for_the_next_start(
    qtbot: QtBot, qapp: QApplication, start: Callable[[], Program[str]], tmp_path: Path
) -> None:
    program = start()
    unlock(qtbot, program)
    assert program.main is not None
    program.main.set_text_size(150)
    assert qapp.font().pixelSize() == 21
    assert PreferenceFile(tmp_path / "desktop.json").value.text_percent == 150


@pytest.mark.parametrize("content", ["", "[]", '{"text_percent": "x"}', '{"last_login": 3}'])
def test_broken_preferences_are_the_defaults(tmp_path: Path, content: str) -> None:
    file = tmp_path / "desktop.json"
    file.write_text(content)
    assert PreferenceFile(file).value == Preferences()


def test_preferences_that_cannot_be_written_are_lost_only(tmp_path: Path) -> None:
    preferences = PreferenceFile(tmp_path / "nowhere" / "desktop.json")
    assert preferences.change(text_percent=125).text_percent == 125


def test_the_log_names_places_never_messages(tmp_path: Path) -> None:
    file = failures.start_log(tmp_path / "logs")
    try:
        try:
            try:
                raise ValueError("王大明 13800138000")
            except ValueError as error:
                raise RuntimeError("INSERT 王大明") from error
        except RuntimeError as error:
            failures.note(error)
        logging.getLogger("desktop").info("started")
    finally:
        failures.stop_log()
    text = file.read_text("utf-8")
    assert "王大明" not in text
    assert "13800138000" not in text
    assert "RuntimeError" in text
    assert "ValueError" in text
    assert "test_program.py" in text
