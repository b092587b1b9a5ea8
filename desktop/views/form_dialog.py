"""A form in a dialog: what it asks for, and a save that may refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, scrolled, tell
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.form import Form
from township.errors import InvalidInput, WorldError

_WIDE = 34
"""Text heights."""
_SHARE = 0.68
"""So much of the screen's height the form has at most; then it scrolls."""


class FormDialog(FittedDialog):
    """Shows a form and calls ``save`` with its values; stays open while that fails. Esc closes."""

    def __init__(
        self,
        title: str,
        told: str,
        form: Form,
        save: Callable[[Mapping[str, Any]], object],
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form, self._save = form, save
        self.problem = label("", "problem", wrap=True)
        self.keep = button("保存", self.save, kind="primary", glyph="floppy-disk", keys="Ctrl+S")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(told, "caption", wrap=True))
        self._scroll = scrolled(form)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.problem)
        layout.addLayout(row(1, button("取消", self.reject, kind="quiet"), self.keep))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, _WIDE), room))
        next(iter(form.boxes.values())).setFocus()

    def save(self) -> None:
        """Save what was typed, or say what is wrong."""
        self._tell("")
        if not self.form.check():
            self.fit()
            return
        try:
            self._save(self.form.values())
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.accept()

    def fit(self) -> None:
        """The form in full where the screen has room; chips need a little more than they tell."""
        needed = self.form.heightForWidth(self.width() - em(self, 4)) + em(self, 0.6)
        self.form.setMinimumHeight(needed)
        room = self.screen().availableGeometry().height()
        self._scroll.setFixedHeight(min(needed, round(room * _SHARE)))
        super().fit()

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()
