"""Fields typed as text: one line, several lines, numbers, telephone, identity number."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from desktop.parse import Unreadable, plain, read_whole
from desktop.views.widgets.field import Draft, FieldBox
from township.fields import Field
from township.values import Kind

_DOTS = str.maketrans(dict.fromkeys("•．‧・｡", "·"))
_ID_LENGTH = 18
_MOBILE_LENGTH = 11


class TextField(FieldBox):
    """One line of text."""

    editor: QLineEdit

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, QLineEdit(), parent)
        self.editor.textEdited.connect(lambda: self._edited())

    def value(self) -> Any:
        return self._clean(self.editor.text()) or None

    def set_value(self, value: Any) -> None:
        self.editor.setText("" if value is None else str(value))
        self.editor.setCursorPosition(0)
        self._settled()

    def draft(self) -> Draft:
        return self.editor.text() or None

    def set_draft(self, draft: Draft) -> None:
        self.set_value(draft)

    def left(self) -> None:
        """Show the text as it will be kept."""
        if self.unreadable() is None and self.value() is not None:
            self.editor.setText(str(self.value()))
        super().left()

    def _clean(self, text: str) -> str:
        return text.strip()


class NameField(TextField):
    """A person's name; every kind of middle dot becomes "·", blanks inside go."""

    def _clean(self, text: str) -> str:
        return "".join(text.translate(_DOTS).split())


class PhoneField(TextField):
    """A telephone number; full-width digits and blanks are mended."""

    def problem(self) -> str | None:
        typed = self._clean(self.editor.text())
        short = _MOBILE_LENGTH - len(typed)
        if self.editor.hasFocus() and typed[:1] == "1" and typed.isdigit() and 0 < short < 9:
            return f"手机号还差 {short} 位"
        return super().problem()

    def _clean(self, text: str) -> str:
        return plain(text).replace(" ", "").replace("—", "-").replace("–", "-")


class IdNoField(TextField):
    """An identity number; x becomes X, and while typing the missing digits are counted."""

    def problem(self) -> str | None:
        typed = self._clean(self.editor.text())
        short = _ID_LENGTH - len(typed)
        if self.editor.hasFocus() and typed.isdigit() and short > 0:
            return f"还差 {short} 位"
        return super().problem()

    def _clean(self, text: str) -> str:
        return plain(text).replace(" ", "").upper()


class NumberField(TextField):
    """A whole number."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.editor.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)

    def value(self) -> Any:
        try:
            return read_whole(self.editor.text())
        except Unreadable:
            return None

    def unreadable(self) -> str | None:
        if not self.editor.text().strip():
            return None
        try:
            read_whole(self.editor.text())
        except Unreadable as error:
            return str(error)
        return None


class GrowingText(QPlainTextEdit):
    """Several lines; grows with its text between two limits. Tab leaves it."""

    def __init__(self, lines: int = 3, most: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines, self._most = lines, most
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._fit)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        shown = round(self.document().size().height())  # a plain document counts in lines
        lines = min(self._most, max(self._lines, shown))
        frame = self.contentsMargins().top() + self.contentsMargins().bottom() + 16
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + frame)


class LongTextField(FieldBox):
    """Several lines, with a count against the limit."""

    editor: GrowingText

    def __init__(self, field: Field, parent: QWidget | None = None, lines: int = 3) -> None:
        super().__init__(field, GrowingText(lines), parent)
        self._setting = False
        self.editor.textChanged.connect(self._text_changed)
        self._count()

    def value(self) -> Any:
        return self.editor.toPlainText().strip() or None

    def set_value(self, value: Any) -> None:
        self._setting = True
        self.editor.setPlainText(value or "")
        self._setting = False
        self._settled()

    def draft(self) -> Draft:
        return self.editor.toPlainText() or None

    def set_draft(self, draft: Draft) -> None:
        self.set_value(draft)

    def insert(self, text: str) -> None:
        """Put a phrase where the cursor is, as one step of undo."""
        self.editor.textCursor().insertText(text)
        self.editor.setFocus()

    def _text_changed(self) -> None:
        self._count()
        if not self._setting:
            self._edited()

    def _count(self) -> None:
        if self.field.max_length:
            self.set_aside(f"{len(self.value() or '')}/{self.field.max_length} 字")


_TEXT_FIELDS: dict[Kind, type[TextField]] = {
    Kind.NAME: NameField,
    Kind.TEXT: TextField,
    Kind.PHONE: PhoneField,
    Kind.ID_NO: IdNoField,
    Kind.NUMBER: NumberField,
}


def text_field(field: Field) -> FieldBox:
    """The typed editor of a kind. Raises KeyError for kinds that are picked, not typed."""
    return LongTextField(field) if field.kind is Kind.LONG_TEXT else _TEXT_FIELDS[field.kind](field)
