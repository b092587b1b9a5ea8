"""Small plain parts of every page: labels in their role, buttons, cards, rules, headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcutEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.icons import icon, pixmap
from desktop.theme import ACCENT, DANGER, INK, PAPER, em, restyle

Role = Literal["title", "section", "number", "label", "caption", "body", "problem"]
ButtonKind = Literal["plain", "primary", "quiet", "danger"]

_ICON_COLOUR = {"plain": INK, "primary": PAPER, "quiet": ACCENT, "danger": DANGER}


class Button(QPushButton):
    """A push button whose icon grows with the text; its shortcut presses it at once."""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
            self.click()  # Qt would show it pressed for 100 ms first
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            side = em(self, 0.95)
            self.setIconSize(QSize(side, side))


def beside(
    main: QWidget | QLayout, side: QWidget, most: float, share: tuple[int, int]
) -> QHBoxLayout:
    """A list and the panel beside it, which has at ``most`` so many text heights of width.

    On a screen that is narrow for the size of the text both shrink by their ``share``, so that
    the list keeps its room.
    """
    side.setMaximumWidth(em(side, most))
    side.setSizePolicy(QSizePolicy.Policy.Ignored, side.sizePolicy().verticalPolicy())
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(12)
    if isinstance(main, QLayout):
        layout.addLayout(main, share[0])
    else:
        layout.addWidget(main, share[0])
    layout.addWidget(side, share[1])
    return layout


def label(text: str, role: Role = "body", *, wrap: bool = False) -> QLabel:
    """A text in one of the roles of the style sheet; never read as HTML."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setWordWrap(wrap)
    if not wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    return made


def tell(where: QLabel, text: str) -> None:
    """Say below a form what is wrong; nothing to say takes no room."""
    where.setText(text)
    restyle(where, "tone", "bad" if text else "")
    where.setVisible(bool(text))


def selectable(text: str, role: Role = "body") -> QLabel:
    """A wrapped text that can be marked and copied by mouse and keyboard."""
    made = label(text, role, wrap=True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


def button(
    text: str,
    pressed: Callable[[], object],
    *,
    kind: ButtonKind = "plain",
    glyph: str | None = None,
    keys: str | None = None,
) -> Button:
    """A button; ``keys`` is its shortcut in the window and stands in its tool tip."""
    made = Button(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(kind == "primary")
    if glyph:
        made.setIcon(icon(glyph, _ICON_COLOUR[kind]))
    if keys:
        sequence = QKeySequence(keys)
        made.setShortcut(sequence)
        made.setToolTip(f"{text}（{sequence.toString(QKeySequence.SequenceFormat.NativeText)}）")
    made.clicked.connect(lambda: pressed())
    return made


def glyph(name: str, colour: str, size: int = 18) -> QLabel:
    """An icon that only decorates; screen readers pass over it."""
    made = QLabel()
    made.setPixmap(pixmap(name, colour, size))
    made.setFixedWidth(size + 2)
    return made


def rule() -> QFrame:
    """A thin line between two parts."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def row(*parts: QWidget | int, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            made.addStretch(part)
        else:
            made.addWidget(part)
    return made


def empty(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            empty(inner)


def scrolled(content: QWidget) -> QScrollArea:
    """A widget that scrolls up and down when it does not fit, on the ground of its parent."""
    made = QScrollArea()
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setWidget(content)
    content.setAutoFillBackground(False)
    made.viewport().setAutoFillBackground(False)
    return made


class Card(QFrame):
    """A white panel with round corners; put things into ``body``."""

    def __init__(self, title: str = "", parent: QWidget | None = None, margin: int = 16) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin - 4, margin, margin - 2)
        self.body.setSpacing(10)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        if title:
            self.title = label(title, "section")
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)
            self.setAccessibleName(title)


class SectionHeader(QWidget):
    """A heading with room for actions at its right end."""

    def __init__(self, title: str, *actions: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label(title, "section")
        self._note = label("", "caption")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._note)
        layout.addStretch(1)
        for action in actions:
            layout.addWidget(action)

    def set_note(self, text: str) -> None:
        """A quiet word beside the heading, such as a count."""
        self._note.setText(text)


class EmptyState(QWidget):
    """What stands where a list would be: why it is empty and what can be done."""

    def __init__(
        self,
        glyph_name: str,
        text: str,
        hint: str = "",
        action: QPushButton | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(2)
        picture = QLabel()
        picture.setPixmap(pixmap(glyph_name, "#B4BFC9", 44))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = label(text, "section", wrap=True)
        self._hint = label(hint, "caption", wrap=True)
        layout.addWidget(picture)
        for part in (self._text, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(part)
        self._hint.setVisible(bool(hint))
        if action is not None:
            layout.addSpacing(6)
            action.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)

    def texts(self) -> tuple[str, str]:
        """What it says now: why, and what can be done."""
        return self._text.text(), self._hint.text()

    def set_text(self, text: str, hint: str = "") -> None:
        self._text.setText(text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
