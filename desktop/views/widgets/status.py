"""The line at the foot of the window: how the sync stands, in plain words."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.icons import icon
from desktop.theme import Tone
from desktop.views.widgets.basics import button, label
from desktop.views.widgets.progress import ProgressStrip


class StatusLine(QFrame):
    """Sync state at the left (press it for the sync page), running job, a note at the right."""

    sync_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusline")
        self._sync = button("", self.sync_pressed.emit, kind="quiet")
        self.progress = ProgressStrip()
        self._note = label("", "caption")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 16, 1)
        layout.setSpacing(16)
        layout.addWidget(self._sync)
        layout.addStretch(1)
        layout.addWidget(self.progress)
        layout.addWidget(self._note)
        self.set_sync("尚未同步", Tone.QUIET, "cloud-slash")

    def set_sync(self, text: str, tone: Tone, glyph: str) -> None:
        """How the sync stands, such as 「3 条待同步」 or 「已全部同步 · 14:05」."""
        self._sync.setText(text)
        self._sync.setIcon(icon(glyph, tone.ink))
        self._sync.setAccessibleName(f"同步：{text}")

    def set_note(self, text: str) -> None:
        """A quiet fact at the right end, such as 「数据已加密 · 最近备份 08:30」."""
        self._note.setText(text)
