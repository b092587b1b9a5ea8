"""指定人员: the security administrator says who receives which sealed matters."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.theme import em, restyle
from desktop.views.widgets.basics import Card, button, label, row, rule, tell
from desktop.views.widgets.choice import Choice, ChoiceEdit
from township.errors import WorldError
from township.protection_codes import DESIGNATION
from township.storage.database import Database
from township.usecases import designations
from township.usecases.designations import DesignationRow

_WHY = (
    "每类事项至少指定两人，各用自己的笔记本：密件只有他们的笔记本能打开，"
    "镇服务器也打不开。被反映的干部会自动回避，都须回避时交给最后一类。"
)
_ENDED = "已结束。交接完成后，他的笔记本上不再有密件；看过的无法收回。"


class DesignationsCard(Card):
    """Who is designated for what. ``committed`` (kinds), ``said`` (text)."""

    committed = Signal(object)
    said = Signal(str)

    def __init__(self, database: Database, cadre_id: bytes, parent: QWidget | None = None) -> None:
        super().__init__("谁接收密件", parent)
        self._database, self._cadre = database, cadre_id
        self.subject = ChoiceEdit([Choice(code, DESIGNATION.label(code)) for code in DESIGNATION])
        self.person = ChoiceEdit()
        self.problem = label("", "problem", wrap=True)
        self.lines = QWidget()
        self._build()
        self.subject.chosen.connect(self._offer)
        self.reload()

    def reload(self) -> None:
        """Show who is designated now."""
        today = self._database.today()
        with self._database.reader() as session:
            found = designations.designation_rows(session, today)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(2, 1)
        for at, one in enumerate(found):
            self._line(grid, at, one)
        if not found:
            grid.addWidget(label("还没有指定任何人，密件都不能保存。", "caption"), 0, 0)
        self.body.replaceWidget(self.lines, holder)
        self.lines.hide()
        self.lines.deleteLater()
        self.lines = holder

    def designate(self) -> None:
        """Designate the chosen cadre, or say what is missing."""
        subject, person = self.subject.value(), self.person.value()
        if not isinstance(subject, str) or not isinstance(person, bytes):
            self._tell("请选择事项和人员")
            return
        try:
            with self._database.work(self._cadre) as work:
                designations.designate(work, subject, person)
                kinds = work.commit().kinds
        except WorldError as error:
            self._tell(str(error))
            return
        self._after(kinds, "已指定，同步后生效。")

    def end(self, designation: bytes) -> None:
        """End a designation."""
        try:
            with self._database.work(self._cadre) as work:
                designations.end(work, designation)
                kinds = work.commit().kinds
        except WorldError as error:
            self._tell(str(error))
            return
        self._after(kinds, _ENDED)

    def _after(self, kinds: frozenset[str], text: str) -> None:
        self._tell("")
        self.person.set_value(None)
        self.reload()
        self.committed.emit(kinds)
        self.said.emit(text)

    def _build(self) -> None:
        self.body.addWidget(label(_WHY, "caption", wrap=True))
        self.body.addWidget(self.lines)
        self.body.addWidget(rule())
        for edit, name in ((self.subject, "事项"), (self.person, "人员")):
            edit.setAccessibleName(name)
            edit.setPlaceholderText(f"{name}：输入或选择")
            edit.setMinimumWidth(em(self, 14))
        self.start = button("指定", self.designate, kind="primary", glyph="plus")
        self.body.addLayout(row(self.subject, self.person, self.start, 1))
        self.body.addWidget(self.problem)
        self.body.addStretch(1)
        self.problem.hide()
        self._offer()

    def _offer(self) -> None:
        subject = self.subject.value()
        people: list[tuple[bytes, str]] = []
        if isinstance(subject, str):
            with self._database.reader() as session:
                people = designations.eligible(session, subject)
        self.person.set_choices([Choice(cadre, text) for cadre, text in people])
        self.person.setEnabled(bool(people))

    def _line(self, grid: QGridLayout, at: int, one: DesignationRow) -> None:
        since = f"{one.from_on or ''} 起" + (f"，{one.to_on} 止" if one.to_on else "")
        state = since if one.ready else f"{since}　笔记本还没有登记，暂时收不到"
        grid.addWidget(label(DESIGNATION.label(one.subject), "label"), at, 0)
        grid.addWidget(label(f"{one.name}（{one.roles}）"), at, 1)
        late = one.in_force and not one.ready
        told = label(state, "problem" if late else "caption")
        if late:
            restyle(told, "tone", "bad")
        grid.addWidget(told, at, 2)
        if one.in_force:
            stop = button("结束", partial(self.end, one.id), kind="quiet")
            stop.setAccessibleName(f"结束：{DESIGNATION.label(one.subject)} {one.name}")
            grid.addWidget(stop, at, 3)

    def _tell(self, text: str) -> None:
        tell(self.problem, text)
