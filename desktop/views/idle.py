"""Locks the data when nobody is there. Source: 10 minutes, domain rule 7.2 (grade 2)."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

MINUTES = 10
_ACTIVITY = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel}
)


class IdleWatch(QObject):
    """``idle`` is emitted once no key or mouse reached the window for so many minutes.

    Only the window's own events are watched: a filter on the whole program would make every
    event pay.
    """

    idle = Signal()

    def __init__(self, window: QWindow, minutes: float = MINUTES) -> None:
        super().__init__(window)
        self._limit = minutes * 60
        self._last = time.monotonic()
        self._timer = QTimer(self, interval=max(50, round(self._limit * 1000 / 40)))
        self._timer.timeout.connect(self._check)
        self._timer.start()
        window.installEventFilter(self)
        QGuiApplication.instance().focusWindowChanged.connect(self._touch)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY:
            self._touch()
        return False

    def _touch(self) -> None:
        self._last = time.monotonic()

    def _check(self) -> None:
        if time.monotonic() - self._last >= self._limit:
            self._timer.stop()
            self.idle.emit()
