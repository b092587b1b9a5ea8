"""Several entries of a long list: each is found by typing, and taken off again by a press."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.views.widgets.basics import button, empty
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.flow import FlowLayout
from township.fields import Field


class PicksField(FieldBox):
    """References to several records of a longer list."""

    def __init__(self, field: Field, choices: Sequence[Choice]) -> None:
        self._edit = ChoiceEdit(choices)
        several = "户" if field.target == "household" else "人"
        self._edit.setPlaceholderText(f"输入姓名或拼音首字母，可选多{several}")
        self.labels = {choice.value: choice.label for choice in choices}
        """What there is to pick."""
        self._picked: list[Any] = []
        holder = QWidget()
        self._chips = FlowLayout(holder)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._edit)
        layout.addWidget(holder)
        super().__init__(field, whole)
        self._holder = holder
        self.setFocusProxy(self._edit)
        self._edit.setAccessibleName(field.label)
        self._edit.installEventFilter(self)
        self._edit.chosen.connect(self._chosen)
        self._show()

    def value(self) -> Any:
        return tuple(self._picked)

    def set_value(self, value: Any) -> None:
        self._picked = [one for one in value or () if one in self.labels]
        self._edit.set_value(None)
        self._show()
        self._settled()

    def pick(self, value: Any) -> None:
        """As if the person had picked this entry."""
        if value in self.labels and value not in self._picked:
            self._picked.append(value)
            self._show()
            self._edited()

    def unreadable(self) -> str | None:
        if self._edit.unmatched():
            return f"没有“{self._edit.text().strip()}”，请从列表里选"
        return None

    def _chosen(self) -> None:
        value = self._edit.value()
        if value is not None:
            self._edit.set_value(None)
            self.pick(value)

    def _take_off(self, value: Any) -> None:
        self._picked.remove(value)
        self._show()
        self._edited()
        self._edit.setFocus()

    def _show(self) -> None:
        empty(self._chips)
        for value in self._picked:
            made = button(self.labels[value], partial(self._take_off, value), glyph="x")
            made.setAccessibleName(f"去掉：{self.labels[value]}")
            self._chips.addWidget(made)
        self._holder.setVisible(bool(self._picked))
