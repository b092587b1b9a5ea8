"""The strip that shows a running job and lets the person stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop.background import Progress, Ticket
from desktop.theme import em
from desktop.views.widgets.basics import button, label


class ProgressStrip(QWidget):
    """One line: what is being done, how far it is, 取消. Hidden while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket: Ticket | None = None
        self._text = label("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(em(self, 8))
        self._count = label("", "caption")
        self._cancel = button("取消", self._stop, kind="quiet", glyph="x")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._text, self._bar, self._count, self._cancel):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def start(self, ticket: Ticket, text: str) -> None:
        """Follow a job; pass ``show_progress`` and ``end`` to ``Background.run``."""
        self._ticket = ticket
        self._cancel.setEnabled(True)
        self.show_progress(Progress(0, 0, text))
        self.show()

    def show_progress(self, progress: Progress) -> None:
        """Show a step; a total of 0 means that the end is not known."""
        if progress.text:
            self._text.setText(progress.text)
        self._bar.setRange(0, progress.total)
        self._bar.setValue(progress.done)
        known = progress.total > 0
        self._count.setText(f"{progress.done}/{progress.total}" if known else "")
        self._bar.setAccessibleName(progress.text)

    def end(self) -> None:
        """The job is over."""
        self._ticket = None
        self.hide()

    def _stop(self) -> None:
        if self._ticket is not None:
            self._ticket.cancel()
            self._cancel.setEnabled(False)
            self._text.setText("正在取消…")
