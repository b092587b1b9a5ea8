"""A list of matters beside one matter in full, with the steps that can be taken now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.table import Column, Rows, TableModel
from desktop.theme import em, restyle
from desktop.views.page import Page
from desktop.views.widgets.basics import (
    Button,
    Card,
    EmptyState,
    button,
    label,
    row,
    scrolled,
    selectable,
)
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.field import Draft
from desktop.views.widgets.flow import FlowLayout
from desktop.views.widgets.form import Form, field_boxes
from desktop.views.widgets.table import TableView
from township.errors import InvalidInput, WorldError
from township.fields import Field
from township.storage.database import Database
from township.storage.work import UnitOfWork

_PANEL_EM = 19


@dataclass(frozen=True)
class Action:
    """A step: its button, the fields it asks for, and what carries it out."""

    key: str
    text: str
    said: str
    run: Callable[[UnitOfWork, bytes, Mapping[str, Any]], None]
    fields: Mapping[str, Field] | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Shown:
    """One matter as the panel shows it; the first action is the one that comes next."""

    title: str
    facts: Sequence[tuple[str, str]]
    actions: Sequence[Action]


class MatterPage(Page):
    """Base of the pages of needs and of the five conditions.

    Half-typed forms are kept per matter and step until they are saved or the data is locked.
    """

    kinds: frozenset[str] = frozenset()

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        columns: Sequence[Column],
        filters: Sequence[Choice],
        empty: EmptyState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.database = database
        self.cadre_id = cadre_id
        self._drafts: dict[tuple[bytes, str], dict[str, Draft]] = {}
        self._shown: bytes | None = None
        self.form: Form | None = None
        self.buttons: dict[str, Button] = {}
        self.filter = ToggleChips(filters, clearable=False)
        self.filter.setAccessibleName("筛选")
        self.filter.set_values((filters[0].value,))
        self.filter.edited.connect(self.reload_list)
        self.model = TableModel(columns, self.rows(), self)
        self.table = TableView(self.model, empty)
        self.table.moved.connect(self._moved)
        self.table.opened.connect(self._to_panel)
        self.panel = Card()
        self.problem = label("", "problem", wrap=True)
        self._build()
        self.reload_list()

    def rows(self) -> Rows:
        """Where the list's rows come from."""
        raise NotImplementedError

    def detail(self, record: bytes) -> Shown:
        """One matter. Raises NotFound."""
        raise NotImplementedError

    def which(self) -> str:
        """The filter in use."""
        return str(next(iter(self.filter.values()), ""))

    def reload_list(self) -> None:
        """Read the list again; the first row is shown when none is."""
        self.table.reload()
        if self.table.current_id() is None and self.model.rowCount():
            self.table.select_id(self.model.id_at(0))
        self._moved(self.table.current_id())

    def reload(self, kinds: frozenset[str]) -> None:
        if not kinds or kinds & self.kinds:
            self.reload_list()

    def show_target(self, target: object) -> None:
        if isinstance(target, str):
            self.filter.set_values((target,))
            self.reload_list()
        elif isinstance(target, bytes) and not self.table.select_id(target):
            self.filter.set_values(("all",))
            self.reload_list()
            self.table.select_id(target)
        self.table.setFocus()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("Enter", "到右侧的下一步"), ("Tab", "到下一个按钮或字段")]

    def open_action(self, action: Action) -> None:
        """Ask for what a step needs, or carry it out at once when it needs nothing."""
        if not action.names:
            self._run(action, {})
            return
        self._show(self._shown)
        self._ask(action)

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(row(self.filter, 1))
        left.addWidget(self.table, 1)
        frame = scrolled(self.panel)
        frame.setFixedWidth(em(self, _PANEL_EM))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(left, 1)
        layout.addWidget(frame)

    def _to_panel(self) -> None:
        first = next(iter(self.buttons.values()), self.table)
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _moved(self, record: bytes | None) -> None:
        """Show another matter; news from elsewhere do not close a form in which one types."""
        if self.form is None or record != self._shown:
            self._show(record)

    def _show(self, record: bytes | None) -> None:
        self._clear()
        self._shown = record
        if record is None:
            self.panel.body.addWidget(label("在左侧选择一条，这里显示详情和下一步。", wrap=True))
            self.panel.body.addStretch(1)
            return
        try:
            shown = self.detail(record)
        except WorldError as error:
            self.panel.body.addWidget(label(str(error), "problem", wrap=True))
            self.panel.body.addStretch(1)
            return
        self._fill(shown)

    def _fill(self, shown: Shown) -> None:
        self.panel.body.addWidget(label(shown.title, "section", wrap=True))
        self.panel.body.addWidget(self._buttons(shown.actions))
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        self.panel.body.addWidget(self.problem)
        self._place = QVBoxLayout()
        self.panel.body.addLayout(self._place)
        for caption, text in shown.facts:
            if text:
                pair = QVBoxLayout()
                pair.setSpacing(1)
                pair.addWidget(label(caption, "caption"))
                pair.addWidget(selectable(text))
                self.panel.body.addLayout(pair)
        self.panel.body.addStretch(1)

    def _buttons(self, actions: Sequence[Action]) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder)
        for at, action in enumerate(actions):
            made = button(
                action.text,
                lambda action=action: self.open_action(action),  # type: ignore[misc]
                kind="plain" if at else "primary",
            )
            self.buttons[action.key] = made
            flow.addWidget(made)
        holder.setVisible(bool(actions))
        return holder

    def _ask(self, action: Action) -> None:
        if self._shown is None or action.fields is None:
            return
        key = (self._shown, action.key)
        form = Form(field_boxes(action.fields, action.names), [[name] for name in action.names])
        if key in self._drafts:
            form.set_draft(self._drafts[key])
        form.changed.connect(lambda: self._drafts.__setitem__(key, form.draft()))
        save = button("保存", lambda: self._save(action), kind="primary", keys="Ctrl+S")
        cancel = button("取消", lambda: self._cancel(key), kind="quiet")
        self._place.addWidget(form)
        self._place.addLayout(row(save, cancel, 1))
        self.form = form
        form.boxes[action.names[0]].setFocus()

    def _cancel(self, key: tuple[bytes, str]) -> None:
        self._drafts.pop(key, None)
        self._show(self._shown)
        self._to_panel()

    def _save(self, action: Action) -> None:
        if self.form is not None and self.form.check():
            self._run(action, self.form.values())

    def _run(self, action: Action, values: Mapping[str, Any]) -> None:
        record = self._shown
        if record is None:
            return
        try:
            with self.database.work(self.cadre_id) as work:
                action.run(work, record, values)
                committed = work.commit()
        except InvalidInput as error:
            left = self.form.show_problems(error.problems) if self.form else error.problems
            self._tell("；".join(left.values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self._drafts.pop((record, action.key), None)
            self.form = None
            self.reload_list()
            self._to_panel()
            self.committed.emit(committed.kinds)
            self.said.emit(action.said, None)

    def _tell(self, text: str) -> None:
        self.problem.setText(text)
        restyle(self.problem, "tone", "bad" if text else "")
        self.problem.setVisible(bool(text))

    def _clear(self) -> None:
        self.form = None
        self.buttons = {}
        _empty(self.panel.body)


def _empty(layout: Any) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
