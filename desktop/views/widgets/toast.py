"""A success in words at the foot of the window; it never stops the work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop.icons import pixmap
from desktop.theme import Tone, em
from desktop.views.widgets.basics import button, label

_SECONDS, _SECONDS_WITH_UNDO = 4, 9
_MARKS = {
    Tone.QUIET: "#C5CED6",
    Tone.INFO: "#9CCBF2",
    Tone.GOOD: "#8ED1AE",
    Tone.WARN: "#F2C48D",
    Tone.BAD: "#F2A7A2",
}
"""Colours of the icon on the dark ground."""


class Toast(QFrame):
    """One message over the foot of its host, with an undo when there is one.

    It leaves by itself, but not while the mouse or the focus is on it.
    """

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.setObjectName("toast")
        self._undo: Callable[[], object] | None = None
        self._mark = QLabel()
        self._text = label("")
        self._button = button("撤销", self._undone, kind="quiet", keys="Ctrl+Z")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 10, 6)
        layout.setSpacing(8)
        for part in (self._mark, self._text, self._button):
            layout.addWidget(part)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._leave)
        host.installEventFilter(self)
        self.hide()

    def say(
        self, text: str, undo: Callable[[], object] | None = None, tone: Tone = Tone.GOOD
    ) -> None:
        """Show a message; it replaces the one before."""
        self._mark.setPixmap(pixmap(tone.icon, _MARKS[tone], 18))
        self._undo = undo
        self._text.setText(text)
        self._button.setVisible(undo is not None)
        self.setMinimumHeight(em(self, 2.3))
        self.show()
        self.raise_()
        self._place()
        self._timer.start(1000 * (_SECONDS_WITH_UNDO if undo else _SECONDS))
        self.setAccessibleName(text)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @property
    def text(self) -> str:
        """The message on show; empty when there is none."""
        return "" if self.isHidden() else self._text.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _place(self) -> None:
        host = self._host
        self.setMaximumWidth(host.width() - 32)
        self.adjustSize()
        x = (host.width() - self.width()) // 2
        self.move(x, host.height() - self.height() - 20)

    def _undone(self) -> None:
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()

    def _leave(self) -> None:
        under_mouse = self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        if under_mouse or self._button.hasFocus():
            self._timer.start(1000)
        else:
            self.hide()
