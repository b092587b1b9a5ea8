"""The search box: answers at every key stroke."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.icons import icon
from desktop.theme import MUTED


class SearchBox(QLineEdit):
    """``searched`` (text) at every change, at once: a search takes less than one frame.

    Esc empties the box; ``downwards`` (Down or Enter) asks to go to what was found.
    """

    searched = Signal(str)
    downwards = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName("搜索")
        self.setToolTip("搜索（Ctrl+F）")
        self.setClearButtonEnabled(True)
        self.addAction(icon("magnifying-glass", MUTED), QLineEdit.ActionPosition.LeadingPosition)
        width = self.fontMetrics().horizontalAdvance(hint) + 84
        self.setMinimumWidth(min(width, 420))
        self.textChanged.connect(lambda text: self.searched.emit(text.strip()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.downwards.emit()
        else:
            super().keyPressEvent(event)
