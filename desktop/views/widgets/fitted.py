"""Dialogs that are as high as their lines need."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog


class FittedDialog(QDialog):
    """A dialog of which no line is cut: wrapped text needs more height than Qt's first hint says.

    ``fit`` is to be called when lines come or change while it is open.
    """

    def fit(self) -> None:
        """As high as all lines need at the width, never lower."""
        layout = self.layout()
        if layout is not None:
            hint = layout.totalHeightForWidth(self.width())
            needed = hint if hint > 0 else layout.totalSizeHint().height()
            self.setMinimumHeight(0)
            self.resize(self.width(), needed)
            self.setMinimumHeight(min(needed, self.screen().availableGeometry().height()))

    def showEvent(self, event: QShowEvent) -> None:
        self.fit()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self.isVisible():
            self.fit()
