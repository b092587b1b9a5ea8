"""The program from its process's start to its first page: ``... FOLDER PASSWORD BEGAN``.

``BEGAN`` is the monotonic clock of this machine when the process was asked for. The password
is typed by key events as soon as the unlock window has been painted.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop.app import run
from desktop.program import Program
from desktop.views.unlock import UnlockPanel

if TYPE_CHECKING:
    # The program imports it while the password is typed; so it must not be here before.
    from township.storage.laptop import Unlocked


class Painted(QObject):
    """Calls ``then`` once a widget has been painted and shown."""

    def __init__(self, widget: QWidget, then: Callable[[], None]) -> None:
        super().__init__(widget)
        self._then: Callable[[], None] | None = then
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._then is not None:
            # Children are painted after their parent, in the same go.
            QTimer.singleShot(0, self._then)
            self._then = None
        return False


class Person:
    """Types the password at once and looks at the clock."""

    def __init__(self, password: str, began: float) -> None:
        self._password, self._began = password, began
        self.seconds: dict[str, float] = {}

    def watch(self, program: Program[Unlocked]) -> None:
        self._note("window_s")
        self._program = program
        assert program.entry is not None
        panel = program.entry.findChild(UnlockPanel)
        assert panel is not None
        panel.unlocked.connect(self._opened)
        Painted(panel, self._type)

    def _note(self, name: str) -> None:
        self.seconds[name] = time.monotonic() - self._began

    def _type(self) -> None:
        self._note("painted_s")
        line = QApplication.focusWidget()
        assert line is not None
        for character in self._password:
            _press(line, 0, character)
        _press(line, Qt.Key.Key_Return, "\r")

    def _opened(self) -> None:
        self._note("opened_s")
        assert self._program.main is not None
        page = self._program.main.page("today")
        assert page is not None
        Painted(page, self._usable)

    def _usable(self) -> None:
        self._note("usable_s")
        self.seconds["cpu_s"] = time.process_time()
        QCoreApplication.exit(0)


def _press(widget: QWidget, key: int, text: str) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
        QApplication.sendEvent(widget, event)


if __name__ == "__main__":
    person = Person(sys.argv[2], float(sys.argv[3]))
    failed = run(Path(sys.argv[1]), started=person.watch)
    print(json.dumps(person.seconds))
    sys.exit(failed)
