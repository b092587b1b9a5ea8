"""Picking one of a list: type a part of the label, its pinyin initials, or open the list."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from desktop.icons import icon
from desktop.initials import initials
from desktop.theme import MUTED, em

_NUMBER = Qt.ItemDataRole.UserRole
_KEY = Qt.ItemDataRole.UserRole + 1
_ROWS_SHOWN = 12


@dataclass(frozen=True)
class Choice:
    """One entry of a list: the value behind it, its label, and words that also find it."""

    value: Hashable
    label: str
    words: str = ""

    @property
    def key(self) -> str:
        """What typed text is compared with."""
        return f"{self.label} {initials(self.label)} {self.words}".lower()


class ChoiceEdit(QLineEdit):
    """A line in which one of a closed list is picked.

    ``chosen`` is emitted when the person has picked another value (or none).
    """

    chosen = Signal()

    def __init__(self, choices: Sequence[Choice] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: dict[Hashable, Choice] = {}
        self._value: Hashable = None
        self._model = QStandardItemModel(self)
        self._finder = _Finder(self._model, self)
        self.setCompleter(self._finder)
        # The overload is chosen by index, which the stubs do not know.
        self._finder.activated[QModelIndex].connect(self._picked)  # type: ignore[index]
        caret = self.addAction(icon("caret-down", MUTED), QLineEdit.ActionPosition.TrailingPosition)
        caret.setToolTip("展开列表（↓）")
        caret.triggered.connect(self.open_list)
        self.textEdited.connect(self._edited)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Take a new list; the present value stays if it is in it."""
        self._choices = {choice.value: choice for choice in choices}
        self._model.clear()
        for number, choice in enumerate(choices):
            item = QStandardItem(choice.label)
            item.setData(choice.key, _KEY)
            item.setData(number, _NUMBER)
            item.setEditable(False)
            self._model.appendRow(item)
        self._finder.setMaxVisibleItems(min(_ROWS_SHOWN, max(1, len(choices))))
        self.set_value(self._value)

    def value(self) -> Hashable:
        """The picked value; None when nothing or nothing known is in the line."""
        return self._value

    def set_value(self, value: Hashable) -> None:
        """Show a value; one that is not in the list empties the line."""
        choice = self._choices.get(value)
        self._value = choice.value if choice else None
        self.setText(choice.label if choice else "")
        self.setCursorPosition(0)

    def unmatched(self) -> bool:
        """Is there text in the line that is no entry of the list?"""
        return self._value is None and bool(self.text().strip())

    def open_list(self) -> None:
        """Show the whole list."""
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self._finder.setCompletionPrefix("")
        self._finder.complete()
        at = list(self._choices).index(self._value) if self._value is not None else 0
        popup = self._finder.popup()
        popup.setCurrentIndex(self._finder.completionModel().index(at, 0))
        self.setText(self._label())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = event.key(), event.modifiers()
        opens = key in (Qt.Key.Key_Down, Qt.Key.Key_F4)
        if opens and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self.open_list()
            return
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.unmatched() and self._matches():
            self._settle()
            self._finder.popup().hide()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            QTimer.singleShot(0, self, self._open_if_closed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._settle()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FontChange:
            self.setMinimumWidth(em(self, 4))
        return super().event(event)

    def _label(self) -> str:
        choice = self._choices.get(self._value)
        return choice.label if choice else ""

    def _matches(self) -> list[Choice]:
        text = self.text().strip().lower()
        return [choice for choice in self._choices.values() if text in choice.key]

    def _edited(self, text: str) -> None:
        typed = text.strip()
        exact = [c for c in self._choices.values() if c.label == typed]
        self._choose(exact[0].value if exact else None)

    def _settle(self) -> None:
        """On leaving: text that fits an entry becomes that entry, the first of several."""
        if self.unmatched() and (matches := self._matches()):
            self._choose(matches[0].value)
        if self._value is not None:
            self.set_value(self._value)

    def _picked(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self._choose(list(self._choices)[index.data(_NUMBER)])
        QTimer.singleShot(0, self, lambda: self.set_value(self._value))

    def _open_if_closed(self) -> None:
        if self.hasFocus() and not self._finder.popup().isVisible():
            self.open_list()

    def _choose(self, value: Hashable) -> None:
        if value != self._value:
            self._value = value
            self.chosen.emit()


class _Finder(QCompleter):
    """Looks typed text up in the keys, shows and inserts labels."""

    def __init__(self, model: QStandardItemModel, parent: QWidget) -> None:
        super().__init__(model, parent)
        self.setCompletionRole(_KEY)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.popup().setObjectName("popup")
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))
