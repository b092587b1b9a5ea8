"""Shown instead of the main window when a laptop was too long without its township."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Background
from desktop.models.sync_desk import SyncDesk
from desktop.theme import restyle
from desktop.views.stick_card import StickCard
from desktop.views.widgets.basics import button, label, row
from desktop.views.widgets.form import Form
from desktop.views.widgets.progress import ProgressStrip
from desktop.views.widgets.secret_fields import CodeField
from township.errors import WorldError
from township.storage.contact import Standing


class OutOfContactPanel(QWidget):
    """Says why, and lets sync, by network or stick, and enrol again.

    Shows no record. ``standing`` is asked again after each; ``returned`` when it is in order,
    ``left`` when the person locks. ``reenrol(code)`` runs in the background.
    """

    returned = Signal()
    left = Signal()

    def __init__(
        self,
        standing: Callable[[], Standing],
        desk: SyncDesk,
        reenrol: Callable[[str], object],
        background: Background,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._standing, self._desk = standing, desk
        self._reenrol, self._background = reenrol, background
        self.text = label("", wrap=True)
        self.waiting = label("", "caption", wrap=True)
        self.message = label("", "problem", wrap=True)
        self.go = button("立即同步", self._sync, kind="primary", glyph="arrows-clockwise")
        self.lock = button("锁定", self.left.emit, kind="quiet", glyph="lock-simple")
        self.progress = ProgressStrip()
        self.stick = StickCard(desk)
        self.code = Form({"code": CodeField()}, [["code"]])
        self.join = button("重新登记", self._join, glyph="key")
        self._again = QWidget()
        self._build()
        desk.moved.connect(self.progress.show_progress)
        desk.ended.connect(self._ended)
        desk.carried.connect(lambda _text, _fine: self._look())
        desk.changed.connect(lambda _: self._look())
        self._look()

    def _build(self) -> None:
        again = QVBoxLayout(self._again)
        again.setContentsMargins(0, 0, 0, 0)
        again.addWidget(self.code)
        again.addLayout(row(self.join, 1))
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
        count = self._desk.state().waiting
        self.waiting.setText(f"没有上报的改动：{count} 次，都还在。" if count else "")
        shut = standing.why == "revoked"
        self._again.setVisible(shut)
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

    def _join(self) -> None:
        if not self.code.check():
            return
        code = self.code.values()["code"]
        self._say("")
        self.join.setEnabled(False)
        self._background.run(
            lambda _: self._reenrol(code),
            failed=lambda error: self._refused(error),
            finished=self._look,
            owner=self,
        )

    def _refused(self, error: WorldError) -> None:
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.message.setText(text)
        restyle(self.message, "tone", "bad" if text else "")
