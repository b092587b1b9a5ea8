"""The main window: navigation, one page at a time, status line, messages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.icons import icon
from desktop.theme import ACCENT, TEXT_PERCENTS, em
from desktop.views.page import Page, Undo
from desktop.views.shortcuts import COMMON, ShortcutHelp
from desktop.views.widgets.basics import EmptyState, button, label
from desktop.views.widgets.navigation import EMERGENCY_PAGE, SHORTCUTS, Entry, Navigation
from desktop.views.widgets.status import StatusLine
from desktop.views.widgets.toast import Toast
from township.errors import WorldError


@dataclass(frozen=True)
class PageSpec:
    """A page of the navigation, and how to make it at its first visit."""

    key: str
    title: str
    icon: str
    make: Callable[[], Page]


@dataclass(frozen=True)
class Who:
    """The person at work, as shown at the foot of the navigation."""

    name: str
    place: str


class MainWindow(QMainWindow):
    """Shows the pages.

    ``lock_wanted``: Ctrl+L; ``text_size_wanted``: a percentage; ``changed``: a page saved.
    """

    lock_wanted = Signal()
    closed = Signal()
    changed = Signal()
    text_size_wanted = Signal(int)

    def __init__(self, pages: Sequence[PageSpec], who: Who, text_percent: int = 100) -> None:
        super().__init__()
        self.setWindowTitle("连心桥")
        self.setWindowIcon(icon("bridge", ACCENT))
        self._specs = {spec.key: spec for spec in pages}
        self._offered = list(self._specs)
        self._pages: dict[str, Page] = {}
        self._stale: dict[str, frozenset[str]] = {}
        self._current = ""
        self._percent = text_percent
        entries = [Entry(spec.key, spec.title, spec.icon) for spec in pages]
        self.navigation = Navigation(entries, who.name, who.place)
        self.status = StatusLine()
        self._title = label("", "title")
        self._tools = QStackedWidget()
        self._stack = QStackedWidget()
        self._build()
        self.toast = Toast(self.centralWidget())
        self._connect()
        self._keys()

    @property
    def current(self) -> str:
        """Key of the page on show."""
        return self._current

    def page(self, key: str) -> Page | None:
        """A page if it has been visited."""
        return self._pages.get(key)

    @property
    def keys(self) -> Sequence[str]:
        """Keys of all pages that there are."""
        return list(self._specs)

    @property
    def offered(self) -> Sequence[str]:
        """Keys of the pages that there are for this person."""
        return self._offered

    def offer_pages(self, keys: Collection[str]) -> None:
        """Show only these pages in the navigation; the roles of the person have changed."""
        self._offered = [key for key in self._specs if key in keys]
        self.navigation.offer(self._offered)
        if self._current and self._current not in self._offered:
            self.show_page(self._offered[0])
        for key in [key for key in self._pages if key not in self._offered]:
            self._drop(key)

    def show_page(self, key: str, target: object = None) -> None:
        """Show a page, making it at its first visit, and in it what ``target`` names."""
        if key not in self._offered:
            self.say(f"“{self._specs[key].title}”这一页不在您的角色里。")
            return
        page = self._pages.get(key) or self._make(key)
        self._current = key
        self.navigation.show_current(key)
        self._title.setText(self._specs[key].title)
        if page is None:
            return
        self._stack.setCurrentWidget(page)
        self._tools.setCurrentWidget(page.tools)
        if key in self._stale:
            page.reload(self._stale.pop(key))
        if target is not None:
            page.show_target(target)

    def reload(self, kinds: frozenset[str] = frozenset()) -> None:
        """Records of these kinds changed (empty: all). Hidden pages reload when shown."""
        for key, page in self._pages.items():
            if key == self._current:
                page.reload(kinds)
            else:
                before = self._stale.get(key)
                everything = before == frozenset() or not kinds
                self._stale[key] = frozenset() if everything else kinds | (before or kinds)

    def say(self, text: str, undo: Undo | None = None) -> None:
        """Tell a success without stopping the work."""
        self.toast.say(text, undo)

    def leave_pages(self) -> None:
        """Let every page keep what is half typed, before locking or closing."""
        for page in self._pages.values():
            page.leave()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.leave_pages()
        super().closeEvent(event)
        self.closed.emit()

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(0, 0, 0, 0)
        bar.addWidget(self._title)
        bar.addStretch(1)
        bar.addWidget(self._tools)
        bar.addStrut(em(self, 1.75))
        middle = QVBoxLayout()
        middle.setContentsMargins(22, 14, 22, 14)
        middle.setSpacing(12)
        middle.addLayout(bar)
        middle.addWidget(self._stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.navigation)
        upper.addLayout(middle, 1)
        centre = QWidget()
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(upper, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(centre)
        self.resize(1280, 720)

    def _connect(self) -> None:
        self.navigation.picked.connect(self.show_page)
        self.navigation.lock_pressed.connect(self.lock_wanted)
        self.navigation.emergency_pressed.connect(
            lambda: self.show_page(EMERGENCY_PAGE, "emergency")
        )
        if "sync" in self._specs:
            self.status.sync_pressed.connect(lambda: self.show_page("sync"))

    def _keys(self) -> None:
        for number in range(1, min(SHORTCUTS, len(self._specs)) + 1):
            self._on(f"Ctrl+{number}", partial(self._show_number, number))
        self._on("Ctrl+F", lambda: self._with_page(lambda page: page.focus_search()))
        self._on("F5", self.reload)
        self._on("Ctrl+L", self.lock_wanted.emit)
        self._on("F1", self._help)
        for keys in ("Ctrl++", "Ctrl+="):
            self._on(keys, lambda: self._resize_text(1))
        self._on("Ctrl+-", lambda: self._resize_text(-1))
        self._on("Ctrl+0", lambda: self.set_text_size(100))

    def _show_number(self, number: int) -> None:
        if number <= len(self._offered):
            self.show_page(self._offered[number - 1])

    def _drop(self, key: str) -> None:
        page = self._pages.pop(key)
        page.leave()
        self._stale.pop(key, None)
        for stack, widget in ((self._stack, page), (self._tools, page.tools)):
            stack.removeWidget(widget)
            widget.deleteLater()

    def _on(self, keys: str, act: Callable[[], object]) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(lambda: act())

    def _with_page(self, act: Callable[[Page], object]) -> None:
        page = self._pages.get(self._current)
        if page is not None:
            act(page)

    def _make(self, key: str) -> Page | None:
        try:
            page = self._specs[key].make()
        except WorldError as error:
            self._show_failure(key, str(error))
            return None
        self._pages[key] = page
        self._stack.addWidget(page)
        self._tools.addWidget(page.tools)
        page.committed.connect(self.reload)
        page.committed.connect(lambda _: self.changed.emit())
        page.said.connect(self.say)
        page.wanted.connect(self.show_page)
        return page

    def _show_failure(self, key: str, text: str) -> None:
        again = button("重试", lambda: self._retry(key, place), glyph="arrows-clockwise")
        place = EmptyState("warning", "这一页暂时打不开", text, again)
        self._stack.addWidget(place)
        self._stack.setCurrentWidget(place)

    def _retry(self, key: str, place: QWidget) -> None:
        self._stack.removeWidget(place)
        place.deleteLater()
        self.show_page(key)

    def _help(self) -> None:
        page = self._pages.get(self._current)
        own = page.shortcuts() if page else []
        titles = [self._specs[key].title for key in self._offered]
        pages = [(f"Ctrl+{n}", title) for n, title in enumerate(titles[:SHORTCUTS], 1)]
        title = self._specs[self._current].title if self._current else ""
        ShortcutHelp([(title, own), ("页面", pages), ("通用", COMMON)], self).open()

    def _resize_text(self, step: int) -> None:
        sizes = TEXT_PERCENTS
        nearest = min(range(len(sizes)), key=lambda i: abs(sizes[i] - self._percent))
        self.set_text_size(sizes[max(0, min(len(sizes) - 1, nearest + step))])

    def set_text_size(self, percent: int) -> None:
        """Ask for another text size; the composition root changes it everywhere."""
        if percent != self._percent:
            self._percent = percent
            self.text_size_wanted.emit(percent)
