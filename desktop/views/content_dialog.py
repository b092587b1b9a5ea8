"""What was typed in one go: records with their fields, to read and to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from desktop.theme import em
from desktop.views.widgets.basics import button, label, row, rule, scrolled, selectable
from township.usecases.own_work import Typed

_WIDE, _HIGH = 34, 26
"""Text heights."""


class ContentDialog(QDialog):
    """Shows one changeset over the page that asked. Esc closes it.

    ``in_full`` is called to show it unmasked; ``clear``: it is, and closes after so many minutes.
    """

    def __init__(
        self,
        title: str,
        text: str,
        typed: Sequence[Typed],
        over: QWidget,
        in_full: Callable[[], object] | None = None,
        *,
        clear: int = 0,
    ) -> None:
        super().__init__(over)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = text
        self.copied = label("已复制", "caption")
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        for at, one in enumerate(typed):
            if at:
                inner.addWidget(rule())
            inner.addLayout(_record(one))
        inner.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(text.split("\n", 1)[0], "caption"))
        layout.addWidget(scrolled(body), 1)
        self.copy = button("复制内容", self.copy_text)
        close = button("关闭", self.accept, kind="primary")
        self.look = button("显示遮盖的…", lambda: in_full and in_full(), kind="quiet", glyph="eye")
        layout.addLayout(row(self.copy, self.copied, 1, self.look, close))
        self.copied.hide()
        self.look.setVisible(in_full is not None)
        if clear:
            QTimer.singleShot(clear * 60_000, self, self.reject)
        self.resize(em(self, _WIDE), em(self, _HIGH))
        close.setFocus()

    def copy_text(self) -> None:
        """All of it into the clipboard."""
        QGuiApplication.clipboard().setText(self.text)
        self.copied.show()


def _record(one: Typed) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label(one.what, "section"), 0, 0, 1, 2)
    for line, (name, value) in enumerate(one.lines, 1):
        caption = label(name, "caption")
        grid.addWidget(caption, line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(selectable(value), line, 1)
    return grid
