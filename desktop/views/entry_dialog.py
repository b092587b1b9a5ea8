"""A window in which one new record is written down; what is half typed is kept as a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.step_form import StepDraft
from desktop.views.widgets.autosave import Autosave
from desktop.views.widgets.basics import button, label, row, scrolled, tell
from desktop.views.widgets.field import Draft, FieldBox
from desktop.views.widgets.form import Form
from township.errors import InvalidInput, WorldError
from township.storage.database import Database
from township.storage.work import UnitOfWork

Save = Callable[[UnitOfWork, Mapping[str, Any]], bytes]
"""Writes the record with the form's values and returns its id."""
_WIDE, _BESIDE = 42, 5
"""Text heights: the width, and what lies above and below the fields."""
_MARGINS = 70
"""Left and right of the fields, with the scroll bar."""


class EntryDialog(QDialog):
    """Asks for a record's fields. Ctrl+S saves, Esc closes and keeps the draft.

    ``saved`` (id, frozenset of kinds) after the record is there. ``key`` names the draft.
    """

    saved = Signal(object, object)

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        key: str,
        title: str,
        boxes: Mapping[str, FieldBox],
        rows: Sequence[Sequence[str]],
        start: Mapping[str, Any],
        save: Save,
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._save = database, cadre_id, save
        self._draft = StepDraft(database, cadre_id, cadre_id, f"new.{key}")
        self.form = Form(boxes, rows)
        self.form.set_values(start)
        self.note = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        self._build()
        with database.reader() as session:
            before = self._draft.read(session)
        if before:
            self._restore(before)
        self.autosave = Autosave(self.form, self._keep)
        self.form.boxes[rows[0][0]].setFocus()

    def save(self) -> None:
        """Check and save; problems are shown and nothing that was typed is lost."""
        if not self.form.check():
            self._tell("还有内容要补全，见标红的地方")
            return
        try:
            with self._database.work(self._cadre) as work:
                made = self._save(work, self.form.values())
                self._draft.drop(work.session)
                committed = work.commit()
        except InvalidInput as error:
            left = self.form.show_problems(error.problems)
            self._tell("；".join(left.values()) or "还有内容要改，见标红的地方")
        except WorldError as error:
            self._tell(str(error))
        else:
            self.autosave.stop()
            self.accept()
            self.saved.emit(made, committed.kinds)

    def reject(self) -> None:
        self.autosave.flush()
        super().reject()

    def throw_away(self) -> None:
        """Forget what is typed and close."""
        self.autosave.stop()
        try:
            self._draft.throw_away()
        except WorldError as error:
            self._tell(str(error))
            return
        super().reject()

    def _build(self) -> None:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.addWidget(self.form)
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(self.note)
        layout.addWidget(scrolled(body), 1)
        layout.addWidget(self.problem)
        layout.addLayout(
            row(
                button("放弃", self.throw_away, kind="quiet"),
                1,
                button("关闭", self.reject, kind="quiet"),
                button("保存", self.save, kind="primary", glyph="floppy-disk", keys="Ctrl+S"),
            )
        )
        self.note.hide()
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry()
        wide = min(em(self, _WIDE), room.width() - 40)
        needed = body.heightForWidth(wide - _MARGINS)  # rows of chips are lower where they fit
        high = (needed if needed > 0 else body.sizeHint().height()) + em(self, _BESIDE)
        self.resize(wide, min(high, room.height() - 60))

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
            self._draft.keep(values)
        except WorldError as error:
            self._tell(f"草稿没有存下：{error}")

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
