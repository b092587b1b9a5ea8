"""五情日报、月报 on the screen: each number opens the reports behind it, and both are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort, TableModel
from desktop.theme import em
from desktop.views.ledger_dialog import months_before
from desktop.views.papers import Papers
from desktop.views.widgets.basics import Card, EmptyState, button, empty, label, row, scrolled
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.dates import DateField
from desktop.views.widgets.table import TableView
from township.codes import SITUATION_KIND
from township.records import WorkLog
from township.storage.database import Database
from township.usecases import situation_summary
from township.usecases.situation_summary import KINDS, SERVICES, DayRow, DaySummary, Line

MONTH, DAY = "month", "day"
_ROW_EM = 1.85
_DAY_COLUMNS = (
    Column("time", "时间", 4, sortable=False),
    Column("place", "责任区、地点", 10, sortable=False),
    Column("kind", "类别", 3, sortable=False),
    Column("level", "等级", 3, sortable=False),
    Column("summary", "情况摘要", 12, grow=True, sortable=False),
    Column("reporter", "报送人", 4, spare=True, sortable=False),
    Column("received", "接收", 8, spare=True, sortable=False),
    Column("response", "处置", 10, spare=True, sortable=False),
    Column("state", "状态", 5, sortable=False),
)


@dataclass(frozen=True)
class Numbers:
    """The reports behind a number, and what they are."""

    text: str
    ids: Sequence[bytes]


class SummaryView(QWidget):
    """``opened`` (Numbers): somebody wants the reports behind a number; ``back``: the list."""

    opened = Signal(object)
    back = Signal()

    def __init__(self, database: Database, cadre_id: bytes, background: Background | None) -> None:
        super().__init__()
        self._database, self._cadre = database, cadre_id
        self._papers = Papers(database, cadre_id, background) if background else None
        today = database.today()
        self.which = ToggleChips((Choice(MONTH, "月报"), Choice(DAY, "日报")), clearable=False)
        self.which.setAccessibleName("日报还是月报")
        self.which.set_values((MONTH,))
        self.month = ChoiceEdit(months_before(today))
        self.month.setAccessibleName("月份")
        self.month.set_value((today.year, today.month))
        day = replace(WorkLog.field("worked_on"), label="日期", required=True)
        self.day = DateField(day, database.today)
        self.day.set_value(today)
        self.numbers: dict[tuple[str, str], QWidget] = {}
        """The buttons of the matrix by zone and kind (``all`` for the sum)."""
        self.matrix = Card("")
        self.note = label("", "caption", wrap=True)
        self._day_rows = _DayRows()
        self._day_model = TableModel(_DAY_COLUMNS, self._day_rows, self)
        self.table = TableView(
            self._day_model, EmptyState("bell-ringing", "当日没有五情报送", "没有情况时不必报送。")
        )
        self._stack = QStackedWidget()
        self._build()

    def read(self) -> None:
        """Show the chosen month or day as the records are now."""
        if self._which() == MONTH:
            self._read_month()
        else:
            self._read_day()

    def print(self) -> None:
        """Make the paper of what is on show."""
        if self._papers is None:
            return
        chosen = self._month()
        if self._which() == DAY and (on := self.day.value()) is not None:
            self._papers.print_situation_day(on, self)
        elif self._which() == MONTH and chosen is not None:
            self._papers.print_situation_month(*chosen, self)

    def _build(self) -> None:
        self.month.setFixedWidth(em(self, 9))
        self.day.setFixedWidth(em(self, 11))
        self.printer = button("打印", self.print, glyph="printer", keys="Ctrl+P")
        self.printer.setVisible(self._papers is not None)
        back = button("返回列表", self.back.emit, kind="quiet", glyph="arrow-left")
        head = row(self.which, self.month, self.day, 1, self.printer, back)
        for part in (self.which, self.printer, back):
            head.setAlignment(part, Qt.AlignmentFlag.AlignVCenter)
        self._stack.addWidget(scrolled(self.matrix))
        self._stack.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.note)
        self.which.edited.connect(self.read)
        self.month.chosen.connect(self.read)
        self.day.changed.connect(self.read)
        self.table.opened.connect(self._open_day_row)
        self.setFocusProxy(self.which)

    def _which(self) -> str:
        return str(next(iter(self.which.values()), MONTH))

    def _month(self) -> tuple[int, int] | None:
        return cast("tuple[int, int] | None", self.month.value())

    def _show(self, which: str, note: str) -> None:
        self._stack.setCurrentIndex(0 if which == MONTH else 1)
        self.month.setVisible(which == MONTH)
        self.day.setVisible(which == DAY)
        self.note.setText(note)

    def _read_month(self) -> None:
        chosen = self._month()
        self._show(MONTH, "从列表里选一个月份。" if chosen is None else _MONTH_NOTE)
        if chosen is None:
            return
        today = self._database.today()
        with self._database.reader() as session:
            found = situation_summary.month_summary(session, *chosen, today, by=self._cadre)
        empty(self.matrix.body)
        self.numbers = {}
        services = any(one.services for one in found.lines)
        empty_month = "本月没有五情报送，不必补报。" if found.empty else ""
        self.note.setText(empty_month + _MONTH_NOTE + _SERVICES_NOTE * services)
        lines = (*found.lines, found.total) if len(found.lines) > 1 else found.lines
        self.matrix.body.addLayout(self._grid(lines, f"{chosen[0]}年{chosen[1]}月", services))
        self.matrix.body.addStretch(1)

    def _grid(self, lines: Sequence[Line], month: str, services: bool) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(0)
        heads = ["责任区", *(SITUATION_KIND.label(kind) for kind in KINDS), "合计"]
        heads += [SERVICES] * services + ["接收用时", "处置用时"]
        for at, text in enumerate(heads):
            grid.addWidget(_cell(text, "label", left=at == 0), 0, at)
            grid.setColumnStretch(at, 2 if at == 0 else 1)
        for down, line in enumerate(lines, 1):
            grid.setRowMinimumHeight(down, em(self, _ROW_EM))
            grid.addWidget(_cell(line.name, "body", left=True), down, 0)
            for at, kind in enumerate(KINDS, 1):
                self._number(grid, down, at, line, kind, month)
            self._number(grid, down, len(KINDS) + 1, line, "all", month)
            texts = [line.services] * services + [line.receive, line.respond]
            for at, text in enumerate(texts, len(KINDS) + 2):
                grid.addWidget(_cell(text, "body"), down, at)
        return grid

    def _number(
        self, grid: QGridLayout, down: int, at: int, line: Line, kind: str, month: str
    ) -> None:
        """A number that opens its reports; nothing where nothing was reported."""
        ids = line.all if kind == "all" else line.ids[kind]
        if not ids:
            return
        what = "五情" if kind == "all" else SITUATION_KIND.label(kind)
        place = "全部责任区" if line.name == "合计" else line.name
        numbers = Numbers(f"{month} {place} {what}", ids)
        made = button(str(len(ids)), lambda: self.opened.emit(numbers), kind="quiet")
        made.setAccessibleName(f"{numbers.text}，{len(ids)} 件，打开")
        made.setToolTip("打开这些五情")
        self.numbers[line.name, kind] = made
        grid.addWidget(made, down, at, Qt.AlignmentFlag.AlignHCenter)

    def _read_day(self) -> None:
        on = self.day.value()
        self._show(DAY, "请填写日期。" if on is None else "按回车打开一条五情。")
        if on is None:
            return
        with self._database.reader() as session:
            found = situation_summary.day_summary(session, on, by=self._cadre)
        self._day_rows.found = found
        self.table.reload()

    def _open_day_row(self, record: bytes) -> None:
        found = self._day_rows.found
        on = found.on if found else ""
        self.opened.emit(Numbers(f"{on} 日报", [record]))


_MONTH_NOTE = "点数字打开这些五情。用时是从报送到接收、处置的中位数。"
_SERVICES_NOTE = "孕情只列正在服务的件数，1 至 4 件只写“<5”，不合计。"


class _DayRows:
    def __init__(self) -> None:
        self.found: DaySummary | None = None

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        return [one.id for one in self.found.rows] if self.found else []

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        rows = self.found.rows if self.found else ()
        return {one.id: _day_cells(one) for one in rows if one.id in ids}


def _day_cells(one: DayRow) -> Sequence[str]:
    return (
        one.time,
        one.place,
        one.kind,
        one.level,
        one.summary,
        one.reporter,
        one.received.replace("\n", " "),
        one.response.replace("\n", " "),
        one.state,
    )


def _cell(text: str, role: Any, *, left: bool = False) -> QLabel:
    made = label(text, role)
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignHCenter
    made.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return made
