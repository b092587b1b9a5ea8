"""A day of 工作日志: its visits as rows, its mark in the month, what it counts in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop.models.table import Column, Sort
from desktop.theme import Tone
from desktop.views.widgets.month import Mark
from township.rules.days import Standing
from township.usecases.field_days import VisitLine, WorkDay

COLUMNS = (
    Column("session", "时段", 4, sortable=False),
    Column("household", "户", 9, grow=True, sortable=False),
    Column("way", "方式", 4, sortable=False),
    Column("purpose", "目的", 5, spare=True, sortable=False),
)


class VisitRows:
    """The visits of the day that is shown, as they were read with the month."""

    def __init__(self, shown: Callable[[], WorkDay | None]) -> None:
        self._shown = shown

    def ids(self, sort: Sort | None) -> Sequence[bytes]:
        return [line.id for line in self._lines()]

    def fetch(self, ids: Sequence[bytes]) -> Mapping[bytes, Sequence[Any]]:
        return {
            line.id: (
                line.session,
                line.household,
                line.way if line.own else f"{line.way}（同行）",
                line.purpose,
            )
            for line in self._lines()
            if line.id in ids
        }

    def _lines(self) -> Sequence[VisitLine]:
        day = self._shown()
        return day.visits if day else ()


def told(day: WorkDay) -> str:
    """What a day was, and what it counts."""
    note = f"（{day.note}）" if day.state == "returned" and day.note else ""
    text = f"{day.kind} · {day.sessions}：{day.result.reason}{note}。"
    return f"{text}\n{day.summary}" if day.summary else text


def mark(day: WorkDay) -> Mark:
    """What a day says in the grid of its month."""
    result = day.result
    days, late = f"{result.halves / 2:g}", "补录" if result.late else ""
    if result.standing is Standing.COUNTED:
        return Mark(f"计 {days} 天", Tone.GOOD, result.reason, late, f"{days} 天")
    if result.standing is Standing.PENDING:
        return Mark(f"待定 {days}", Tone.WARN, result.reason, late, "待定")
    return Mark("计 0 天", Tone.QUIET, result.reason, late, "0 天")
