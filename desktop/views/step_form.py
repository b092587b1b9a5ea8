"""A step of a matter and its form, kept as a draft while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from desktop.theme import restyle
from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.field import Draft
from desktop.views.widgets.form import Form, field_boxes
from township.errors import WorldError
from township.fields import Field
from township.rules.permissions import Act
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import drafts


@dataclass(frozen=True)
class Action:
    """A step: its button, the fields it asks for, and what carries it out.

    ``choices`` are those of references, ``start`` the values that the form begins with, ``rows``
    the names of fields that stand side by side (else each has a line of its own). A step with
    an ``undo`` can be taken back from the message that tells its success. ``act``: what the
    roles must allow with the kind of the page, or with ``kind`` if it makes another. ``told``
    stands above the form: what has to be done first.
    """

    key: str
    text: str
    said: str
    run: Callable[[UnitOfWork, bytes, Mapping[str, Any]], None]
    fields: Mapping[str, Field] | None = None
    names: Sequence[str] = ()
    choices: Mapping[str, Sequence[Choice]] | None = None
    start: Mapping[str, Any] | None = None
    rows: Sequence[Sequence[str]] | None = None
    act: Act = Act.EDIT
    undo: Callable[[UnitOfWork, bytes], None] | None = None
    told: str = ""
    kind: str | None = None


class StepDraft:
    """Where the draft of one step lies: of this cadre, for this record."""

    def __init__(self, database: Database, cadre_id: bytes, record: bytes, step: str) -> None:
        self._database = database
        self._form, self._subject = f"step.{step}", f"{cadre_id.hex()}.{record.hex()}"

    def today(self) -> date:
        """The day in China, by the laptop's clock."""
        return self._database.today()

    def read(self, session: Session) -> dict[str, Draft] | None:
        """What was kept; None when there is no draft."""
        return drafts.read(session, self._form, self._subject)

    def keep(self, values: Mapping[str, Draft]) -> None:
        """Keep what is typed. Raises WorldError."""
        with self._database.writing() as connection:
            drafts.keep(connection, self._form, self._subject, values, self._database.clock())

    def drop(self, session: Session) -> None:
        """Forget it together with the step that is saved now."""
        drafts.drop(session, self._form, self._subject)

    def throw_away(self) -> None:
        """Forget it. Raises WorldError."""
        with self._database.writing() as connection:
            drafts.drop(connection, self._form, self._subject)


class StepForm(QWidget):
    """What a step asks for. ``submitted`` (Ctrl+S) and ``cancelled`` end it.

    ``failed`` tells in words that the draft could not be kept.
    """

    submitted = Signal()
    cancelled = Signal()
    failed = Signal(str)

    def __init__(
        self,
        action: Action,
        draft: StepDraft,
        before: Mapping[str, Draft] | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.draft = draft
        boxes = field_boxes(action.fields or {}, action.names, action.choices, draft.today)
        self.form = Form(boxes, action.rows or [[name] for name in action.names])
        self.form.set_values(action.start or {})
        self._first = action.names[0]
        self.note = label("", "caption", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.told = label(action.told, "problem", wrap=True)
        restyle(self.told, "tone", "bad")
        self.told.setVisible(bool(action.told))
        layout.addWidget(self.told)
        layout.addWidget(self.note)
        layout.addWidget(self.form)
        save = button("保存", self.submitted.emit, kind="primary", keys="Ctrl+S")
        layout.addLayout(row(save, button("取消", self.cancelled.emit, kind="quiet"), 1))
        self.note.hide()
        if before:
            self._restore(before)
        self.autosave = Autosave(self.form, self._keep)

    def start(self) -> None:
        """Put the focus where typing begins."""
        self.form.boxes[self._first].setFocus()

    def _restore(self, before: Mapping[str, Draft]) -> None:
        try:
            self.form.set_draft(before)
        except ValueError:  # a draft of an older program whose codes are gone
            self.note.setText("上次的草稿有一部分读不出来，请核对。")
        else:
            self.note.setText("已恢复上次没有保存的内容。")
        self.note.show()

    def _keep(self, values: Mapping[str, Draft]) -> None:
        try:
            self.draft.keep(values)
        except WorldError as error:
            self.failed.emit(f"草稿没有存下：{error}")
