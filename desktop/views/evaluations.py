"""测评: evaluations from the printing of ballots to the result and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views import evaluation_actions as steps
from desktop.views.count_dialog import CountDialog
from desktop.views.evaluation_actions import Person
from desktop.views.evaluation_facts import facts
from desktop.views.matter import MatterPage, Shown
from desktop.views.papers import Papers
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.field import Draft
from township.records import Cadre
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases import evaluations

FILTERS = (
    Choice(evaluations.OPEN, "进行中"),
    Choice(evaluations.FAILED, "不达标"),
    Choice(evaluations.ALL, "全部"),
)
_TONES = {
    "达标": Tone.GOOD,
    "不达标": Tone.BAD,
    "票数不足": Tone.WARN,
    "已作废": Tone.QUIET,
}
_NEW = bytes(16)
"""Stands for the evaluation that is being made."""
COLUMNS = (
    Column("target", "测评对象", 10, grow=True, sortable=False),
    Column("period", "时段", 7, sortable=False),
    Column("held", "测评日期", 6, spare=True, sortable=False),
    Column("rate", "满意率", 5, right=True, sortable=False),
    Column("state", "状态", 7, tone=lambda state: _TONES.get(state, Tone.INFO), sortable=False),
    Column("no", "编号", 8, spare=True, sortable=False),
)


class EvaluationsPage(MatterPage):
    """The evaluations on this laptop; ``show_target`` takes the id of one, or a filter."""

    title = "测评"
    icon = "list-checks"
    kinds = frozenset(
        {
            *("evaluation", "evaluation_total", "ballot_tally", "ballot_comments"),
            *("accountability", "zone", "zone_staff", "cadre"),
        }
    )
    nothing: ClassVar = {
        evaluations.OPEN: ("没有进行中的测评", "已审定的测评在“全部”里。"),
        evaluations.FAILED: ("没有不达标的测评", "满意率没有达到标准的，会列在这里。"),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        with database.reader() as session:
            cadre = session.get(Cadre, cadre_id)
        self._roles = frozenset(cadre.roles or ()) if cadre else frozenset()
        self._papers = Papers(database, cadre_id, background)
        self._reloading = False
        self.count: CountDialog | None = None
        empty = EmptyState("list-checks", "还没有测评", "新建的测评会出现在这里。")
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        if self._person().may(Act.CREATE, "evaluation"):
            self.add_tool(
                button("新建测评", self.open_new, kind="primary", glyph="plus", keys="Ctrl+N")
            )

    def open_new(self) -> None:
        """Ask for what a new evaluation needs."""
        self._show(_NEW)
        self.open_action(self._new_action())

    def rows(self) -> _EvaluationRows:
        return _EvaluationRows(self)

    def detail(self, record: bytes) -> Shown:
        if record == _NEW:
            return Shown("新建测评", (), [self._new_action()])
        person = self._person()
        with self.database.reader() as session:
            found = evaluations.evaluation_detail(session, record)
            given = steps.actions(session, found, person)
        told = facts(found, holds_counts=person.may(Act.SEE, "ballot_tally"))
        state = found.evaluation.shown("result") or found.evaluation.shown("state")
        return Shown(f"{found.target}　{state}", told, given)

    def open_action(self, action: Action) -> None:
        record = self._shown
        if record is None:
            return
        if action.key == steps.COUNT:
            self._open_count(record)
        elif action.key == steps.SLIPS:
            self._papers.print_slips(record, self)
        elif action.key == steps.RESULT:
            self._papers.print_result(record, self)
        else:
            super().open_action(action)

    def reload(self, kinds: frozenset[str]) -> None:
        self._reloading = True
        super().reload(kinds)
        self._reloading = False

    def show_target(self, target: object) -> None:
        if target == evaluations.CREATE:
            self.open_new()
        else:
            super().show_target(target)

    def shortcuts(self) -> list[tuple[str, str]]:
        own = [("Ctrl+N", "新建测评"), ("Ctrl+S", "保存正在填的内容")]
        return [*super().shortcuts(), *own]

    def _person(self) -> Person:
        today = self.database.today()
        return Person(self.cadre_id, self._roles, today)

    def _new_action(self) -> Action:
        with self.database.reader() as session:
            return steps.create(session, self._person())

    def _open_count(self, record: bytes) -> None:
        with self.database.reader() as session:
            found = evaluations.evaluation_detail(session, record)
        title = f"{found.target}　{found.period}"
        self.count = CountDialog(self.database, self.cadre_id, record, title, self)
        self.count.saved.connect(self._counted)
        self.count.finished.connect(self._count_closed)
        self.count.open()

    def _counted(self, kinds: frozenset[str]) -> None:
        self.reload_list()
        self.committed.emit(kinds)
        self.said.emit("计票已录入", None)

    def _count_closed(self) -> None:
        self.count = None
        self._to_panel()

    def _moved(self, record: bytes | None) -> None:
        """News from elsewhere do not close the form of a new evaluation either."""
        if not (self._reloading and self._shown == _NEW and self.step is not None):
            super()._moved(record)

    def _ask(self, action: Action) -> None:
        super()._ask(action)
        if action.key != evaluations.CREATE or self.form is None:
            return
        self.buttons[action.key].hide()  # its form is open
        boxes = self.form.boxes
        cadre, kind = boxes["cadre_id"], boxes["target_kind"]
        kind.changed.connect(lambda: cadre.setVisible(kind.value() == "cadre"))
        cadre.setVisible(kind.value() == "cadre")

    def _run(self, action: Action, values: Mapping[str, Any]) -> None:
        super()._run(action, values)
        if action.key in (evaluations.CREATE, "again") and self.step is None:
            self._show_newest()

    def _show_newest(self) -> None:
        """The evaluation that was just made: ids grow with time."""
        with self.database.reader() as session:
            made = evaluations.evaluation_ids(session, evaluations.OPEN)
        self.show_target(max(made, default=None))
        self._to_panel()

    def _cancel(self, action: Action) -> None:
        making = self._shown == _NEW
        super()._cancel(action)
        if making and self.step is None:
            self._show(self.table.current_id())

    def _bring_back(self, record: bytes, action: Action, typed: Mapping[str, Draft]) -> None:
        if record == _NEW:
            self._draft(record, action).keep(typed)
            self.open_new()
        else:
            super()._bring_back(record, action, typed)


class _EvaluationRows:
    def __init__(self, page: EvaluationsPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        with self._page.database.reader() as session:
            return evaluations.evaluation_ids(session, self._page.which())

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        with self._page.database.reader() as session:
            found = evaluations.evaluation_rows(session, ids)
        return {
            one: (row.target, row.period, row.held_on or "", row.rate, row.state, row.no)
            for one, row in found.items()
        }
