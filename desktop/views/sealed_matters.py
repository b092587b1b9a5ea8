"""密件查阅: matters sealed to this person, opened one at a time, in memory only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort, TableModel
from desktop.theme import Tone
from desktop.views.sealed_form import cadre_choices
from desktop.views.sealed_paper import entry_facts, print_matter
from desktop.views.widgets.basics import (
    Card,
    EmptyState,
    beside,
    button,
    empty,
    label,
    row,
    rule,
    scrolled,
    selectable,
    tell,
)
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.form import Form, field_boxes
from desktop.views.widgets.picks import PicksField
from desktop.views.widgets.table import TableView
from desktop.views.widgets.text import LongTextField
from township.errors import InvalidInput, WorldError
from township.protection_codes import SEALED_ACT, SEALED_SUBJECT
from township.records.sealed import SEALED_FIELDS
from township.storage.database import Database
from township.usecases import care, sealed_entries, sealed_matters
from township.usecases.sealed_matters import Matter, Reading
from township.usecases.township_settings import settings_now
from township.values import local_text

_PANEL_EM = 24
_CLOSED = "已办结"
COLUMNS = (
    Column("no", "编号", 7, sortable=False),
    Column("subject", "事项", 9, grow=True, sortable=False),
    Column("begun", "记录时间", 9, local_text, spare=True, sortable=False),
    Column("last", "最近一条", 9, local_text, spare=True, sortable=False),
    Column("count", "条数", 3, right=True, sortable=False),
    Column(
        "state",
        "状态",
        5,
        tone=lambda state: Tone.GOOD if state == _CLOSED else Tone.INFO,
        sortable=False,
    ),
)
_HINT = "选中一件，按回车或“打开”查看。每次打开都会记入查阅记录。"


class SealedMatters(QWidget):
    """The list, and one matter in full. ``committed`` (kinds), ``said`` (text)."""

    committed = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre, self._background = database, cadre_id, background
        self.reading = Reading()
        self.opened: Matter | None = None
        self.form: Form | None = None
        none = EmptyState("lock-simple", "没有密封给您的内容", "同步后，新收到的会列在这里。")
        self.model = TableModel(COLUMNS, _Rows(self), self)
        self.table = TableView(self.model, none)
        self.table.opened.connect(self._open_current)
        self.table.moved.connect(self._moved)
        self.panel = Card()
        self.note = label("", "caption", wrap=True)
        self.problem = label("", "problem", wrap=True)
        left = QVBoxLayout()
        left.addWidget(self.table, 1)
        left.addWidget(self.note)
        self.setLayout(beside(left, scrolled(self.panel), _PANEL_EM, (5, 4)))
        self.reload()

    def reload(self) -> None:
        """Read again what is sealed to this person; an open matter stays open."""
        with self._database.reader() as session:
            self.reading = sealed_matters.read(session, self._cadre)
        self.table.reload()
        if self.table.current_id() is None and self.reading.matters:
            self.table.select_id(self.reading.matters[0].id)
        away = self.reading.elsewhere
        text = f"另有 {away} 份只能在您的另一台笔记本上打开；那台同步后会转给本机。" if away else ""
        self.note.setText(text)
        self.note.setVisible(bool(text))
        if self.form is None:
            self._show(self.reading.find(self.opened.id) if self.opened else None)

    def open_matter(self, matter: bytes) -> None:
        """Show a matter in full, after the access log has it."""
        found = self.reading.find(matter)
        if found is None:
            return
        try:
            with self._database.work(self._cadre) as work:
                sealed_matters.note_opened(work, found)
                kinds = work.commit().kinds
        except WorldError as error:
            self._show(None)
            self._tell(str(error))
            return
        self._show(found)
        self.committed.emit(kinds)

    def forget(self) -> None:
        """Show nothing, and have nothing of it in memory."""
        self.reading = Reading()
        self._show(None)
        self.table.reload()

    def begin(self, act: str) -> None:
        """Ask for a further entry."""
        if self.opened is None:
            return
        self._show(self.opened)
        names = sealed_entries.further(self.opened.first.subject, act)
        self.form = Form(self._boxes(names, act), [(name,) for name in names])
        self._place.addWidget(self.form)
        save = button("密封保存", partial(self.save, act), kind="primary", keys="Ctrl+S")
        stop = button("取消", partial(self._show, self.opened), kind="quiet")
        self._place.addLayout(row(save, stop, 1))
        self.form.boxes[names[0]].setFocus()

    def _boxes(self, names: Sequence[str], act: str) -> dict[str, FieldBox]:
        plain = [name for name in names if name not in ("text", "accused")]
        boxes = field_boxes(SEALED_FIELDS, plain, today=self._database.today)
        if "text" in names:
            boxes["text"] = LongTextField(SEALED_FIELDS["text"], lines=4)
            boxes["text"].set_label(SEALED_ACT.label(act))
        if "accused" in names:
            boxes["accused"] = PicksField(SEALED_FIELDS["accused"], cadre_choices(self._database))
            boxes["accused"].set_label("另外反映到的干部（自动回避）")
        return boxes

    def save(self, act: str) -> None:
        """Seal the further entry for all who read the matter."""
        if self.form is None or self.opened is None or not self.form.check():
            return
        values, matter = self.form.values(), self.opened
        try:
            with self._database.work(self._cadre) as work:
                receipt = sealed_entries.add(work, matter.id, act, values)
                kinds = work.commit().kinds
        except InvalidInput as error:
            self._tell("；".join(self.form.show_problems(error.problems).values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self.form = None
            self.reload()
            self.committed.emit(kinds)
            self.said.emit(f"已密封，交给 {receipt.readers} 位指定人员")

    def print_opened(self) -> None:
        """The open matter on paper; the access log has it first."""
        if self.opened is None:
            return
        try:
            print_matter(self._database, self._cadre, self._background, self.opened, self)
        except WorldError as error:
            self._tell(str(error))

    def _open_current(self) -> None:
        current = self.table.current_id()
        if current is not None:
            self.open_matter(current)

    def _moved(self, matter: bytes | None) -> None:
        """Another line of the list is no opening: what was open closes, unless one types."""
        if self.form is None and (self.opened is None or matter != self.opened.id):
            self._show(None)

    def _show(self, matter: Matter | None) -> None:
        self.opened, self.form = matter, None
        empty(self.panel.body)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        if matter is None:
            self.panel.body.addWidget(label(_HINT, wrap=True))
            self.open = button("打开", self._open_current, glyph="lock-simple-open")
            self.open.setEnabled(self.table.current_id() is not None)
            self.panel.body.addLayout(row(self.open, 1))
            self.panel.body.addWidget(self.problem)
            self.panel.body.addStretch(1)
            return
        self._show_head(matter)
        for one in matter.entries:
            self.panel.body.addWidget(rule())
            for caption, text in entry_facts(one):
                pair = QVBoxLayout()
                pair.setSpacing(1)
                pair.addWidget(label(caption, "caption", wrap=True))
                pair.addWidget(selectable(text))
                self.panel.body.addLayout(pair)
        self.panel.body.addStretch(1)

    def _show_head(self, matter: Matter) -> None:
        first = matter.first
        title = f"{first.no}　{SEALED_SUBJECT.label(first.subject)}"
        self.panel.body.addWidget(label(title, "section", wrap=True))
        self.acts = {
            act: button(SEALED_ACT.label(act), partial(self.begin, act))
            for act in sealed_entries.added(first.subject)
        }
        self.printer = button("打印", self.print_opened, kind="quiet", glyph="printer")
        self.panel.body.addWidget(flowing(*self.acts.values(), self.printer))
        self.panel.body.addWidget(self.problem)
        if ends := care.ends_on(matter, settings_now(self._database)):
            text = f"本人不愿意时随时删除；到 {ends:%Y-%m-%d} 自动删除，不计入任何台账。"
            self.panel.body.addWidget(label(text, "caption", wrap=True))
        self._place = QVBoxLayout()
        self.panel.body.addLayout(self._place)

    def _tell(self, text: str) -> None:
        tell(self.problem, text)


class _Rows:
    def __init__(self, page: SealedMatters) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        return [matter.id for matter in self._page.reading.matters]

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        found = {matter.id: matter for matter in self._page.reading.matters}
        return {one: _row(found[one]) for one in ids if one in found}


def _row(matter: Matter) -> Sequence[Any]:
    first = matter.first
    return (
        first.no,
        SEALED_SUBJECT.label(first.subject),
        first.written_at,
        matter.last_at,
        len(matter.entries),
        _CLOSED if matter.closed else "办理中",
    )
