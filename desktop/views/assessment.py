"""考核: the field days of a unit's cadres in a month, what is behind each number, the signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.background import Background
from desktop.models.table import Column, Sort
from desktop.views import assessment_actions as actions
from desktop.views import assessment_facts as facts
from desktop.views.matter import MatterPage, Shown
from desktop.views.notices import failure_notice
from desktop.views.papers import Papers
from desktop.views.step_form import Action
from desktop.views.widgets.basics import EmptyState, button, label
from desktop.views.widgets.choice import Choice
from township.errors import NotFound
from township.rules.assessment import Stage, first_of, last_of
from township.storage.database import Database
from township.usecases.assessment_detail import behind
from township.usecases.assessments import (
    ALL,
    MINE,
    CadreMonth,
    UnitMonth,
    Viewed,
    in_use,
    month_of,
)
from township.usecases.paper_facts import cadre_names
from township.usecases.zones import all_zones

FILTERS = (Choice(MINE, "由我考核、抽查"), Choice(ALL, "全部"))
COLUMNS = (
    Column("name", "干部", 9, grow=True, sortable=False),
    Column("days", "天数", 7, right=True, sortable=False),
    Column("late", "补录", 3, right=True, spare=True, sortable=False),
    Column("homes", "入户", 3, right=True, spare=True, sortable=False),
    Column("links", "联系户", 5, right=True, sortable=False),
    Column("needs", "诉求", 4, right=True, spare=True, sortable=False),
    Column("spots", "抽查", 4, right=True, spare=True, sortable=False),
    Column("state", "状态", 10, lambda told: told[0], lambda told: told[1], sortable=False),
)


class AssessmentPage(MatterPage):
    """A month of the units that this person assesses or asks about.

    ``show_target`` takes (year, month, id of a row).
    """

    title = "考核"
    icon = "calendar-blank"
    kinds = frozenset(
        {
            *("work_log", "visit", "need", "household_link", "cadre", "zone_staff"),
            *("assessment_sheet", "assessment_line", "assessment_note", "spot_check"),
        }
    )
    nothing: ClassVar = {
        ALL: ("这个月没有考核对象", "责任区登记了干部以后，每月的天数会列在这里。"),
    }

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        self._papers = Papers(database, cadre_id, background)
        self.month, self._read = _first_month(database, cadre_id)
        self.units: list[UnitMonth] = []
        self.zones: dict[bytes, str] = {}
        self._month = label("", "section")
        empty = EmptyState("calendar-blank", "这个月没有由您考核或抽查的干部", "可以看“全部”。")
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        back = button("", lambda: self.turn(-1), kind="quiet", glyph="caret-left", keys="Alt+Left")
        back.setAccessibleName("上一月")
        ahead = button(
            "", lambda: self.turn(1), kind="quiet", glyph="caret-right", keys="Alt+Right"
        )
        ahead.setAccessibleName("下一月")
        self.printer = button("打印考核表", self.print_sheet, glyph="printer", keys="Ctrl+P")
        self.add_tool(back, self._month, ahead, self.printer)

    def rows(self) -> _Rows:
        return _Rows(self)

    def read(self) -> None:
        """Read the month anew."""
        with self.database.reader() as session:
            known, self._read = self._read, None
            self.units = known or month_of(session, self.view(), self.which())
            self.zones = dict(all_zones(session))
        self._month.setText(f"{self.month.year} 年 {self.month.month} 月")

    def view(self) -> Viewed:
        """Whose month is looked at, by whom and when."""
        return Viewed(self.cadre_id, self.month.year, self.month.month, self._today())

    def detail(self, record: bytes) -> Shown:
        month = (self.month.year, self.month.month)
        for unit in self.units:
            if unit.id == record:
                told = facts.of_unit(unit, self._names())
                return Shown(
                    f"{unit.title}　{self.month.month}月", told, actions.of_unit(unit, month)
                )
            for row in unit.rows:
                if row.id == record:
                    with self.database.reader() as session:
                        found = behind(session, row, self.view())
                    title = f"{row.line.name}　{self.month.month}月"
                    able = actions.of_cadre(row, month, self._today())
                    return Shown(title, facts.of_cadre(row, found), able)
        raise NotFound("这一行已不在表上，请在左侧另选一行。")

    def open_action(self, action: Action) -> None:
        if action.key.startswith(actions.PRINT_OLD):
            sheet = bytes.fromhex(action.key.removeprefix(actions.PRINT_OLD))
            self._papers.print_signed_sheet(sheet, self)
        else:
            super().open_action(action)

    def print_sheet(self) -> None:
        """Make the sheet of the unit of the current row: as signed, else as it stands now."""
        unit = next((one for one in self.units if self._shown in _ids(one)), None)
        if unit is None:
            failure_notice("请先在左侧选择要打印哪一张考核表。", self).open()
        elif unit.sheets:
            self._papers.print_signed_sheet(unit.sheets[-1].id, self)
        elif unit.partial:
            failure_notice("镇干部的考核表由党政办打印，这里只有本责任区的几行。", self).open()
        else:
            self._papers.print_open_sheet(unit.unit, self.month.year, self.month.month, self)

    def turn(self, months: int) -> None:
        """Show the month before or after; none that has not begun."""
        there = (
            first_of(self.month.year, self.month.month) - timedelta(days=1)
            if months < 0
            else last_of(self.month.year, self.month.month) + timedelta(days=1)
        ).replace(day=1)
        if there <= self._today():
            self.month = there
            self.reload_list()

    def show_target(self, target: object) -> None:
        if isinstance(target, tuple):
            year, month, row = target
            self.month = date(year, month, 1)
            self.reload_list()
            super().show_target(row)
        else:
            super().show_target(target)

    def shortcuts(self) -> list[tuple[str, str]]:
        own = [("Alt+← / Alt+→", "上一月、下一月"), ("Ctrl+P", "打印考核表")]
        return [*own, *super().shortcuts()]

    def _names(self) -> Mapping[bytes, str]:
        with self.database.reader() as session:
            return cadre_names(session)

    def _today(self) -> date:
        return self.database.today()


def _first_month(database: Database, cadre_id: bytes) -> tuple[date, list[UnitMonth] | None]:
    """The month before as long as something in it waits for this person, else this one.

    With its units, if they have been read for that.
    """
    today = database.today()
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    with database.reader() as session:
        if not in_use(session, last.year, last.month):
            return this, None
        found = month_of(session, Viewed(cadre_id, last.year, last.month, today), MINE)
    return (last, found) if any(_waits(unit) for unit in found) else (this, None)


def _waits(unit: UnitMonth) -> bool:
    if unit.may_sign and unit.stage is not Stage.SIGNED:
        return True
    return any((row.assesses and row.waiting) or (row.asks and row.to_ask) for row in unit.rows)


def _ids(unit: UnitMonth) -> list[bytes]:
    return [unit.id, *(row.id for row in unit.rows)]


class _Rows:
    """A unit's line, then its cadres; read at once."""

    def __init__(self, page: AssessmentPage) -> None:
        self._page = page
        self._cells: dict[bytes, Sequence[Any]] = {}

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        self._page.read()
        self._cells = {}
        for unit in self._page.units:
            self._cells[unit.id] = _unit_cells(unit)
            for row in unit.rows:
                zone = "" if unit.unit.zone_id else self._page.zones.get(row.line.zone_id, "")
                self._cells[row.id] = _cadre_cells(row, unit, zone)
        return list(self._cells)

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        return {one: self._cells[one] for one in ids if one in self._cells}


def _unit_cells(unit: UnitMonth) -> Sequence[Any]:
    return (f"【{unit.title}】", "", "", "", "", "", "", facts.unit_state(unit))


def _cadre_cells(row: CadreMonth, unit: UnitMonth, zone: str) -> Sequence[Any]:
    line = row.line
    asked = len(row.drawn) - len(row.to_ask)
    return (
        f"　{line.name}　{zone}".rstrip("　"),
        line.days,
        str(line.late or ""),
        str(line.households or ""),
        f"{line.linked}/{line.links}",
        f"{line.needs}/{line.fed_back}" if line.needs or line.fed_back else "",
        f"{asked}/{len(row.drawn)}" if row.drawn else "",
        facts.cadre_state(row, unit),
    )
