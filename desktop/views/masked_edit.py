"""更改受保护的内容: new values take the place of old ones that stay masked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.fitted import FittedDialog
from desktop.views.widgets.form import Form, field_boxes
from township.errors import InvalidInput, WorldError
from township.storage.database import Database
from township.usecases import resident_fields
from township.usecases.household_detail import Guarded


class MaskedEdit(FittedDialog):
    """Empty fields, each with the mask of its value in grey: what is typed replaces it.

    ``saved`` (frozenset of kinds) after the save. Esc closes the dialog.
    """

    saved = Signal(object)

    def __init__(
        self, database: Database, cadre_id: bytes, guarded: Guarded, name: str, over: QWidget
    ) -> None:
        super().__init__(over)
        self.setWindowTitle("更改受保护的内容")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._guarded = database, cadre_id, guarded
        fields = resident_fields.sensitive_fields(guarded.kind)
        self.form = Form(
            field_boxes(fields, list(fields), today=database.today), [[name] for name in fields]
        )
        masks = {field.target.field: field.shown for field in guarded.fields}
        self.emptied = {name: QCheckBox(f"清空{fields[name].label}") for name in masks}
        for field, mask in masks.items():
            editor = self.form.boxes[field].editor
            for line in (
                [editor] if isinstance(editor, QLineEdit) else editor.findChildren(QLineEdit)
            ):
                line.setPlaceholderText(f"现为 {mask}")
        self.problem = label("", "problem", wrap=True)
        self.keep = button("保存", self.save, kind="primary", glyph="floppy-disk", keys="Ctrl+S")
        self._build(name)

    def save(self) -> None:
        """Save what was typed, or say what is wrong."""
        self._tell("")
        if not self.form.check():
            return
        values = self._values()
        if not values:
            self.reject()
            return
        try:
            with self._database.work(self._cadre) as work:
                resident_fields.replace(work, self._guarded.kind, self._guarded.id, values)
                kinds = work.commit().kinds
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.accept()
            self.saved.emit(kinds)

    def _values(self) -> dict[str, Any]:
        """What is to change: fields that were left empty keep their value."""
        typed = {name: value for name, value in self.form.values().items() if value is not None}
        emptied = [name for name, box in self.emptied.items() if box.isChecked()]
        return dict.fromkeys(emptied) | typed

    def _build(self, name: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(name, "section", wrap=True))
        told = "原来的内容不显示。填写的项目换成新的，不填的保持不变。"
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(self.form)
        for box in self.emptied.values():
            layout.addWidget(box)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addLayout(row(1, button("取消", self.reject, kind="quiet"), self.keep))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, 26), room))

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()
