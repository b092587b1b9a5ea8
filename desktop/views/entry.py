"""The window before the main window: unlock, or enrol a new laptop."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from desktop.icons import icon
from desktop.theme import ACCENT, em
from desktop.views.brand import BrandPanel


class EntryWindow(QWidget):
    """A landscape and one form beside it; the form scrolls when the text is large."""

    def __init__(self, form: QWidget, title: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.setWindowIcon(icon("bridge", ACCENT, 64))
        self._form = form
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(form)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(BrandPanel(), 4)
        layout.addWidget(scroll, 5)
        room = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(min(em(self, 42), room.width()), min(em(self, 26), room.height()))
        form.setFocus()
