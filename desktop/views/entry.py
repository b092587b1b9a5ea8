"""The window before the main window: unlock, or enrol a new laptop."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.icons import icon
from desktop.theme import ACCENT, em
from desktop.views.brand import BrandPanel
from desktop.views.widgets.basics import scrolled


class EntryWindow(QWidget):
    """A landscape and one form beside it; the form scrolls when the text is large."""

    def __init__(self, form: QWidget, title: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.setWindowIcon(icon("bridge", ACCENT))
        self._form = form
        scroll = scrolled(form)
        self._scroll, self._brand = scroll, BrandPanel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._brand, 4)
        layout.addWidget(scroll, 5)
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em(self, 42), room.width()), min(em(self, 26), room.height()))
        form.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The picture makes room before the form would be cut."""
        super().resizeEvent(event)
        needed = self._form.minimumSizeHint().width() + em(self, 1)
        self._scroll.setMinimumWidth(min(needed, self.width()))
        self._brand.setVisible(self.width() - needed >= em(self, 11))
