"""One number that matters, with what it means and whether it is well."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from desktop.icons import pixmap
from desktop.theme import INK, Tone, restyle
from desktop.views.widgets.basics import Card, glyph, label, row


class StatCard(Card):
    """A caption, a large number, a line below. With ``opens`` it is a button: ``pressed``."""

    pressed = Signal()

    def __init__(self, caption: str, *, opens: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._caption = caption
        self._number = label("–", "number")
        self._note = label("", "caption", wrap=True)
        self._mark = glyph("info", INK, 18)
        self.body.setSpacing(2)
        self.body.addWidget(label(caption, "caption"))
        self.body.addWidget(self._number)
        self.body.addLayout(row(self._mark, self._note, spacing=4))
        self.body.addStretch(1)
        self._opens = opens
        if opens:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            restyle(self, "opens", True)
        self.show_value("–", "")

    def show_value(self, number: str, note: str, tone: Tone | None = None) -> None:
        """Show a number and a note; a tone adds its icon and colour."""
        self._number.setText(number)
        self._note.setText(note)
        self._mark.setVisible(tone is not None)
        if tone is not None:
            self._mark.setPixmap(pixmap(tone.icon, tone.ink, 18))
        self._number.setStyleSheet(f"color: {tone.ink if tone else INK};")
        self.setAccessibleName(f"{self._caption}：{number}，{note}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._opens and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self._opens and enter:
            self.pressed.emit()
        else:
            super().keyPressEvent(event)
