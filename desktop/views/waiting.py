"""Shown in the entry window while the files of the data are being changed."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop.views.widgets.basics import label


class WaitingPanel(QWidget):
    """What is being done; there is nothing to press."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(36, 32, 36, 24)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(label(text, "title", wrap=True))
        layout.addWidget(label("请不要关机或断电。", "caption", wrap=True))
        layout.addWidget(bar)
        layout.addStretch(2)
