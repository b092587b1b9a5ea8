"""迁到别的责任区: which zone and which group; the household goes there with all that is its."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, tell
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.fitted import FittedDialog
from township.errors import WorldError
from township.storage.database import Database
from township.usecases import moving
from township.usecases.moving import Moved


class MovingDialog(FittedDialog):
    """Asks where a household goes and moves it. Esc closes the dialog.

    ``moved`` (frozenset of kinds, ``Moved`` to take it back) after the move.
    """

    moved = Signal(object, object)

    def __init__(
        self, database: Database, cadre_id: bytes, household: bytes, name: str, over: QWidget
    ) -> None:
        super().__init__(over)
        self.setWindowTitle("迁到别的责任区")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._database, self._cadre, self._household = database, cadre_id, household
        with database.reader() as session:
            self._places = moving.destinations(session, household)
        self.zone = ChoiceEdit([Choice(one.id, one.name) for one in self._places])
        self.group = ChoiceEdit()
        self.problem = label("", "problem", wrap=True)
        self.start = button("迁移", self.move_it, kind="primary", glyph="check")
        self._build(name)
        self.zone.chosen.connect(self._offer_groups)
        if len(self._places) == 1:
            self.zone.set_value(self._places[0].id)
        self._offer_groups()
        self.zone.setFocus()

    def move_it(self) -> None:
        """Move the household, or say what is missing."""
        zone, group = self.zone.value(), self.group.value()
        if not isinstance(zone, bytes) or not isinstance(group, bytes):
            self._tell("请选择迁到哪个责任区、哪个小组")
            (self.group if isinstance(zone, bytes) else self.zone).setFocus()
            return
        try:
            kinds, before = move(self._database, self._cadre, self._household, zone, group)
        except WorldError as error:
            self._tell(str(error))
            return
        self.accept()
        self.moved.emit(kinds, before)

    def _build(self, name: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(8)
        layout.addWidget(label(name, "section", wrap=True))
        for caption, edit in (("迁到责任区", self.zone), ("村民小组", self.group)):
            edit.setAccessibleName(caption)
            edit.setFixedWidth(em(self, 14))
            layout.addWidget(label(caption, "label"))
            layout.addLayout(row(edit, 1))
        layout.addSpacing(6)
        told = (
            "这一户的成员、走访、诉求等全部随户迁走；原责任区的笔记本下次同步后不再显示这一户，"
            "还没有上报的内容会跟着迁过去。户编号不变，需要时请另行修改。"
        )
        layout.addWidget(label(told, "caption", wrap=True))
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addLayout(row(1, button("关闭", self.reject, kind="quiet"), self.start))
        self.problem.hide()
        room = QGuiApplication.primaryScreen().availableGeometry().width()
        self.setMinimumWidth(min(em(self, 30), room))

    def _offer_groups(self) -> None:
        zone = self.zone.value()
        groups = [
            Choice(group, name)
            for one in self._places
            if one.id == zone
            for group, name in one.groups
        ]
        self.group.set_choices(groups)
        self.group.setEnabled(bool(groups))

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
        self.fit()


def move(
    database: Database, cadre_id: bytes, household: bytes, zone: bytes, group: bytes
) -> tuple[frozenset[str], Moved]:
    """Move a household; returns the kinds that changed, and how it was. Raises WorldError."""
    with database.work(cadre_id) as work:
        before = moving.move(work, household, zone, group)
        return work.commit().kinds, before
