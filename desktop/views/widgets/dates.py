"""Fields for dates and moments: typed in any usual way, or picked in a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QToolButton, QVBoxLayout, QWidget

from desktop.icons import icon
from desktop.parse import (
    DATE_HELP,
    Unreadable,
    distance,
    plain,
    read_date,
    read_moment,
    weekday_name,
)
from desktop.theme import MUTED
from desktop.views.widgets.field import Draft, FieldBox
from township.fields import Field
from township.values import CHINA

Today = Callable[[], date]


class _Typed(FieldBox):
    """A line whose text is read into a value at each key."""

    editor: QLineEdit

    def __init__(self, field: Field, today: Today, help_text: str) -> None:
        super().__init__(field, QLineEdit())
        self._today = today
        self.editor.setPlaceholderText(help_text)
        self.editor.setToolTip(help_text)
        self.editor.textEdited.connect(lambda: self._text_edited())

    def read(self, text: str) -> Any:
        """The value behind a text. Raises Unreadable."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The text that stands for a value."""
        raise NotImplementedError

    def explain(self, value: Any) -> str:
        """What the value means, in words beside the label."""
        raise NotImplementedError

    def value(self) -> Any:
        try:
            return self.read(self.editor.text()) if plain(self.editor.text()) else None
        except Unreadable:
            return None

    def set_value(self, value: Any) -> None:
        self.editor.setText(self.write(value) if value is not None else "")
        self._explain()
        self._settled()

    def draft(self) -> Draft:
        return self.editor.text() or None

    def set_draft(self, draft: Draft) -> None:
        self.editor.setText(str(draft or ""))
        self._explain()
        self._settled()

    def unreadable(self) -> str | None:
        try:
            if plain(self.editor.text()):
                self.read(self.editor.text())
        except Unreadable as error:
            return str(error)
        return None

    def left(self) -> None:
        """Show the value in full, whichever way it was typed."""
        if (value := self.value()) is not None:
            self.editor.setText(self.write(value))
        super().left()

    def _text_edited(self) -> None:
        self._explain()
        self._edited()

    def _explain(self) -> None:
        value = self.value()
        self.set_aside("" if value is None else self.explain(value))


class DateField(_Typed):
    """A date. Up and Down move by a day; the calendar opens by its icon or Alt+Down.

    A date typed without a year is the last one not more than ``ahead`` days from today.
    """

    def __init__(self, field: Field, today: Today, ahead: int = 31) -> None:
        self._ahead = ahead
        super().__init__(field, today, DATE_HELP)
        self.editor.setPlaceholderText("如 5-3、今天")
        opener = self.editor.addAction(
            icon("calendar-blank", MUTED), QLineEdit.ActionPosition.TrailingPosition
        )
        opener.setToolTip("日历（Alt+↓）")
        opener.triggered.connect(self.open_calendar)

    def read(self, text: str) -> date:
        return read_date(text, self._today(), self._ahead)

    def write(self, value: date) -> str:
        return value.isoformat()

    def explain(self, value: date) -> str:
        return f"{weekday_name(value)} · {distance(value, self._today())}"

    def open_calendar(self) -> None:
        """Show the month of the value; a click or Enter takes a day."""
        at = self.editor.mapToGlobal(QPoint(0, self.editor.height() + 2))
        popup = _Calendar(self.value() or self._today(), self.editor)
        popup.calendar.activated.connect(lambda day: self._picked(day, popup))
        popup.calendar.clicked.connect(lambda day: self._picked(day, popup))
        popup.move(at)
        popup.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if step:
                if event.modifiers() & Qt.KeyboardModifier.AltModifier:
                    self.open_calendar()
                else:
                    self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _move(self, days: int) -> None:
        value = self.value()
        moved = self._today() if value is None else value + timedelta(days=days)
        self.editor.setText(self.write(moved))
        self._text_edited()

    def _picked(self, day: QDate, popup: QWidget) -> None:
        popup.close()
        self.editor.setText(date(day.year(), day.month(), day.day()).isoformat())
        self._text_edited()
        self.editor.setFocus()


class MomentField(_Typed):
    """A date with a time of day, in China's time."""

    def __init__(self, field: Field, today: Today) -> None:
        super().__init__(field, today, "可输入 5-3 14:05、今天 9:30、14:05")
        self.editor.setPlaceholderText("如 今天 9:30")

    def read(self, text: str) -> datetime:
        return read_moment(text, self._today())

    def write(self, value: datetime) -> str:
        return value.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

    def explain(self, value: datetime) -> str:
        day = value.astimezone(CHINA).date()
        return f"{weekday_name(day)} · {distance(day, self._today())}"


class _Calendar(QWidget):
    """A month in a popup of its own; Esc closes it."""

    def __init__(self, day: date, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.calendar = QCalendarWidget()
        self.calendar.setLocale(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
        self.calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setHorizontalHeaderFormat(
            QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames
        )
        self._calm()
        self.calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self.calendar)
        self.calendar.setFocus()

    def _calm(self) -> None:
        """Weekends in quiet ink, and the program's own arrows."""
        quiet = QTextCharFormat()
        quiet.setForeground(QColor(MUTED))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, quiet)
        for name, glyph in (("prevmonth", "caret-left"), ("nextmonth", "caret-right")):
            arrow = self.calendar.findChild(QToolButton, f"qt_calendar_{name}")
            if isinstance(arrow, QToolButton):
                arrow.setIcon(icon(glyph, MUTED))
