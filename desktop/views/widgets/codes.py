"""Fields picked from lists: toggle chips for short lists, a searchable line for long ones."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from desktop.initials import initials
from desktop.theme import restyle
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.flow import FlowLayout
from township.fields import Field
from township.values import Kind

_MOVES = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
}


class ToggleChips(QWidget):
    """Buttons of which one (or, with ``several``, any number) is pressed.

    One stop of the Tab key. Arrows move, Space presses; a digit presses the chip of that
    number, a letter the next one whose label begins so in pinyin. ``edited`` tells a change.
    """

    edited = Signal()

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        several: bool = False,
        clearable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._several, self._clearable = several, clearable
        self._choices = list(choices)
        self._chips: list[QPushButton] = []
        layout = FlowLayout(self)
        for number, choice in enumerate(choices):
            chip = _Chip(choice.label, number, self)
            chip.clicked.connect(lambda _, n=number: self._pressed(n))
            layout.addWidget(chip)
            self._chips.append(chip)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rest_focus()

    @property
    def choices(self) -> Sequence[Choice]:
        """What there is to press."""
        return self._choices

    def values(self) -> tuple[Hashable, ...]:
        """Pressed values in the order of the list."""
        pairs = zip(self._choices, self._chips, strict=True)
        return tuple(choice.value for choice, chip in pairs if chip.isChecked())

    def set_values(self, values: Sequence[Hashable]) -> None:
        for choice, chip in zip(self._choices, self._chips, strict=True):
            chip.setChecked(choice.value in values)
        self._rest_focus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._chips[self._home()].setFocus(event.reason())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def setFocus(self, *reason: Any) -> None:
        """The focus goes to the chip where typing goes on."""
        self._chips[self._home()].setFocus(*reason)

    def hasFocus(self) -> bool:
        return any(chip.hasFocus() for chip in self._chips)

    def mark(self, tone: str) -> None:
        """Show all chips in a tone of the style sheet."""
        for chip in self._chips:
            restyle(chip, "tone", tone)

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        for chip in self._chips:
            chip.setAccessibleName(f"{name}：{chip.text()}")

    def watch(self, watcher: QObject) -> None:
        """Let another object see the chips' focus events."""
        for chip in self._chips:
            chip.installEventFilter(watcher)

    def key(self, number: int, event: QKeyEvent) -> bool:
        """Handle a key on a chip; False when it means nothing here."""
        typed = event.text().lower()
        if event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            return False
        if step := _MOVES.get(Qt.Key(event.key()), 0):
            self._focus((number + step) % len(self._chips))
        elif typed.isdigit() and 1 <= int(typed) <= len(self._chips):
            self._press(int(typed) - 1)
        elif typed.isalpha() and (found := self._starting_with(typed, number)) is not None:
            self._press(found)
        else:
            return False
        return True

    def _starting_with(self, letter: str, after: int) -> int | None:
        order: list[int] = [*range(after + 1, len(self._chips)), *range(after + 1)]
        for number in order:
            if initials(self._choices[number].label).startswith(letter):
                return number
        return None

    def _press(self, number: int) -> None:
        self._focus(number)
        self._chips[number].click()

    def _pressed(self, number: int) -> None:
        chip = self._chips[number]
        if not self._several:
            if not chip.isChecked() and not self._clearable:
                chip.setChecked(True)
            for other in self._chips:
                if other is not chip:
                    other.setChecked(False)
        self._focus_only(number)
        self.edited.emit()

    def _focus(self, number: int) -> None:
        self._focus_only(number)
        self._chips[number].setFocus(Qt.FocusReason.TabFocusReason)

    def _home(self) -> int:
        checked = (n for n, chip in enumerate(self._chips) if chip.isChecked())
        return next(checked, 0)

    def _rest_focus(self) -> None:
        if self._chips:
            self._focus_only(self._home())

    def _focus_only(self, number: int) -> None:
        for n, chip in enumerate(self._chips):
            own = Qt.FocusPolicy.StrongFocus if n == number else Qt.FocusPolicy.ClickFocus
            chip.setFocusPolicy(own)


class _Chip(QPushButton):
    def __init__(self, text: str, number: int, group: ToggleChips) -> None:
        super().__init__(text, group)
        self._number, self._group = number, group
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._group.key(self._number, event):
            super().keyPressEvent(event)


class ChipsField(FieldBox):
    """A code, several codes, a yes or no, or references, picked by toggle chips."""

    editor: ToggleChips

    def __init__(self, field: Field, choices: Sequence[Choice]) -> None:
        self._several = field.kind in (Kind.CODES, Kind.REFS)
        chips = ToggleChips(choices, several=self._several, clearable=not field.required)
        super().__init__(field, chips)
        chips.watch(self)
        chips.edited.connect(self._edited)

    def value(self) -> Any:
        values = self.editor.values()
        if self._several:
            return values
        return values[0] if values else None

    def set_value(self, value: Any) -> None:
        several = value if self._several else (value,)
        self.editor.set_values(tuple(several or ()))
        self._settled()

    def problem(self) -> str | None:
        return _pick_problem(self)

    def left(self) -> None:
        if not self.editor.hasFocus():
            super().left()

    def _say(self, text: str | None, *, bad: bool) -> None:
        super()._say(text, bad=bad)
        self.editor.mark("bad" if bad and text else "")


class ChoiceField(FieldBox):
    """One code or reference of a longer list, found by typing."""

    editor: ChoiceEdit

    def __init__(self, field: Field, choices: Sequence[Choice]) -> None:
        super().__init__(field, ChoiceEdit(choices))
        self.editor.setPlaceholderText("输入文字或拼音首字母")
        self.editor.chosen.connect(self._edited)
        self.editor.textEdited.connect(lambda: self._say(None, bad=False))

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Take a new list; the present value stays if it is in it."""
        self.editor.set_choices(choices)

    def value(self) -> Any:
        return self.editor.value()

    def set_value(self, value: Any) -> None:
        self.editor.set_value(value)
        self._settled()

    def problem(self) -> str | None:
        return self.unreadable() or _pick_problem(self)

    def unreadable(self) -> str | None:
        if self.editor.unmatched():
            return f"没有“{self.editor.text().strip()}”，请从列表里选"
        return None


def _pick_problem(box: FieldBox) -> str | None:
    if box.field.required and box.value() in (None, ()):
        return f"请选择{box.field.label}"
    return box.field.problem(box.value())
