"""Drives the real windows as a person would: keys, an input method, clicks, and pictures.

For the tour and for benchmarks; the windows do not know that they are driven.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QInputMethodEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop import app as composition
from desktop import theme
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.views.main import MainWindow
from desktop.views.page import Page
from desktop.views.unlock import UnlockPanel
from desktop.wiring import parts
from township.errors import WorldError
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked
from township.storage.persons import Persons

W = TypeVar("W", bound=QWidget)
Widget = QWidget
"""For those who may not know Qt themselves."""

LAPTOP = QSize(1366, 768)
"""The usual village laptop's screen."""
_PATIENCE = 60.0
_PRESSED = 150
"""Milliseconds: a button stays down for 100 when a shortcut presses it, and acts then."""


class Driver:
    """One run of the program on one laptop's folder. Use with ``with``."""

    def __init__(self, folder: LaptopFolder, card: Path, size: QSize = LAPTOP) -> None:
        self._app = composition.application()
        self._size = size
        theme.apply(self._app, 100)
        logins = [person.key for person in Persons(folder).all()]
        users = [user for user in composition.demo_users(card) if user.login in logins]
        preferences = PreferenceFile(folder.path / "desktop.json")
        self._program: Program[Unlocked] = Program(
            self._app, parts(folder, folder.logs, None), preferences, users
        )
        self._failure: BaseException | None = None
        self._program.background._crash = self._note  # a bug of ours ends the drive at once

    def __enter__(self) -> Driver:
        self._program.start()
        return self

    def __exit__(self, *_: object) -> None:
        window = self._program.main or self._program.entry
        if window is not None:
            window.close()
        self._program.end()
        if window is not None:
            window.deleteLater()
        self._app.processEvents()

    def _note(self, error: BaseException) -> None:
        self._failure = error

    @property
    def main(self) -> MainWindow:
        main = self._program.main
        assert main is not None, "unlock first"
        return main

    def unlock(self, password: str, before: Callable[[QWidget], None] | None = None) -> None:
        """Type the password and wait for the main window; ``before`` sees the unlock window."""
        entry = self._program.entry
        assert entry is not None
        panel = self.child(entry, UnlockPanel)
        self.rest()
        if before:
            before(entry)
        QTest.keyClicks(panel._password, password)
        QTest.keyClick(panel._password, Qt.Key.Key_Return)
        self.until(lambda: self._program.main is not None)
        self.main.resize(self._size)
        self.main.activateWindow()
        self.rest()

    def show(self, key: str) -> Page:
        """Go to a page by the navigation."""
        self.main.show_page(key)
        self.rest()
        page = self.main.page(key)
        if page is None:
            raise WorldError(f"页面打不开：{key}")
        return page

    def child(self, parent: QWidget, kind: type[W]) -> W:
        """The first visible part of this kind."""
        found = [widget for widget in parent.findChildren(kind) if widget.isVisibleTo(parent)]
        return found[0]

    def keys(self, sequence: str) -> None:
        """Press a shortcut in the main window."""
        self.until(self.main.isActiveWindow)
        QTest.keySequence(QApplication.focusWidget() or self.main, QKeySequence(sequence))
        QTest.qWait(_PRESSED)
        self.rest()

    def type(self, widget: QWidget, text: str) -> None:
        """Type letters and digits by keys, other characters as an input method commits them."""
        widget.setFocus()
        if text.isascii():
            QTest.keyClicks(widget, text)
        else:
            event = QInputMethodEvent()
            event.setCommitString(text)
            QApplication.sendEvent(widget, event)
        self.rest()

    def until(self, true: Callable[[], bool]) -> None:
        """Let the program run until something is so. Raises WorldError after a minute."""
        end = time.monotonic() + _PATIENCE
        while not true():
            if self._failure is not None:
                raise self._failure
            if time.monotonic() > end:
                raise WorldError("程序一分钟没有回应。")
            self._app.processEvents()
            time.sleep(0.002)

    def rest(self) -> None:
        """Let the program finish what it has begun."""
        self.until(lambda: not self._program.background.busy)
        for _ in range(3):
            self._app.processEvents()

    def dialog(self) -> QDialog:
        """The dialog on show."""
        self.until(lambda: isinstance(QApplication.activeModalWidget(), QDialog))
        self.rest()
        shown = QApplication.activeModalWidget()
        assert isinstance(shown, QDialog)
        return shown

    def picture(self, file: Path, widget: QWidget | None = None) -> Path:
        """Save what a window shows once it rests: panels follow the keys after a pause."""
        rested = time.monotonic() + _PRESSED / 1000
        self.until(lambda: time.monotonic() > rested)
        self.rest()
        file.parent.mkdir(parents=True, exist_ok=True)
        if not (widget or self.main).grab().save(str(file)):
            raise WorldError(f"不能写到 {file}：请检查磁盘空间和权限。")
        return file
