"""镇设置: every value that the township sets for itself, who changed it, and the two steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views.matter import MatterPage, Shown
from desktop.views.setting_steps import actions
from desktop.views.widgets.basics import EmptyState
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.search import SearchBox
from township.errors import NotFound
from township.storage.database import Database
from township.usecases.township_settings import Line, Step, lines, today_of

ALL, WAITING, MODIFIED = "all", "waiting", "modified"
FILTERS = (Choice(ALL, "全部"), Choice(WAITING, "待审定"), Choice(MODIFIED, "已修改"))
_PRESET, _WAITS, _CHANGED, _UNFIT = "预设", "待审定", "已修改", "未采用"
_TONES = {_PRESET: Tone.QUIET, _WAITS: Tone.WARN, _CHANGED: Tone.INFO, _UNFIT: Tone.BAD}

COLUMNS = (
    Column("group", "类别", 5, sortable=False),
    Column("label", "设置项", 14, grow=True, sortable=False),
    Column("value", "现在的值", 8, sortable=False),
    Column("source", "预设值的来源", 9, grow=True, spare=True, sortable=False),
    Column("state", "状态", 5, tone=_TONES.get, sortable=False),
)


class TownshipSettingsPage(MatterPage):
    """All settings by group; ``show_target`` takes a ``line_id`` or a filter."""

    title = "镇设置"
    icon = "file-text"
    kinds = frozenset({"township_setting", "cadre"})
    kind = "township_setting"
    nothing: ClassVar = {
        WAITING: ("没有待审定的改动", "提出的改动，等镇主要领导审定时列在这里。"),
        MODIFIED: ("没有修改过的设置项", "各项都按预设值执行。"),
    }

    def __init__(self, database: Database, cadre_id: bytes, parent: QWidget | None = None) -> None:
        self.search = SearchBox("设置项、类别")
        self._found: dict[bytes, Line] = {}
        empty = EmptyState("file-text", "没有符合条件的设置项", "放宽上面的筛选，或清空搜索。")
        super().__init__(database, cadre_id, COLUMNS, FILTERS, empty, parent)
        self.search.searched.connect(lambda _: self.reload_list())
        self.search.downwards.connect(self.table.setFocus)
        self.add_tool(self.search)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def rows(self) -> _Rows:
        return _Rows(self)

    def lines(self) -> dict[bytes, Line]:
        """The settings that the filter and the search ask for, read anew."""
        with self.database.reader() as session:
            self._found = {line.id: line for line in lines(session)}
        words = self.search.text().strip()
        return {one: line for one, line in self._found.items() if self._wanted(line, words)}

    def line(self, record: bytes) -> Line:
        """One setting as it was read last. Raises NotFound."""
        if record not in self._found:
            raise NotFound("没有这一项设置。")
        return self._found[record]

    def detail(self, record: bytes) -> Shown:
        line = self.line(record)
        declared, shape = line.declared, line.declared.shape
        coming = _coming(line.coming) if line.coming else ""
        waiting = _step(line.waiting) if line.waiting else ""
        told = f"已审定的值没有采用：{line.problem}。现在按预设值。" if line.problem else ""
        facts = (
            ("现在的值", line.value),
            ("注意", told),
            ("待审定", waiting),
            ("将生效", coming),
            ("预设值", shape.show(declared.preset)),
            ("预设值的来源", declared.source),
            ("可以填", shape.bounds),
            ("类别", declared.group),
            ("历次改动", "\n\n".join(map(_step, line.history)) or "没有改动过"),
        )
        with self.database.reader() as session:
            today = today_of(session)
        return Shown(f"{declared.label}　{state_of(line)}", facts, actions(line, today))

    def _wanted(self, line: Line, words: str) -> bool:
        kept = {WAITING: line.waiting is not None, MODIFIED: line.modified}.get(self.which(), True)
        return kept and (words in line.declared.label or words in line.declared.group)


def state_of(line: Line) -> str:
    """预设, 已修改, 待审定, or 未采用 when what was approved does not fit this program."""
    if line.waiting is not None:
        return _WAITS
    if line.problem:
        return _UNFIT
    return _CHANGED if line.modified else _PRESET


def _coming(step: Step) -> str:
    return f"{step.value}，{step.valid_from} 起"


def _step(step: Step) -> str:
    said = "：".join(filter(None, (step.decision, step.decided)))
    unfit = f"本程序不能采用：{step.problem}" if step.problem else ""
    begun = f"{step.value}（{step.valid_from} 起）"
    asked = f"{step.proposed_by} 提出：{step.reason}"
    return "\n".join(filter(None, (begun, asked, said, unfit)))


class _Rows:
    def __init__(self, page: TownshipSettingsPage) -> None:
        self._page = page

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        return list(self._page.lines())

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        found = {one: self._page.line(one) for one in ids}
        return {
            one: (
                line.declared.group,
                line.declared.label,
                line.value,
                line.declared.source,
                state_of(line),
            )
            for one, line in found.items()
        }
