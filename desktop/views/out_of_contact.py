"""Shown instead of the main window when a laptop was too long without its township."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.sync_desk import SyncDesk
from desktop.theme import restyle
from desktop.views.join_again import JoinAgain
from desktop.views.stick_card import StickCard
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.progress import ProgressStrip
from township.storage.contact import Standing


class OutOfContactPanel(QWidget):
    """Says why, and lets sync, by network or stick, and enrol again.

    Shows no record. ``standing`` is asked again after each; ``returned`` when it is in order,
    ``left`` when the person locks.
    """

    returned = Signal()
    left = Signal()

    def __init__(
        self,
        standing: Callable[[], Standing],
        desk: SyncDesk,
        again: JoinAgain,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._standing, self._desk = standing, desk
        self.text = label("", wrap=True)
        self.waiting = label("", "caption", wrap=True)
        self.message = label("", "problem", wrap=True)
        self.go = button("立即同步", self._sync, kind="primary", glyph="arrows-clockwise")
        self.lock = button("锁定", self.left.emit, kind="quiet", glyph="lock-simple")
        self.progress = ProgressStrip()
        self.stick = StickCard(desk)
        self._again = again
        self.code, self.join = again.code, again.join
        self._build()
        self._again.ended.connect(self._joined)
        desk.moved.connect(self.progress.show_progress)
        desk.ended.connect(self._ended)
        desk.carried.connect(lambda _text, _fine: self._look())
        desk.changed.connect(lambda _: self._look())
        self._look()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 28, 36, 20)
        layout.setSpacing(10)
        layout.addStretch(1)
        layout.addWidget(label("需要先和镇里联系", "title"))
        layout.addWidget(self.text)
        layout.addWidget(self.waiting)
        layout.addLayout(row(self.go, self.lock, self.progress, 1))
        layout.addWidget(self.message)
        layout.addWidget(self.stick)
        layout.addWidget(self._again)
        layout.addStretch(2)
        self.progress.hide()
        self.setFocusProxy(self.go)

    def _look(self) -> None:
        """How it stands now; the way is free when the township has answered."""
        standing, busy = self._standing(), self._desk.running
        if standing.why is None and not busy:
            self.returned.emit()
            return
        self.text.setText(standing.in_words())
        state = self._desk.state()
        count = state.waiting
        self.waiting.setText(f"没有上报的改动：{count} 次，都还在。" if count else "")
        shut = standing.why == "revoked"
        self._again.setVisible(shut or state.forgotten)
        self.stick.setVisible(not shut)
        for one in (self.go, self.join, self.lock):
            one.setEnabled(not busy)
        self.progress.setVisible(busy)

    def _sync(self) -> None:
        self._say("")
        self._desk.start()
        self._look()

    def _ended(self, problem: str | None) -> None:
        self._say(problem or "")

    def _joined(self, problem: str | None) -> None:
        self._say(problem or "")
        self._look()

    def _say(self, text: str) -> None:
        self.message.setText(text)
        restyle(self.message, "tone", "bad" if text else "")
