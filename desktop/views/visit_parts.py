"""The parts of the visit form that are shown when they are asked for: needs, situations,
disputes and tasks, each with its button and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.models.who import Rights
from desktop.views import visit_fields as fields
from desktop.views.visit_fields import DISPUTES, MOST, NEEDS, SITUATIONS, TASKS
from desktop.views.widgets.basics import Button, button
from desktop.views.widgets.form import Form
from township.rules.permissions import Act

_KINDS = {NEEDS: "need", SITUATIONS: "situation", DISPUTES: "dispute", TASKS: "task"}
_BUTTONS = {
    NEEDS: ("加一条诉求", "Alt+Q"),
    SITUATIONS: ("加一条五情", "Alt+W"),
    DISPUTES: ("加一件纠纷", "Alt+J"),
    TASKS: ("加一项任务", "Alt+R"),
}


class Parts(QObject):
    """Shows and hides them. ``shown``: one more is there, or one less."""

    shown = Signal()

    def __init__(self, form: Form, cadre_id: bytes) -> None:
        super().__init__(form)
        self._form, self._cadre = form, cadre_id
        self._rights: Rights | None = None
        self.buttons: dict[str, Button] = {
            part: button(text, partial(self.add, part), glyph="plus", keys=keys)
            for part, (text, keys) in _BUTTONS.items()
        }

    def add(self, part: str) -> None:
        """Show the fields of one more and put the focus there."""
        hidden = (at for at in range(MOST[part]) if not self.is_shown(part, at))
        if (at := next(hidden, None)) is None:
            return
        visited_on = self._form.boxes["visited_on"].value()
        for name, value in fields.preset(part, at, self._cadre, visited_on).items():
            self._form.boxes[name].set_value(value)
        self._show(part, at, shown=True)
        self._form.boxes[fields.first_of(part, at)].setFocus()

    def is_shown(self, part: str, at: int) -> bool:
        """Are the fields of this one shown?"""
        return not self._form.boxes[fields.names_of(part, at)[0]].isHidden()

    def offer(self, rights: Rights) -> None:
        """One more of each can be added while there is room, if the roles allow it."""
        self._rights = rights
        for part in MOST:
            self._offer(part)

    def show_given(self, values: Mapping[str, Any]) -> None:
        """Show those in which something is written."""
        for part in MOST:
            for at in fields.given(part, values):
                self._show(part, at, shown=True)

    def hide_all(self) -> None:
        """Show none of them."""
        for part, most in MOST.items():
            for at in range(most):
                self._show(part, at, shown=False)

    def hide_blank(self, values: Mapping[str, Any]) -> None:
        """Those in which nothing was written are not asked for."""
        for part, most in MOST.items():
            for at in set(range(most)) - set(fields.given(part, values)):
                names = fields.names_of(part, at)
                if not any(self._form.boxes[one].unreadable() for one in names):
                    self._show(part, at, shown=False)

    def _show(self, part: str, at: int, *, shown: bool) -> None:
        for name in fields.names_of(part, at):
            self._form.boxes[name].setVisible(shown)
        self._offer(part)
        self.shown.emit()

    def _offer(self, part: str) -> None:
        if self._rights is None:
            return
        room = any(not self.is_shown(part, at) for at in range(MOST[part]))
        self._rights.offer(self.buttons[part], Act.CREATE, _KINDS[part], able=room)
