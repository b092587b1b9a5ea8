"""到期清理: what the law and the rules let go, looked at first, then erased for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.background import Background, Job, Ticket
from desktop.models.table import Column, Sort, TableModel
from desktop.theme import em
from desktop.views.page import Page
from desktop.views.widgets.basics import (
    Card,
    EmptyState,
    beside,
    button,
    empty,
    label,
    row,
    scrolled,
    tell,
)
from desktop.views.widgets.progress import ProgressStrip
from desktop.views.widgets.table import TableView
from township.errors import NotAllowed, WorldError
from township.storage.database import Database
from township.usecases import purging
from township.usecases.purging import CONFIRMATION, FINAL, PurgeLine, PurgeRow

_PANEL_EM = 20
_SHOWN = 200
_HELD = "没有办结的诉求和五情、没有处理的冲突、等待答复的居民，有关记录不在其中。"
_KINDS_GONE = frozenset[str]()
COLUMNS = (
    Column("label", "类别", 8, sortable=False),
    Column("zone", "责任区", 5, grow=True, sortable=False),
    Column("count", "条数", 4, right=True, sortable=False),
    Column("oldest", "最早", 6, spare=True, sortable=False),
    Column("newest", "最晚", 6, sortable=False),
)


class PurgePage(Page):
    """The lines of a preview, beside them the records of one, below the deed itself."""

    title = "到期清理"
    icon = "trash"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre, self._background = database, cadre_id, background
        self._lines: dict[bytes, PurgeLine] = {}
        self._ticket: Ticket | None = None
        self._reading: Ticket | None = None
        self.model = TableModel(COLUMNS, _Lines(self), self)
        nothing = EmptyState("check-circle", "没有到期的记录", "到期的记录会列在这里，由镇里清理。")
        self.table = TableView(self.model, nothing)
        self.summary = label("", "caption", wrap=True)
        self.rows = Card("这一类的记录")
        self._listed = QVBoxLayout()
        self.typed = QLineEdit()
        self.problem = label("", "problem", wrap=True)
        self.progress = ProgressStrip()
        self.start = button("彻底删除到期记录", self.purge, kind="danger", glyph="trash")
        self._build()
        self._wait(False)
        self.table.moved.connect(self._show_rows)
        self.reload(frozenset())

    def reload(self, kinds: frozenset[str]) -> None:
        """Look anew, in the background: over years of visits it takes a second or two."""
        if self._ticket is not None:
            return  # the list is read again when the work is over
        if self._reading is not None:
            self._reading.cancel()
        if not self._lines:
            self.summary.setText("正在查找到期的记录…")
        self._reading = self._background.run(lambda _: self._read(), self._show, owner=self)

    def _read(self) -> tuple[PurgeLine, ...]:
        with self._database.reader() as session:
            return purging.preview(session, self._database.today())

    def _show(self, lines: tuple[PurgeLine, ...]) -> None:
        self._lines = {number.to_bytes(16, "big"): line for number, line in enumerate(lines, 1)}
        self.table.reload()
        if lines:
            self.table.select_id(self.model.id_at(0))
        total = sum(line.count for line in lines)
        self.summary.setText(f"共 {total} 条到期。{_HELD}{FINAL}" if total else "")
        self._wait(False)
        self._show_rows(self.table.current_id())

    def purge(self) -> None:
        """Check what was typed, then let all of it go in the background."""
        try:
            purging.check_confirmation(self.typed.text())
        except NotAllowed as error:
            self._tell(str(error))
            self.typed.setFocus()
            return
        self._tell("")
        self._wait(True)
        self._ticket = self._background.run(
            self._work,
            self._done,
            failed=lambda error: self._tell(str(error)),
            progress=self.progress.show_progress,
            finished=self._finished,
            owner=self,
        )
        self.progress.start(self._ticket, "正在清理…")

    def shortcuts(self) -> list[tuple[str, str]]:
        return [("↑ ↓", "看各类到期的记录")]

    def _work(self, job: Job) -> int:
        return purging.purge(
            self._database,
            self._cadre,
            self._database.today(),
            lambda done, total: job.step(done, total, "正在清理…"),
        )

    def _done(self, count: int) -> None:
        self.said.emit(f"已清理 {count} 条，同步后镇里和各笔记本随之清除", None)

    def _finished(self) -> None:
        self._ticket = None
        self.progress.end()
        self.typed.clear()
        self._wait(False)
        self.reload(frozenset())
        self.committed.emit(_KINDS_GONE)

    def _build(self) -> None:
        self.typed.setPlaceholderText(f"输入“{CONFIRMATION}”")
        self.typed.setAccessibleName(f"输入“{CONFIRMATION}”确认")
        self.typed.setFixedWidth(em(self, 10))
        self.rows.body.addLayout(self._listed)
        self.rows.body.addStretch(1)
        lists = beside(self.table, scrolled(self.rows), _PANEL_EM, (5, 2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(lists, 1)
        layout.addWidget(self.summary)
        layout.addWidget(self.problem)
        layout.addLayout(row(self.typed, self.start, self.progress, 1))
        self.problem.hide()

    def _show_rows(self, line_id: bytes | None) -> None:
        empty(self._listed)
        line = self._lines.get(line_id or b"")
        if line is None:
            self._listed.addWidget(
                label("在左侧选择一类，这里列出其中的记录。", "caption", wrap=True)
            )
            return
        try:
            with self._database.reader() as session:
                found = purging.rows(session, line, self._database.today(), _SHOWN)
        except WorldError as error:
            self._listed.addWidget(label(str(error), "caption", wrap=True))
            return
        for one in found:
            self._listed.addWidget(label(_row_text(one), wrap=True))
        if line.count > len(found):
            more = f"……还有 {line.count - len(found)} 条"
            self._listed.addWidget(label(more, "caption"))

    def _wait(self, working: bool) -> None:
        for part in (self.typed, self.start):
            part.setEnabled(bool(self._lines) and not working)

    def _tell(self, text: str) -> None:
        tell(self.problem, text)


class _Lines:
    def __init__(self, page: PurgePage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        return list(self._page._lines)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        lines = self._page._lines
        return {
            one: (line.label, line.zone or "全部", line.count, line.oldest, line.newest)
            for one in ids
            if (line := lines.get(one))
        }


def _row_text(one: PurgeRow) -> str:
    return f"{one.on}　{one.text}" if one.on else one.text
