"""Moving the program's windows as a person would."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop import theme
from desktop.program import Program
from desktop.views.settings import SettingsPage
from desktop.views.unlock import UnlockPanel
from tests.sync.laptops import PASSWORD
from township.storage.laptop import Unlocked

Start = Callable[[], Program[Unlocked]]


def child(program: Program[Unlocked], kind: type[QWidget]) -> QWidget:
    assert program.entry is not None
    found = program.entry.findChild(kind)
    assert found is not None
    return found


def enter(qtbot: QtBot, program: Program[Unlocked], password: str = PASSWORD) -> None:
    panel = child(program, UnlockPanel)
    assert isinstance(panel, UnlockPanel)
    panel._password.setText(password)
    panel._enter.click()


def opened(qtbot: QtBot, program: Program[Unlocked]) -> None:
    qtbot.waitUntil(lambda: program.main is not None, timeout=10_000)


def settings(program: Program[Unlocked]) -> SettingsPage:
    assert program.main is not None
    program.main.show_page("settings")
    page = program.main.findChild(SettingsPage)
    assert isinstance(page, SettingsPage)
    return page


def shoot(widget: QWidget, name: str) -> None:
    """A picture for people, when they ask for it."""
    if folder := os.environ.get("SHOTS"):
        for kind, size, percent in (("", None, 100), ("-150", (1366, 768), 150)):
            theme.set_text_size(QApplication.instance(), percent)  # type: ignore[arg-type]
            if size is not None and isinstance(widget, QMainWindow):
                widget.resize(*size)
            QTest.qWait(150)
            widget.grab().save(str(Path(folder) / f"{name}{kind}.png"))
        theme.set_text_size(QApplication.instance(), 100)  # type: ignore[arg-type]


def press(widget: QWidget, text: str) -> None:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    found.click()


def texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())
