"""任务: one's own and those of the zone, also what meetings resolved, until each is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views.matter import MatterPage, Shown
from desktop.views.new_matters import new_task
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button
from desktop.views.widgets.choice import Choice
from township.errors import WorldError
from township.records import Resolution, Task, Visit
from township.rules.tasks import DROPPED, OPEN
from township.storage.database import Database
from township.usecases import resolutions, task_list, tasks
from township.usecases.dues import SOON

FILTERS = (
    Choice(task_list.MINE, "我的"),
    Choice(task_list.UNFINISHED, "全部未完成"),
    Choice(task_list.LATE, "已超期"),
    Choice(task_list.FINISHED, "已了结"),
)
_PAGES = {"need": "needs", "situation": "situations", "dispute": "disputes", "meeting": "meetings"}
"""On which page the matter lies that a task is from."""

Due = tuple[date | None, Tone | None]


def _due_text(due: Due) -> str:
    return due[0].isoformat() if due[0] else ""


def _due_tone(day: date | None, today: date) -> Tone | None:
    if day is None:
        return None
    left = (day - today).days
    return Tone.BAD if left < 0 else Tone.WARN if left <= SOON else None


COLUMNS = (
    Column("text", "任务内容", 14, grow=True, sortable=False),
    Column("source", "来源", 7, spare=True, sortable=False),
    Column("household", "户", 9, spare=True, sortable=False),
    Column("owner", "责任人", 4, sortable=False),
    Column("due", "完成期限", 7, _due_text, lambda due: due[1], sortable=False),
    Column("state", "状态", 5, sortable=False),
)


class TasksPage(MatterPage):
    """The tasks on this laptop; ``show_target`` takes the id of a task or a filter."""

    title = "任务"
    icon = "note-pencil"
    kinds = frozenset({"task", "resolution", "household", "person", "cadre"})
    kind = "task"
    nothing: ClassVar = {
        task_list.MINE: ("没有交给您的任务", "交给您的任务会出现在这里；别人的在“全部未完成”里。"),
        task_list.LATE: ("没有超期的任务", "过了完成期限还没有完成的，会列在这里。"),
        task_list.FINISHED: ("还没有了结的任务", "登记完成或不再办理的，会列在这里。"),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        reachable: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        self._reachable = reachable
        self._origin: tuple[str, object] | None = None
        self.source = button("打开来源", self.open_source, glyph="link")
        empty = EmptyState(
            "note-pencil", "没有符合条件的任务", "走访、诉求、纠纷和会议交办的任务会出现在这里。"
        )
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.adds = button("交办任务", self.open_new, kind="primary", glyph="plus", keys="Ctrl+N")
        self._offer()
        self.add_tool(self.source, self.adds)

    def show_target(self, target: object) -> None:
        if isinstance(target, bytes):
            self.filter.set_values((self._list_of(target),))
            self.reload_list()
        super().show_target(target)

    def open_new(self) -> None:
        """Give a task that is from no visit and no other matter."""
        dialog = new_task(self.database, self.cadre_id, self)
        dialog.saved.connect(self._given)
        dialog.open()

    def open_source(self) -> None:
        """Go to the matter that the task is from."""
        if self._origin is not None:
            self.wanted.emit(*self._origin)

    def rows(self) -> _TaskRows:
        return _TaskRows(self)

    def detail(self, record: bytes) -> Shown:
        with self.database.reader() as session:
            found = task_list.task_detail(session, record, by=self.cadre_id)
            self._origin = self._origin_of(session.get, found.came_from)
        self.source.setEnabled(self._origin is not None)
        row = found.row
        facts = (
            ("任务内容", row.text),
            ("来源", row.source),
            ("户", row.household),
            ("责任人", row.owner),
            ("交办人", found.given_by),
            ("完成期限", str(row.due_on or "")),
            ("完成情况", found.result),
            ("了结日期", str(found.done_on or "")),
        )
        steps = _RESOLUTION_STEPS if row.meeting else _TASK_STEPS
        return Shown(f"任务　{row.state}", facts, steps if found.open else ())

    def _show(self, record: bytes | None) -> None:
        self._origin = None
        self.source.setEnabled(False)
        super()._show(record)

    def _origin_of(self, get: Any, origin: tuple[str, bytes] | None) -> tuple[str, object] | None:
        """The page of what a task is from, and what to show there."""
        if origin is None:
            return None
        source, record = origin
        if source == "visit":
            visit = get(Visit, record)
            page, target = "households", visit.household_id if visit else None
        else:
            page, target = _PAGES.get(source, ""), record
        return (page, target) if page in self._reachable and target else None

    def _list_of(self, task: bytes) -> str:
        """The list in which a task stands."""
        try:
            with self.database.reader() as session:
                is_open = task_list.task_detail(session, task, by=self.cadre_id).open
        except WorldError:
            return task_list.UNFINISHED
        return task_list.UNFINISHED if is_open else task_list.FINISHED

    def _given(self, task: bytes, kinds: frozenset[str]) -> None:
        self.show_target(task)
        self.committed.emit(kinds)
        self.said.emit("任务已交办", None)


_TASK_STEPS = (
    Action(
        "done",
        "登记完成",
        "任务已完成",
        lambda work, one, given: tasks.finish(work, one, given["result"]),
        Task.fields(),
        ("result",),
        undo=tasks.reopen,
    ),
    Action(
        "dropped",
        "不再办理",
        "任务不再办理",
        lambda work, one, given: tasks.finish(work, one, given["result"], DROPPED),
        Task.fields(),
        ("result",),
        undo=tasks.reopen,
    ),
)
_RESOLUTION_STEPS = (
    Action(
        "done",
        "登记完成",
        "议定事项已完成",
        lambda work, one, given: resolutions.finish(work, one, given["result"] or ""),
        Resolution.fields(),
        ("result",),
    ),
    Action(
        "dropped",
        "不再办理",
        "议定事项不再办理",
        lambda work, one, given: resolutions.finish(work, one, given["result"] or "", DROPPED),
        Resolution.fields(),
        ("result",),
    ),
)


class _TaskRows:
    def __init__(self, page: TasksPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        page = self._page
        with page.database.reader() as session:
            return task_list.task_ids(session, page.which(), page.cadre_id, page.today())

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        today = self._page.today()
        with self._page.database.reader() as session:
            found = task_list.task_rows(session, ids, by=self._page.cadre_id)
        return {
            one: (
                row.text,
                row.source,
                row.household,
                row.owner,
                (row.due_on, _due_tone(row.due_on, today) if row.state == _OPEN else None),
                row.state,
            )
            for one, row in found.items()
        }


_OPEN = Task.field("state").show(OPEN)
