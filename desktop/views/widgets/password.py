"""A line for a password: hidden, can be looked at, warns of caps lock."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.icons import icon
from desktop.theme import MUTED


class PasswordEdit(QLineEdit):
    """Hidden text. ``caps_lock`` tells when the caps lock seems to be on or off.

    Qt does not report the lock itself: a capital without Shift (or the reverse) gives it away.
    """

    caps_lock = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._caps = False
        self._eye = self.addAction(icon("eye", MUTED), QLineEdit.ActionPosition.TrailingPosition)
        self._eye.triggered.connect(self._toggle)
        self._say_eye()

    @property
    def caps(self) -> bool:
        """Did the last letter look as if the caps lock were on?"""
        return self._caps

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_CapsLock:
            self._set_caps(not self._caps)
        elif len(text) == 1 and text.isascii() and text.isalpha():
            self._set_caps(text.isupper() != shift)
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._say_eye()

    def _set_caps(self, on: bool) -> None:
        if on != self._caps:
            self._caps = on
            self.caps_lock.emit(on)

    def _toggle(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._say_eye()

    def _say_eye(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self._eye.setIcon(icon("eye" if hidden else "eye-slash", MUTED))
        self._eye.setToolTip("显示密码" if hidden else "隐藏密码")
