"""Asking why: a reason of the list and words of one's own, before protected data are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.form import Form, field_boxes
from township.errors import InvalidInput, WorldError
from township.records import AccessEntry
from township.usecases.access import Reason

_WIDE = 30
"""Text heights."""


def reason_form() -> Form:
    """Both parts of a reason, which must be given."""
    labels = {"reason": "理由", "reason_text": "具体事由"}
    fields = {
        name: replace(AccessEntry.field(name), label=label, required=True)
        for name, label in labels.items()
    }
    return Form(field_boxes(fields, list(labels)), [[name] for name in labels])


def reason_of(form: Form) -> Reason:
    """What was given so far."""
    values = form.values()
    return Reason(values["reason"], values["reason_text"] or "")


class ReasonDialog(FittedDialog):
    """Asks for a reason and calls ``act`` with it; stays open while that fails. Esc closes.

    ``what`` names what will be shown, ``told`` says what becomes of it.
    """

    def __init__(
        self, title: str, what: str, told: str, act: Callable[[Reason], object], over: QWidget
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._act = act
        self.form = reason_form()
        self.problem = label("", "problem", wrap=True)
        self.go = button("查看", self.give, kind="primary", glyph="eye")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addWidget(label(what, "section", wrap=True))
        layout.addWidget(self.form)
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addLayout(row(1, button("取消", self.reject, kind="quiet"), self.go))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, _WIDE), room))
        self.form.setFocus()
        self.form.boxes["reason"].setFocus()

    def give(self) -> None:
        """Hand the reason over, or say what is missing."""
        self._tell("")
        if not self.form.check():
            self.fit()
            return
        try:
            self._act(reason_of(self.form))
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.accept()

    def fit(self) -> None:
        """Chips in large text need a little more than they tell."""
        self.form.setMinimumHeight(self.form.heightForWidth(self.width()) + em(self, 0.4))
        super().fit()

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()
