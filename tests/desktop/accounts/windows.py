"""Moving the program's windows as a person would."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.program import Program
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


def press(widget: QWidget, text: str) -> None:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    found.click()


def texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())
