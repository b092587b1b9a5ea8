"""重新登记: a laptop that is open already takes a new number with a one-time code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Background
from desktop.views.widgets.basics import button, row
from desktop.views.widgets.form import Form
from desktop.views.widgets.secret_fields import CodeField
from township.errors import WorldError

Reenrol = Callable[[str], object]
"""Takes a new number with a code; runs in the background and may raise a WorldError."""


class JoinAgain(QWidget):
    """A line for the code and a button. ``ended`` (text of what went wrong, or None)."""

    ended = Signal(object)

    def __init__(
        self, reenrol: Reenrol, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._reenrol, self._background = reenrol, background
        self.code = Form({"code": CodeField()}, [["code"]])
        self.join = button("重新登记", self._start, glyph="key")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.code)
        layout.addLayout(row(self.join, 1))

    def _start(self) -> None:
        if not self.code.check():
            return
        code = self.code.values()["code"]
        self.join.setEnabled(False)
        self._background.run(
            lambda _: self._reenrol(code),
            lambda _: self._done(),
            failed=self._failed,
            finished=lambda: self.join.setEnabled(True),
            owner=self,
        )

    def _done(self) -> None:
        self.code.set_values({"code": None})
        self.ended.emit(None)

    def _failed(self, error: WorldError) -> None:
        self.ended.emit(str(error))
