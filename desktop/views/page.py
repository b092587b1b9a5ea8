"""What the main window expects of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

Undo = Callable[[], object]


class Page(QWidget):
    """One duty's page.

    It is made at its first visit and lives until the data is locked. Signals: ``committed``
    (frozenset of kinds that a use-case changed here), ``said`` (a success in words, and how to
    undo it or None), ``wanted`` (key of another page, and what to show there).
    """

    title: ClassVar[str] = ""
    icon: ClassVar[str] = ""

    committed = Signal(object)
    said = Signal(str, object)
    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = QWidget()
        """Shown at the right end of the top bar while the page is; see ``add_tool``."""
        self._tools = QHBoxLayout(self.tools)
        self._tools.setContentsMargins(0, 0, 0, 0)
        self._tools.setSpacing(8)
        self._tools.addStretch(1)

    def add_tool(self, *widgets: QWidget) -> None:
        """Put a search box or the page's main button into the top bar."""
        for widget in widgets:
            self._tools.addWidget(widget)

    def reload(self, kinds: frozenset[str]) -> None:
        """Records of these kinds changed: show them as they are now. Empty means all."""

    def focus_search(self) -> None:
        """Put the cursor into the page's search box, if it has one."""

    def show_target(self, target: object) -> None:
        """Show what another page asked for with ``wanted``."""

    def leave(self) -> None:
        """The data is about to be locked or the program to end: keep what is half typed."""

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys and what they do, for the help on F1."""
        return []
