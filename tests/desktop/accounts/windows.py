"""Moving the program's windows as a person would."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

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
        widget.grab().save(str(Path(folder) / f"{name}.png"))


def press(widget: QWidget, text: str) -> None:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    found.click()


def texts(widget: QWidget) -> str:
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())
