"""Picking one record out of thousands: each key stroke asks the search."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from desktop.icons import icon
from desktop.theme import MUTED
from desktop.views.widgets.choice import Choice
from desktop.views.widgets.field import FieldBox
from township.fields import Field

Find = Callable[[str], Sequence[Choice]]


class FinderEdit(QLineEdit):
    """A line that shows what ``find`` answers to the text; Enter takes the first.

    ``chosen`` is emitted when the person has picked another record (or none).
    """

    chosen = Signal()

    def __init__(self, find: Find, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._found: Sequence[Choice] = ()
        self._picked: Choice | None = None
        self._model = QStringListModel(self)
        self._list = _List(self._model, self)
        self.setCompleter(self._list)
        self.setPlaceholderText(hint)
        self.addAction(icon("magnifying-glass", MUTED), QLineEdit.ActionPosition.LeadingPosition)
        # The overload is chosen by index, which the stubs do not know.
        self._list.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self.textEdited.connect(self._edited)

    def value(self) -> Hashable:
        return self._picked.value if self._picked else None

    def set_choice(self, choice: Choice | None) -> None:
        """Show a record as picked, or none."""
        self._picked = choice
        self.setText(choice.label if choice else "")
        self.setCursorPosition(0)

    def unmatched(self) -> bool:
        """Is there text in the line that is no record?"""
        return self._picked is None and bool(self.text().strip())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self.unmatched() and self._found:
            self._choose(self._found[0])
            self._list.popup().hide()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        leaving = event.reason() != Qt.FocusReason.PopupFocusReason
        if leaving and self.unmatched() and len(self._found) == 1:
            self._choose(self._found[0])

    def _edited(self, text: str) -> None:
        before, self._picked = self._picked, None
        self._found = self._find(text.strip()) if text.strip() else ()
        self._model.setStringList([_line(choice) for choice in self._found])
        if before is not None:
            self.chosen.emit()

    def _take(self, index: QModelIndex | QPersistentModelIndex) -> None:
        choice = self._found[index.row()]
        # The completer writes its own line into the edit after this signal.
        QTimer.singleShot(0, self, lambda: self._choose(choice))

    def _choose(self, choice: Choice) -> None:
        self.set_choice(choice)
        self.chosen.emit()


class _List(QCompleter):
    """Shows what was found as it is, without filtering it once more."""

    def __init__(self, model: QStringListModel, parent: QWidget) -> None:
        super().__init__(model, parent)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.setMaxVisibleItems(10)
        self.popup().setObjectName("popup")


class FinderField(FieldBox):
    """A reference that is found by searching, such as the household of a visit."""

    editor: FinderEdit

    def __init__(
        self,
        field: Field,
        find: Find,
        describe: Callable[[Any], Choice | None],
        hint: str = "姓名、拼音首字母或户编号",
    ) -> None:
        super().__init__(field, FinderEdit(find, hint))
        self._describe = describe
        self.editor.chosen.connect(self._edited)

    def value(self) -> Any:
        return self.editor.value()

    def set_value(self, value: Any) -> None:
        self.editor.set_choice(None if value is None else self._describe(value))
        self._settled()

    def problem(self) -> str | None:
        if self.field.required and self.value() is None and not self.unreadable():
            return f"请选择{self.field.label}"
        return super().problem()

    def unreadable(self) -> str | None:
        if self.editor.unmatched():
            return f"没有选中“{self.editor.text().strip()}”，请从列表里选"
        return None


def _line(choice: Choice) -> str:
    return f"{choice.label}　{choice.words}" if choice.words else choice.label
