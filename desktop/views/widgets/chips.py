"""A word in a tone: state of a record, kind of a household."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.theme import Tone, em


class Chip(QLabel):
    """A short text on a wash of its tone; the text itself carries the meaning."""

    def __init__(self, text: str = "", tone: Tone = Tone.QUIET, parent: QWidget | None = None):
        super().__init__(parent)
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.show_word(text, tone)

    def show_word(self, text: str, tone: Tone) -> None:
        """Show another word; an empty one hides the chip."""
        self._tone = tone
        self.setText(text)
        self.setVisible(bool(text) and self.parent() is not None)
        self._paint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._paint()

    def _paint(self) -> None:
        height = em(self, 1.2)
        self.setFixedHeight(height)
        self.setStyleSheet(
            f"background: {self._tone.wash}; color: {self._tone.ink};"
            f"border-radius: {height // 2}px; padding: 0 {height // 2 - 2}px;"
        )
