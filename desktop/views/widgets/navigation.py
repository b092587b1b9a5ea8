"""The column at the left: the pages of this person, and at its foot who is working."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.icons import icon, pixmap
from desktop.theme import ACCENT, ACCENT_DARK, MUTED, Tone, em, restyle
from desktop.views.widgets.basics import button, label, row, rule


@dataclass(frozen=True)
class Entry:
    """One page in the navigation."""

    key: str
    title: str
    icon: str


class Navigation(QFrame):
    """Pages from top to bottom; ``picked`` tells the key, ``lock_pressed`` the lock,
    ``emergency_pressed`` the button for an emergency.

    Up and Down move between the pages while the focus is here.
    """

    picked = Signal(str)
    lock_pressed = Signal()
    emergency_pressed = Signal()

    def __init__(
        self, entries: Sequence[Entry], user: str, place: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setMinimumWidth(176)
        self.setMaximumWidth(max(176, em(self, 8.5)))  # a long post wraps; pages need the room
        self.setAccessibleName("页面导航")
        self._entries = {entry.key: entry for entry in entries}
        self._buttons: dict[str, QPushButton] = {}
        self._badges: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 14, 10, 10)
        layout.setSpacing(2)
        layout.addLayout(_brand())
        layout.addSpacing(8)
        self._pages = _Pages([self._button(entry, at) for at, entry in enumerate(entries, 1)])
        layout.addWidget(self._pages, 1)
        self.emergency = button(
            "紧急情况", self.emergency_pressed.emit, kind="danger", glyph="siren", keys="Ctrl+E"
        )
        self.emergency.setVisible(EMERGENCY_PAGE in self._entries)
        layout.addWidget(self.emergency)
        layout.addSpacing(6)
        layout.addWidget(rule())
        layout.addSpacing(6)
        lock = button("锁定", self.lock_pressed.emit, kind="quiet", glyph="lock-simple")
        lock.setToolTip("锁定（Ctrl+L）")
        layout.addLayout(row(_indented(label(user)), 1, lock, spacing=0))
        layout.addWidget(_indented(label(place, "caption", wrap=True)))

    def show_current(self, key: str) -> None:
        """Mark the page that is on show."""
        for other, made in self._buttons.items():
            current = other == key
            made.setChecked(current)
            made.setIcon(icon(self._entries[other].icon, ACCENT if current else MUTED))
            made.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if current else Qt.FocusPolicy.ClickFocus
            )
            if current:
                self._pages.ensureWidgetVisible(made, 0, 0)

    def offer(self, keys: Collection[str]) -> None:
        """Show these pages only; they are numbered from top to bottom."""
        shown = [key for key in self._buttons if key in keys]
        self.emergency.setVisible(EMERGENCY_PAGE in keys)
        for key, made in self._buttons.items():
            made.setVisible(key in keys)
        self._pages.fit()
        for number, key in enumerate(shown, 1):
            self._buttons[key].setToolTip(_told(self._entries[key], number))

    def set_badge(self, key: str, count: int) -> None:
        """A number beside a page, such as conflicts to decide; 0 takes it away."""
        badge = self._badges[key]
        badge.setText(str(count) if count < 1000 else "999+")
        badge.setVisible(count > 0)
        title = self._entries[key].title
        self._buttons[key].setAccessibleName(f"{title}，{count} 项待处理" if count else title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        keys = [key for key, made in self._buttons.items() if not made.isHidden()]
        focused = [key for key in keys if self._buttons[key].hasFocus()]
        if not step or not focused:
            super().keyPressEvent(event)
            return
        key = keys[(keys.index(focused[0]) + step) % len(keys)]
        self.picked.emit(key)
        self._buttons[key].setFocus(Qt.FocusReason.TabFocusReason)

    def _button(self, entry: Entry, number: int) -> QPushButton:
        made = button(f"\u2002{entry.title}", lambda: self.picked.emit(entry.key))
        made.setProperty("kind", "nav")
        made.setCheckable(True)
        made.setToolTip(_told(entry, number))
        made.setAccessibleName(entry.title)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        badge = label("", "caption")
        badge.setStyleSheet(
            f"background: {Tone.WARN.wash}; color: {Tone.WARN.ink}; border-radius: 8px;"
            "padding: 0 6px;"
        )
        badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        badge.hide()
        inside = QHBoxLayout(made)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addStretch(1)
        inside.addWidget(badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._group.addButton(made)
        self._buttons[entry.key], self._badges[entry.key] = made, badge
        return made


class _Pages(QScrollArea):
    """The pages; where there is no room for all they stand closer, and then they scroll."""

    def __init__(self, buttons: Sequence[QPushButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        for made in buttons:
            column.addWidget(made)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._column)
        self._column.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        """As wide as the longest page, as high as three."""
        return QSize(self._column.minimumSizeHint().width(), em(self, 8))

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def fit(self) -> None:
        """Let the pages stand closer when not all of them have room in their usual height."""
        shown = [made for made in self._buttons if not made.isHidden()]
        if not shown:
            return
        usual = em(self) + 2 * _NAV_PAD + _SPACING
        dense = len(shown) * usual > self.viewport().height()
        for made in self._buttons:
            restyle(made, "dense", dense or "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # up and down go to another page, they do not scroll


_SPACING = 2
_NAV_PAD = 9
"""Above and below the text of a page that is not dense, with its border (style.qss)."""
EMERGENCY_PAGE = "situations"
"""Where an emergency is entered."""
SHORTCUTS = 9
"""Pages that have a key, Ctrl+1 to Ctrl+9."""


def _told(entry: Entry, number: int) -> str:
    """The tool tip: there are keys for the first nine pages."""
    return f"{entry.title}（Ctrl+{number}）" if number <= SHORTCUTS else entry.title


def _brand() -> QHBoxLayout:
    mark = QLabel()
    mark.setPixmap(pixmap("bridge", ACCENT_DARK, 26))
    name = label("连心桥")
    name.setObjectName("brand")
    layout = QHBoxLayout()
    layout.setContentsMargins(10, 0, 10, 0)
    layout.setSpacing(8)
    layout.addWidget(mark)
    layout.addWidget(name)
    layout.addStretch(1)
    return layout


def _indented(text: QLabel) -> QLabel:
    text.setContentsMargins(10, 0, 6, 0)
    return text
