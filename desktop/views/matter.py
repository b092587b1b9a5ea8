"""A list of matters beside one matter in full, with the steps that can be taken now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from desktop.models.table import Column, Rows, TableModel
from desktop.models.who import Rights
from desktop.theme import restyle
from desktop.views.page import Page
from desktop.views.step_form import Action, StepDraft, StepForm
from desktop.views.widgets.basics import (
    Button,
    Card,
    EmptyState,
    beside,
    button,
    empty,
    label,
    row,
    scrolled,
    selectable,
    tell,
)
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.field import Draft
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.form import Form
from desktop.views.widgets.table import TableView
from township.errors import InvalidInput, WorldError
from township.rules.permissions import Act
from township.storage.database import Database

_PANEL_EM = 19
_BLANK = "左侧还没有内容。有了以后，这里显示详情和下一步。"


@dataclass(frozen=True)
class Link:
    """Another matter that this one names: what it is, its text, and the page that shows it."""

    head: str
    text: str
    page: str
    target: bytes


@dataclass(frozen=True)
class Shown:
    """One matter as the panel shows it; the first action is the one that comes next."""

    title: str
    facts: Sequence[tuple[str, str]]
    actions: Sequence[Action]
    links: Sequence[Link] = ()


class MatterPage(Page):
    """Base of the pages of needs and of the five conditions.

    A half-typed form of a step is kept as a draft of this cadre until it is saved or cancelled.
    """

    kinds: frozenset[str] = frozenset()
    kind: str | None = None
    """The kind of record that the steps change; None: they are offered by role already."""
    nothing: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """What an empty list says under a filter: what is not there, and what can be done."""
    adds: Button | None = None
    """The button for a new record of this kind, where the page has one."""

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
        self.rights = Rights(database, cadre_id)
        self._shown: bytes | None = None
        self.step: StepForm | None = None
        self._actions: Sequence[Action] = ()
        self.buttons: dict[str, Button] = {}
        self.filter = ToggleChips(filters, clearable=False)
        self.filter.setAccessibleName("筛选")
        self.filter.set_values((filters[0].value,))
        self.filter.edited.connect(self.reload_list)
        self._empty, self._usual = empty, empty.texts()
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

    def today(self) -> date:
        """The day in China, by the laptop's clock."""
        return self.database.today()

    @property
    def form(self) -> Form | None:
        """The form of the step that is being taken."""
        return self.step.form if self.step else None

    def which(self) -> str:
        """The filter in use."""
        return str(next(iter(self.filter.values()), ""))

    def reload_list(self) -> None:
        """Read the list again; the first row is shown when none is."""
        self._empty.set_text(*self.nothing.get(self.which(), self._usual))
        blocked = self.table.blockSignals(True)  # the panel is read once, when the list stands
        self.table.reload()
        if self.table.current_id() is None and self.model.rowCount():
            self.table.select_id(self.model.id_at(0))
        self.table.blockSignals(blocked)
        self._moved(self.table.current_id())

    def reload(self, kinds: frozenset[str]) -> None:
        if self.rights.refresh(kinds):
            self._offer()
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

    def leave(self) -> None:
        if self.step is not None:
            self.step.autosave.flush()

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
        self.setLayout(self._content())

    def _heading(self) -> Sequence[QWidget]:
        """What stands beside the filter."""
        return ()

    def _content(self) -> QLayout:
        """The list and the panel beside it."""
        self.left = QVBoxLayout()
        self.left.setSpacing(8)
        self.left.addLayout(row(self.filter, *self._heading(), 1))
        self.left.addWidget(self.table, 1)
        return beside(self.left, scrolled(self.panel), _PANEL_EM, (5, 3))

    def _to_panel(self) -> None:
        able = (one for one in self.buttons.values() if one.isEnabled())
        first = next(able, self.table)
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def _moved(self, record: bytes | None) -> None:
        """Show another matter; news from elsewhere do not close a form in which one types."""
        if self.step is None or record != self._shown:
            self._show(record)

    def _show(self, record: bytes | None) -> None:
        self._clear()
        self._shown = record
        if record is None:
            there = "在左侧选择一条，这里显示详情和下一步。" if self.model.rowCount() else _BLANK
            self.panel.body.addWidget(label(there, "caption", wrap=True))
            self.panel.body.addStretch(1)
            return
        try:
            shown = self.detail(record)
            begun = self._begun(record, shown.actions)
        except WorldError as error:
            self.panel.body.addWidget(label(str(error), "problem", wrap=True))
            self.panel.body.addStretch(1)
            return
        self._fill(shown, begun)

    def _fill(self, shown: Shown, begun: Sequence[Action]) -> None:
        self.panel.body.addWidget(label(shown.title, "section", wrap=True))
        self.panel.body.addWidget(self._buttons(shown.actions))
        names = "、".join(f"“{action.text}”" for action in begun)
        text = f"{names}还有没保存的内容，点按钮接着填。"
        self.begun = label(text if begun else "", "caption", wrap=True)
        if not begun:
            self.begun.hide()
        self.panel.body.addWidget(self.begun)
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
        self.links = [self._link(one) for one in shown.links]
        self.panel.body.addStretch(1)

    def _link(self, one: Link) -> Button:
        """Another matter; the button leads there if the person's duties are on its page."""
        made = button(
            one.head, lambda: self.wanted.emit(one.page, one.target), kind="quiet", glyph="link"
        )
        made.setEnabled(bool(self.rights.pages([one.page])))
        made.setStyleSheet("text-align: left; padding-left: 0;")
        pair = QVBoxLayout()
        pair.setSpacing(1)
        pair.addWidget(made)
        if one.text:
            pair.addWidget(selectable(one.text))
        self.panel.body.addLayout(pair)
        return made

    def _buttons(self, actions: Sequence[Action]) -> QWidget:
        for at, action in enumerate(actions):
            self.buttons[action.key] = button(
                action.text,
                lambda action=action: self.open_action(action),  # type: ignore[misc]
                kind="plain" if at else "primary",
            )
        self._actions = actions
        self._offer()
        holder = flowing(*self.buttons.values())
        if not actions:
            holder.hide()
        return holder

    def _offer(self) -> None:
        if self.kind is None:
            return
        if self.adds is not None:
            self.rights.offer(self.adds, Act.CREATE, self.kind)
        for action in self._actions:
            if made := self.buttons.get(action.key):
                self.rights.offer(made, action.act, action.kind or self.kind)

    def _ask(self, action: Action) -> None:
        if self._shown is None:
            return
        draft = self._draft(self._shown, action)
        with self.database.reader() as session:
            before = draft.read(session)
        self.step = step = StepForm(action, draft, before)
        step.submitted.connect(lambda: self._save(action))
        step.cancelled.connect(lambda: self._cancel(action))
        step.failed.connect(self._tell)
        self.begun.hide()
        self._place.addWidget(step)
        self._mark(action.key)
        step.start()

    def _mark(self, chosen: str) -> None:
        """Of the steps the one whose form is open stands out."""
        for key, made in self.buttons.items():
            restyle(made, "kind", "primary" if key == chosen else "plain")

    def _draft(self, record: bytes, action: Action) -> StepDraft:
        return StepDraft(self.database, self.cadre_id, record, action.key)

    def _begun(self, record: bytes, actions: Sequence[Action]) -> list[Action]:
        """The steps whose forms were left half typed."""
        with self.database.reader() as session:
            return [one for one in actions if one.names and self._draft(record, one).read(session)]

    def _cancel(self, action: Action) -> None:
        step, record = self.step, self._shown
        if step is None or record is None:
            return
        typed = step.form.draft() if step.form.dirty else {}
        try:
            step.draft.throw_away()
        except WorldError as error:
            self._tell(str(error))
            return
        step.autosave.stop()
        self._show(record)
        self._to_panel()
        if typed:
            self.said.emit(
                f"已取消“{action.text}”", lambda: self._bring_back(record, action, typed)
            )

    def _bring_back(self, record: bytes, action: Action, typed: Mapping[str, Draft]) -> None:
        self._draft(record, action).keep(typed)
        if self.table.select_id(record):
            self.open_action(action)

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
                self._draft(record, action).drop(work.session)
                committed = work.commit()
        except InvalidInput as error:
            left = self.form.show_problems(error.problems) if self.form else error.problems
            self._tell("；".join(left.values()))
        except WorldError as error:
            self._tell(str(error))
        else:
            self._drop_step()
            self.reload_list()
            self._to_panel()
            self.committed.emit(committed.kinds)
            self.said.emit(action.said, self._undo(action, record))

    def _undo(self, action: Action, record: bytes) -> Callable[[], None] | None:
        undo = action.undo
        if undo is None:
            return None

        def back() -> None:
            with self.database.work(self.cadre_id) as work:
                undo(work, record)
                kinds = work.commit().kinds
            self.reload_list()
            self.table.select_id(record)
            self.committed.emit(kinds)

        return back

    def _tell(self, text: str) -> None:
        tell(self.problem, text)

    def _drop_step(self) -> None:
        """The form's content is in the records now."""
        if self.step is not None:
            self.step.autosave.stop()
            self.step = None

    def _clear(self) -> None:
        self.leave()
        self.step = None
        self.buttons = {}
        empty(self.panel.body)
