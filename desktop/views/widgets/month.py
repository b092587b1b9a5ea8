"""A month as a grid of days, each with a word of its own; moved through with the arrow keys."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from desktop.theme import Tone, restyle
from desktop.views.widgets.basics import label

_WEEK = "一二三四五六日"
_ROWS = 6
_PADDING = 7
"""Pixels at the left and right of a day's text."""
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -7, Qt.Key.Key_Down: 7}
_TURNS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


@dataclass(frozen=True)
class Mark:
    """What a day says: a short word, its tone, the reason in full, a word beside the date.

    ``brief`` stands for the word where the days are too narrow for it.
    """

    text: str
    tone: Tone
    reason: str
    aside: str = ""
    brief: str = ""


class MonthGrid(QWidget):
    """Days of one month. ``moved`` (date): another day is current, maybe of another month;
    ``turned`` (-1 or 1): another month is wanted; ``opened``: Enter on the current day.
    """

    moved = Signal(object)
    turned = Signal(int)
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: dict[date, _Day] = {}
        self._current: date | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        for column, name in enumerate(_WEEK):
            head = label(name, "caption")
            head.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(head, 0, column)
            grid.setColumnStretch(column, 1)
        self._cells = [_Day(self) for _ in range(_ROWS * len(_WEEK))]
        for at, cell in enumerate(self._cells):
            grid.addWidget(cell, 1 + at // len(_WEEK), at % len(_WEEK))
        self._grid = grid

    def show_month(self, current: date, today: date, marks: Mapping[date, Mark]) -> None:
        """Show the month of a day, with that day current."""
        had_focus = any(cell.hasFocus() for cell in self._cells)
        days = list(Calendar().itermonthdates(current.year, current.month))
        self._days = {}
        for at, cell in enumerate(self._cells):
            day = days[at] if at < len(days) and days[at].month == current.month else None
            cell.show_day(day, marks.get(day) if day else None, today)
            if day is not None:
                self._days[day] = cell
        for line in range(_ROWS):
            used = line * len(_WEEK) < len(days)
            self._grid.setRowStretch(1 + line, int(used))
            for cell in self._cells[line * len(_WEEK) : (line + 1) * len(_WEEK)]:
                cell.setVisible(used)
        self._current = current
        self._mark_current(take_focus=had_focus)

    def set_current(self, day: date) -> None:
        """Make another day of the month current."""
        self._current = day
        self._mark_current(take_focus=True)

    def setFocus(self, *reason: object) -> None:
        """The focus goes to the current day."""
        if self._current in self._days:
            self._days[self._current].setFocus(Qt.FocusReason.OtherFocusReason)

    def press(self, day: date) -> None:
        """A day was clicked."""
        self.moved.emit(day)

    def key(self, day: date, event: QKeyEvent) -> bool:
        """Handle a key on a day; False when it means nothing here."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.moved.emit(day + timedelta(days=_STEPS[key]))
        elif key in _TURNS:
            self.turned.emit(_TURNS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            return False
        return True

    def _mark_current(self, *, take_focus: bool) -> None:
        for day, cell in self._days.items():
            mine = day == self._current
            cell.setChecked(mine)
            cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus if mine else Qt.FocusPolicy.ClickFocus)
            if mine and take_focus:
                cell.setFocus(Qt.FocusReason.OtherFocusReason)


class _Day(QPushButton):
    def __init__(self, grid: MonthGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._day: date | None = None
        self._texts = ("", "")
        self.setProperty("kind", "day")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.clicked.connect(self._clicked)

    def show_day(self, day: date | None, mark: Mark | None, today: date) -> None:
        self._day = day
        self.setEnabled(day is not None)
        self.setChecked(False)
        aside = "今天" if day == today else mark.aside if mark else ""
        number = "" if day is None else f"{day.day} {aside}"
        brief = f"{day.day if day else ''}\n{mark.brief if mark else ''}"
        self._texts = (f"{number}\n{mark.text if mark else ''}", brief)
        self._fit()
        self.setToolTip(mark.reason if mark else "")
        said = "没有日志" if mark is None else f"{mark.text}，{mark.reason}"
        self.setAccessibleName("" if day is None else f"{day.month}月{day.day}日，{said}")
        restyle(self, "tone", mark.tone.name.lower() if mark else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        full, brief = self._texts
        room = self.width() - 2 * _PADDING
        lines = full.splitlines()
        fits = all(self.fontMetrics().horizontalAdvance(line) <= room for line in lines)
        self.setText(full if fits else brief)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._day is None or not self._grid.key(self._day, event):
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        if self._day is not None:
            self._grid.press(self._day)
