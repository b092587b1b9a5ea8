"""What waits, in three groups by urgency; each line is a button that leads to its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import INK, MUTED, Tone, em
from desktop.tips import tip
from desktop.views.widgets.basics import Button, button, empty, glyph, label, row
from township.usecases.dues import Due, Urgency, when_text

HEADINGS = {
    Urgency.OVERDUE: ("已超期", Tone.BAD),
    Urgency.SOON: ("快到期", Tone.WARN),
    Urgency.COMING: ("接下来", Tone.QUIET),
}
PAGE = 30
"""So many lines of a group are made at a time: a button asks for more."""
_SYSTEM = "字" * 4
"""The longest name of a system."""
_GAP_EM, _PAD_EM = 0.7, 0.4
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class DueLine(Button):
    """One matter: its system, what it is, and when; the middle gives way when it is narrow."""

    def __init__(self, due: Due, now: datetime, opens: Callable[[Due], None] | None) -> None:
        super().__init__()
        self.due, self._when = due, when_text(due, now)
        heading, self._tone = HEADINGS[due.urgency]
        whole = "　".join(filter(None, (self._when, due.text)))
        self.setText(whole.replace("&", "&&"))
        self.setProperty("kind", "quiet")
        self.setAccessibleName(f"{heading}，{due.system}：{whole}")
        self.setToolTip(tip(whole))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setEnabled(opens is not None)
        if opens is not None:
            self.clicked.connect(lambda: opens(due))

    def sizeHint(self) -> QSize:
        return QSize(em(self, 16), em(self, 1.7))

    def minimumSizeHint(self) -> QSize:
        return QSize(em(self, 8), em(self, 1.7))

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""  # type: ignore[attr-defined]
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        metrics, gap, pad = self.fontMetrics(), em(self, _GAP_EM), em(self, _PAD_EM)
        room = self.rect().adjusted(pad, 0, -pad, 0)
        side = metrics.horizontalAdvance(_SYSTEM)
        last = min(metrics.horizontalAdvance(self._when) + 2, room.width() // 2)
        middle = max(0, room.width() - side - last - 2 * gap)
        at = room.left()
        parts = (
            (self.due.system, side, MUTED, Qt.AlignmentFlag.AlignLeft),
            (self.due.text, middle, INK, Qt.AlignmentFlag.AlignLeft),
            (self._when, last, self._tone.ink, Qt.AlignmentFlag.AlignRight),
        )
        for text, width, colour, side_of in parts:
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(" ".join(text.split()), Qt.TextElideMode.ElideRight, width)
            place = QRect(at, room.top(), width, room.height())
            painter.drawText(place, int(side_of | Qt.AlignmentFlag.AlignVCenter), shown)
            at += width + gap


class DueList(QWidget):
    """The lines by urgency, with counts. ``opened`` tells which one was pressed.

    Up and Down go from line to line.
    """

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(2)
        self._shown = dict.fromkeys(Urgency, PAGE)
        self._dues: Sequence[Due] = ()
        self._now: datetime | None = None
        self._reachable: frozenset[str] = frozenset()
        self.lines: list[DueLine] = []

    def show_dues(self, dues: Iterable[Due], now: datetime, reachable: Iterable[str]) -> None:
        """Show these, in their order; only those lead somewhere whose page is reachable."""
        self._dues, self._now = tuple(dues), now
        self._reachable = frozenset(reachable)
        self._shown = dict.fromkeys(Urgency, PAGE)
        self._make()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _MOVES.get(Qt.Key(event.key()), 0)
        able = [line for line in self.lines if line.isEnabled()]
        at = next((n for n, line in enumerate(able) if line.hasFocus()), None)
        if step and at is not None:
            able[max(0, min(len(able) - 1, at + step))].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def _make(self) -> None:
        focused = next((line.due for line in self.lines if line.hasFocus()), None)
        empty(self._body)
        self.lines = []
        for urgency in Urgency:
            self._group(urgency, [due for due in self._dues if due.urgency is urgency])
        self._body.addStretch(1)
        for line in self.lines:
            if focused is not None and line.due == focused:
                line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _group(self, urgency: Urgency, dues: Sequence[Due]) -> None:
        if not dues:
            return
        heading, tone = HEADINGS[urgency]
        text = label(f"{heading}　{len(dues)}", "section")
        self._body.addLayout(row(glyph(tone.icon, tone.ink, 18), text, 1, spacing=6))
        assert self._now is not None
        for due in dues[: self._shown[urgency]]:
            opens = self.opened.emit if due.page in self._reachable else None
            line = DueLine(due, self._now, opens)
            self._body.addWidget(line)
            self.lines.append(line)
        left = len(dues) - self._shown[urgency]
        if left > 0:
            more = button(f"再显示（还有 {left} 件）", lambda: self._more(urgency), kind="quiet")
            more.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self._body.addWidget(more)
        self._body.addSpacing(8)

    def _more(self, urgency: Urgency) -> None:
        self._shown[urgency] += PAGE
        self._make()
