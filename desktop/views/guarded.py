"""The masked fields of one record: each may be looked at with a reason, or replaced unseen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.models.looks import Looks
from desktop.views.masked_edit import MaskedEdit
from desktop.views.reason_dialog import ReasonDialog
from desktop.views.widgets.basics import Button, button, selectable
from township.records import record_kinds
from township.storage.database import Database
from township.usecases import access
from township.usecases.access import Masked, Reason
from township.usecases.household_detail import Guarded
from township.usecases.township_settings import settings_now, settings_of

Say = Callable[[str], object]
Committed = Callable[[frozenset[str]], object]
NOTED = frozenset({"access_entry"})
"""What a look changes: there is one more note to be sent."""


def told(database: Database) -> str:
    """What becomes of a reason."""
    minutes = settings_now(database).unmask_minutes
    return f"理由会记入查阅记录，由审计管理员查看。{minutes} 分钟后重新遮盖，请不要抄给无关的人。"


class GuardedFields(QWidget):
    """Shows what is masked of one record, for the person whose ``looks`` they are.

    ``name`` is whose record it is, ``title`` what stands above; ``say`` hears what to tell,
    ``committed`` which kinds changed.
    """

    def __init__(
        self,
        guarded: Guarded,
        name: str,
        title: str,
        looks: Looks,
        database: Database,
        cadre_id: bytes,
        say: Say,
        committed: Committed,
    ) -> None:
        super().__init__()
        self._guarded, self._name, self._looks = guarded, name, looks
        self._database, self._cadre = database, cadre_id
        self._say, self._committed = say, committed
        self.parts = [(field, selectable(""), self._button(field)) for field in guarded.fields]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        if title or not self.parts:
            grid.addWidget(selectable(title or "没有登记联系电话"), 0, 0, 1, 2)
        first = grid.rowCount() if title else 0
        for at, (_, line, look) in enumerate(self.parts, first):
            grid.addWidget(line, at, 0)
            grid.addWidget(look, at, 1)
        if guarded.may_change:
            grid.addWidget(self._change(), 0, 2)
        looks.changed.connect(self._follow)
        self._follow()

    def ask(self, field: Masked) -> None:
        """Ask why, then show the field for a while."""
        what = f"查看{self._name}的{field.label}"
        told_so = told(self._database)
        ReasonDialog("查看遮盖的内容", what, told_so, lambda r: self._look(field, r), self).open()

    def _look(self, field: Masked, reason: Reason) -> None:
        self._looks.look(field.target, reason)
        self._committed(NOTED)
        if text := many_looks(self._database, self._cadre):
            self._say(text)

    def _follow(self) -> None:
        for field, line, look in self.parts:
            clear = self._looks.text(field.target)
            line.setText(f"{field.label} {field.shown if clear is None else clear}")
            look.setVisible(clear is None)

    def _button(self, field: Masked) -> Button:
        made = button("查看", lambda: self.ask(field), kind="quiet", glyph="eye")
        made.setAccessibleName(f"查看{self._name}的{field.label}")
        made.setEnabled(self._guarded.may_look)
        kind = self._guarded.kind
        made.setToolTip(
            f"写明理由后显示 {self._looks.minutes} 分钟"
            if self._guarded.may_look
            else access.not_allowed(kind)
        )
        return made

    def _change(self) -> Button:
        label = record_kinds()[self._guarded.kind].label
        made = button("", self._edit, kind="quiet", glyph="pencil-simple")
        name = f"更改{self._name}的{'联系电话' if label == '户' else '电话、身份证号、出生日期'}"
        made.setToolTip(name)
        made.setAccessibleName(name)
        return made

    def _edit(self) -> None:
        dialog = MaskedEdit(self._database, self._cadre, self._guarded, self._name, self)
        dialog.saved.connect(self._committed)
        dialog.open()


def many_looks(database: Database, cadre_id: bytes) -> str:
    """The notice to somebody who has looked very often today; empty for everybody else."""
    with database.reader() as session:
        looks = access.looks_of(session.connection(), cadre_id, database.today())
        most = settings_of(session).unmask_alert
    if looks <= most:
        return ""
    return f"今天已查看 {looks} 次遮盖的内容，超过 {most} 次，审计管理员会看到提醒。"
