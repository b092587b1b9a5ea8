"""A form made from declared fields: values in, values out, and what is wrong shown in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.views.widgets.choice import Choice
from desktop.views.widgets.codes import ChipsField, ChoiceField
from desktop.views.widgets.dates import DateField, MomentField, Today
from desktop.views.widgets.field import Draft, FieldBox
from desktop.views.widgets.picks import PicksField
from desktop.views.widgets.text import text_field
from township.fields import Field
from township.values import Kind

_CHIPS_AT_MOST = 6
"""Longer lists become a searchable line: chips would need more than one line."""
_PICKED_FROM = 48
"""So many choices of which several may be taken are found by typing."""
_YES_NO = (Choice(True, "是"), Choice(False, "否"))
_COLUMNS = 12
_FUTURE = ("next_", "due_", "until_", "to_", "valid_")
"""How fields are named whose dates lie ahead."""


def field_box(
    field: Field,
    choices: Sequence[Choice] | None = None,
    today: Today | None = None,
    ahead: int = 31,
) -> FieldBox:
    """The fitting editor for a field. References need their ``choices``, dates ``today``, which
    is that of the laptop's data: ``Database.today``. ``ahead`` is how many
    days from today a date without a year may lie.

    Raises KeyError for kinds that no person edits.
    """
    if field.kind is Kind.FLAG:
        return ChipsField(field, _YES_NO)
    if field.kind in (Kind.DATE, Kind.MOMENT):
        assert today is not None, f"{field.label}: a form with dates knows which day it is"
        return (
            MomentField(field, today)
            if field.kind is Kind.MOMENT
            else DateField(field, today, ahead)
        )
    if field.codes is not None and choices is None:
        choices = [Choice(code, field.codes.label(code)) for code in field.codes]
    if choices is None:
        return text_field(field)
    several = field.kind in (Kind.CODES, Kind.REFS)
    if several and len(choices) >= _PICKED_FROM:
        return PicksField(field, choices)
    if several or (field.kind is Kind.CODE and len(choices) <= _CHIPS_AT_MOST):
        return ChipsField(field, choices)
    return ChoiceField(field, choices)


def field_boxes(
    fields: Mapping[str, Field],
    names: Sequence[str],
    choices: Mapping[str, Sequence[Choice]] | None = None,
    today: Today | None = None,
) -> dict[str, FieldBox]:
    """Editors for some fields of a record (``Visit.fields()``), by name."""
    given = choices or {}
    return {
        name: field_box(
            fields[name], given.get(name), today, 330 if name.startswith(_FUTURE) else 31
        )
        for name in names
    }


class Form(QWidget):
    """Fields in rows. ``changed`` is emitted at each edit by the person.

    Each row names one to four fields of equal width, or none to leave room for a heading; a
    name may stand for any ``FieldBox``, also one made by hand.
    """

    changed = Signal()

    def __init__(
        self,
        boxes: Mapping[str, FieldBox],
        rows: Sequence[Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.boxes = dict(boxes)
        self._order = [name for names in rows for name in names]
        self._dirty = False
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        for line, names in enumerate(rows):
            span = _COLUMNS // max(1, len(names))
            for at, name in enumerate(names):
                grid.addWidget(self.boxes[name], line, at * span, 1, span)
        for name in self._order:
            self.boxes[name].changed.connect(self._changed)
        for before, after in zip(self._order, self._order[1:], strict=False):
            QWidget.setTabOrder(self.boxes[before], self.boxes[after])

    @property
    def dirty(self) -> bool:
        """Has the person edited anything since the values were set?"""
        return self._dirty

    def values(self) -> dict[str, Any]:
        """Python values by name; unreadable fields give their empty value."""
        return {name: self.boxes[name].value() for name in self._order}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; fields that are not named stay. The form counts as unedited."""
        for name, value in values.items():
            if name in self.boxes:
                self.boxes[name].set_value(value)
        self._dirty = False

    def clear(self) -> None:
        """Empty all fields."""
        for name in self._order:
            empty = () if self.boxes[name].field.kind in (Kind.CODES, Kind.REFS) else None
            self.boxes[name].set_value(empty)
        self._dirty = False

    def draft(self) -> dict[str, Draft]:
        """What is in the fields, half typed or not, as JSON can keep it; empty ones left out."""
        drafts = {name: self.boxes[name].draft() for name in self._order}
        return {name: draft for name, draft in drafts.items() if draft not in (None, "")}

    def set_draft(self, draft: Mapping[str, Draft]) -> None:
        """Bring a draft back; the form counts as edited."""
        for name, value in draft.items():
            if name in self.boxes:
                self.boxes[name].set_draft(value)
        self._dirty = True

    def check(self) -> bool:
        """Show all problems and put the focus on the first; True when there is none."""
        wrong = [name for name in self._order if not self._check(name)]
        if wrong:
            self.boxes[wrong[0]].setFocus()
        return not wrong

    def show_problems(self, problems: Mapping[str, str]) -> dict[str, str]:
        """Show problems that a use-case found; returns those of no field of this form."""
        known = [name for name in self._order if name in problems]
        for name in known:
            self.boxes[name].show_problem(problems[name])
        if known:
            self.boxes[known[0]].setFocus()
        return {name: text for name, text in problems.items() if name not in known}

    def _check(self, name: str) -> bool:
        box = self.boxes[name]
        if box.isHidden() or not box.isEnabled():
            box.show_problem(None)
            return True
        return box.check()

    def _changed(self) -> None:
        self._dirty = True
        self.changed.emit()
