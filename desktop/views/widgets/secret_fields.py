"""Fields for what nobody else may read: a password, a one-time code. Never part of a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.parse import plain
from desktop.views.widgets.field import Draft, FieldBox
from desktop.views.widgets.password import PasswordEdit
from desktop.views.widgets.text import TextField
from township.fields import Field, Sensitivity
from township.values import Kind


class PasswordField(FieldBox):
    """A password, judged by ``judge`` while it is typed."""

    editor: PasswordEdit

    def __init__(self, name: str, judge: Callable[[str], str | None] = lambda _: None) -> None:
        field = Field(Kind.TEXT, name, Sensitivity.S, required=True, max_length=128)
        super().__init__(field, PasswordEdit())
        self._judge = judge
        self.editor.textEdited.connect(lambda: self._edited())

    def value(self) -> Any:
        return self.editor.text() or None

    def set_value(self, value: Any) -> None:
        self.editor.setText(value or "")
        self._settled()

    def draft(self) -> Draft:
        return None

    def problem(self) -> str | None:
        text = self.editor.text()
        return super().problem() or self._judge(text)


class CodeField(TextField):
    """A one-time code, blanks left out."""

    def __init__(self) -> None:
        super().__init__(
            Field(Kind.TEXT, "一次性登记码", Sensitivity.S, required=True, max_length=64)
        )
        self.editor.setPlaceholderText("登记单上的字母和数字")

    def _clean(self, text: str) -> str:
        return plain(text).replace(" ", "")


def differs(text: str, first: FieldBox) -> str | None:
    """What is wrong with a password typed a second time."""
    return None if text == (first.value() or "") else "两次输入的密码不一样，请再输一次"
