"""One field of a form: its label, its editor, and below it what is wrong and how to mend it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import restyle
from desktop.tips import tip
from desktop.views.widgets.basics import label
from township.fields import Field
from township.values import Kind, from_stored, to_stored

Draft = str | int | None
"""A field of a half-typed form, as JSON can keep it."""


class FieldBox(QWidget):
    """Base of all fields of forms.

    While the person types, what is still wrong shows as a quiet hint; after leaving the field,
    or at ``check``, it shows as a problem. ``changed`` is emitted at each edit by the person.
    """

    changed = Signal()

    def __init__(self, field: Field, editor: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.editor = editor
        self._touched = False
        mark = " *" if field.required else ""
        self._label = label(field.label + mark, "label")
        self._aside = label("", "label")
        self._problem = label("", "problem")
        head = QHBoxLayout()
        head.addWidget(self._label)
        head.addStretch(1)
        head.addWidget(self._aside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(head)
        layout.addWidget(editor)
        layout.addWidget(self._problem)
        layout.addStretch(1)
        # Columns of a form are equally wide, whatever stands in them.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFocusProxy(editor)
        editor.setAccessibleName(field.label + ("，必填" if field.required else ""))
        editor.installEventFilter(self)

    def value(self) -> Any:
        """The Python value of the field; the empty one when the text is unreadable."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; it counts as untouched."""
        raise NotImplementedError

    def unreadable(self) -> str | None:
        """Why the text in the editor is no value of this kind; None when it is one."""
        return None

    def draft(self) -> Draft:
        """What to keep of a half-typed form as text or number, unreadable text included."""
        stored = to_stored(self.field.kind, self.value())
        return stored.hex() if isinstance(stored, bytes) else stored

    def set_draft(self, draft: Draft) -> None:
        """Bring back what ``draft`` gave. Raises ValueError for what no draft gave."""
        kind = self.field.kind
        stored = bytes.fromhex(draft) if kind is Kind.REF and isinstance(draft, str) else draft
        self.set_value(from_stored(kind, stored))

    def problem(self) -> str | None:
        """What is wrong and how to mend it, in Chinese."""
        return self.unreadable() or self.field.problem(self.value())

    def check(self) -> bool:
        """Show what is wrong, if anything; True when all is well."""
        problem = self.problem()
        self.show_problem(problem)
        return problem is None

    def show_problem(self, text: str | None) -> None:
        """Show a problem, also one that only a use-case could find; None clears it."""
        self._say(text, bad=True)

    def shown_problem(self) -> str:
        """The text under the field."""
        return self._problem.text()

    def set_aside(self, text: str) -> None:
        """A quiet word at the right of the label, such as a count."""
        self._aside.setText(text)

    def set_label(self, text: str) -> None:
        """Another label than the field's own, where the context calls for it."""
        self._label.setText(text + (" *" if self.field.required else ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut and self._touched:
            self.left()
        return False

    def left(self) -> None:
        """The person left the field after editing it."""
        self.check()

    def _edited(self) -> None:
        """To be called by subclasses at each edit by the person."""
        self._touched = True
        empty = self.value() in (None, "", ()) and not self.unreadable()
        self._say(None if empty else self.problem(), bad=False)
        self.changed.emit()

    def _settled(self) -> None:
        """To be called by subclasses after a value was set by the program."""
        self._touched = False
        self._say(None, bad=False)

    def _say(self, text: str | None, *, bad: bool) -> None:
        self._problem.setText(text or "")
        self._problem.setToolTip(tip(text or ""))
        tone = "bad" if bad and text else ""
        restyle(self._problem, "tone", tone)
        restyle(self.editor, "tone", tone)
        self.editor.setAccessibleDescription(text or "")
