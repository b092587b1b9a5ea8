"""The course of the program: entry, main window, lock, end. What it works with is given to it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from desktop import failures, theme
from desktop.background import Background, Job
from desktop.preferences import PreferenceFile
from desktop.views.entry import EntryWindow
from desktop.views.notices import Notice, crash_notice, done_notice, failure_notice
from desktop.views.unlock import DemoUser, UnlockPanel, User
from township.errors import WorldError

if TYPE_CHECKING:
    # Imported when the data is unlocked: the unlock window must not wait for it.
    from desktop.views.enrol import Enrolment
    from desktop.views.forgotten import Recovery
    from desktop.views.main import MainWindow, PageSpec, Who

Opened = TypeVar("Opened")

_YOUNG = 20_000
"""New objects before the collector looks: a save or a page makes fewer, so it is not held up."""
_A_MOMENT = 100
"""Milliseconds for the first page to paint before the other pages' modules are imported."""


@dataclass(frozen=True)
class Desk:
    """What belongs to one unlocking: who works, with which pages.

    ``attach`` joins what outlives single pages to the main window, ``close`` ends it all.
    """

    who: Who
    pages: Sequence[PageSpec]
    close: Callable[[], None]
    attach: Callable[[MainWindow], None] = lambda window: None  # noqa: ARG005


@dataclass(frozen=True)
class Held:
    """What is shown instead of the main window while the data is open, but not to be seen.

    ``bind`` is given what to call when the way is free, and when the person locks.
    """

    panel: QWidget
    bind: Callable[[Callable[[], None], Callable[[], None]], None]
    close: Callable[[], None]


def _nobody(_result: object) -> str | None:
    return None


@dataclass(frozen=True)
class Parts(Generic[Opened]):
    """What the program works with.

    ``users`` are asked for with the key of the last one, who comes first. ``unlock`` (with a
    user's key) and ``enrol`` run in the background and may raise a WorldError; ``desk`` lays
    out the pages in the main thread; ``preload`` imports what unlocking needs while the person
    types, ``prepare`` what the pages need once the first is on show. ``gates`` are what must be
    passed, one after the other, before the data are seen; ``recovery`` helps who has forgotten
    the password; ``key`` is the user's who opened it.
    """

    enrolled: Callable[[], bool]
    users: Callable[[str | None], Sequence[User]]
    wait: Callable[[str], int]
    unlock: Callable[[str, str], Opened]
    enrol: Callable[[Enrolment, Job], Opened] | None
    password_problem: Callable[[str], str | None]
    desk: Callable[[Opened, Program[Opened]], Desk]
    preload: Callable[[], None]
    prepare: Callable[[], None]
    log: Path | None = None
    gates: Sequence[Callable[[Opened, Program[Opened]], Held | None]] = ()
    recovery: Callable[[], Recovery] | None = None
    key: Callable[[Opened], str | None] = _nobody


class Program(QObject, Generic[Opened]):
    """Shows the right window at the right time and owns what outlives the windows."""

    def __init__(
        self,
        app: QApplication,
        parts: Parts[Opened],
        preferences: PreferenceFile,
        demo: Sequence[DemoUser] = (),
    ) -> None:
        super().__init__()
        self._app, self._parts = app, parts
        self._demo = demo
        self.preferences = preferences
        self.background = Background(self._tell, self.crash, parent=self)
        self.entry: EntryWindow | None = None
        self.main: MainWindow | None = None
        self._desk: Desk | None = None
        self._held: Held | None = None
        self._crashed: QDialog | None = None
        self._later = QTimer(self, singleShot=True, interval=_A_MOMENT)
        self._later.timeout.connect(self._prepare)

    def start(self) -> None:
        """Show the first window; the heavy imports follow while the person types."""
        gc.disable()  # saves a tenth of the imports; ``opened`` turns it on again
        self._show_entry()
        self.background.run(lambda _: self._parts.preload())

    def lock(self) -> None:
        """Keep what is half typed, close the data, ask for the password again."""
        self._shut(self._show_entry, lambda: None)

    def replace(self, doing: str, work: Callable[[], str]) -> None:
        """Close the data, change their files in the background, then ask who unlocks.

        ``doing`` is shown meanwhile; ``work`` returns what to tell the person, or raises a
        WorldError.
        """
        from desktop.views.waiting import WaitingPanel

        def begin() -> None:
            self.background.run(
                lambda _: work(),
                lambda text: self._replaced(text, done_notice),
                failed=lambda error: self._replaced(str(error), failure_notice),
            )

        self._shut(lambda: self._enter(WaitingPanel(doing)), begin)

    def _replaced(self, text: str, notice: Callable[[str, QWidget | None], Notice]) -> None:
        self._show_entry()
        notice(text, self.entry).open()

    def _shut(self, show: Callable[[], None], then: Callable[[], None]) -> None:
        main, desk = self.main, self._desk
        if main is None or desk is None:
            return

        def closed() -> None:
            desk.close()
            then()

        self.main = self._desk = None
        main.leave_pages()
        show()
        main.hide()
        self.background.settle(closed)
        main.deleteLater()

    def resize_text(self, percent: int) -> None:
        """Another text size, everywhere and at the next start too."""
        theme.set_text_size(self._app, percent)
        self.preferences.change(text_percent=percent)
        if self.main is not None:
            self.main.say(f"文字大小 {percent}%")

    def crash(self, error: BaseException) -> None:
        """A failure of ours: to the log, and one dialog however many follow."""
        failures.note(error)
        if self._crashed is not None:
            return
        self._crashed = crash_notice(failures.describe(error), self._parts.log, self._window())
        self._crashed.finished.connect(self._after_crash)
        self._crashed.open()

    def end(self) -> None:
        """The event loop is over: stop the jobs, close the data."""
        gc.enable()
        self._later.stop()
        self.background.close()
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        self._let_go()

    def opened(self, result: Opened) -> None:
        """The data is open: show the main window, if it may be seen."""
        self._pass(result, 0)

    def _pass(self, result: Opened, first: int) -> None:
        """Go through the gates from this one on."""
        for at, gate in enumerate(self._parts.gates[first:], first):
            held = gate(result, self)
            if held is not None:
                self._held = held
                held.bind(partial(self._free, result, at + 1), self._lock_held)
                self._enter(held.panel)
                return
        self._show_main(result)

    def _free(self, result: Opened, following: int) -> None:
        if self._held is not None:
            self._held = None
            QTimer.singleShot(0, self, lambda: self._pass(result, following))

    def _lock_held(self) -> None:
        if self._held is not None:
            self._close_entry()
            self.background.settle(self._let_go)
            self._show_entry()

    def _let_go(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.close()

    def _show_main(self, result: Opened) -> None:
        from desktop.views.idle import IdleWatch
        from desktop.views.main import MainWindow

        self._desk = self._parts.desk(result, self)
        percent = self.preferences.value.text_percent
        main = self.main = MainWindow(self._desk.pages, self._desk.who, percent)
        main.lock_wanted.connect(self.lock)
        main.text_size_wanted.connect(self.resize_text)
        self._desk.attach(main)
        main.show_page(main.offered[0])
        main.show()
        main.activateWindow()
        IdleWatch(main.windowHandle()).idle.connect(self.lock)
        self._close_entry()
        # What is loaded by now stays until the end: the collector need not look at it again.
        gc.freeze()
        gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
        gc.enable()
        self._later.start()

    def _prepare(self) -> None:
        self.background.run(lambda _: self._parts.prepare())

    def _show_entry(self) -> None:
        enrolled = self._parts.enrolled()
        self._enter(self._unlock_panel() if enrolled else self._enrol_panel(more=False))

    def _enter(self, panel: QWidget) -> None:
        """Show a panel in an entry window of its own."""
        self._close_entry()
        title = "连心桥 · 演示" if self._demo else "连心桥"
        self.entry = EntryWindow(panel, title)
        self.entry.show()
        self.entry.activateWindow()

    def _close_entry(self) -> None:
        if self.entry is not None:
            self.entry.close()
            self.entry.deleteLater()
            self.entry = None

    def _unlock_panel(self) -> QWidget:
        panel = UnlockPanel(
            self._parts.users(self.preferences.value.last_login),
            self._remembering,
            self._parts.wait,
            self.background,
            demo=self._demo,
            recovery=self._parts.recovery,
            more=self._parts.enrol is not None,
        )
        panel.added.connect(lambda: self._enter(self._enrol_panel(more=True)))
        panel.unlocked.connect(self.opened)
        return panel

    def _enrol_panel(self, *, more: bool) -> QWidget:
        from desktop.views.enrol import EnrolPanel

        enrol = self._parts.enrol
        if enrol is None:
            raise WorldError("本机没有数据，也不能在这里登记。")
        problem = self._parts.password_problem
        panel = EnrolPanel(enrol, problem, self.background, more=more)
        panel.enrolled.connect(self._enrolled)
        panel.left.connect(self._show_entry)
        return panel

    def _enrolled(self, result: Opened) -> None:
        self.preferences.change(last_login=self._parts.key(result))
        self.opened(result)

    def _remembering(self, key: str, password: str) -> Opened:
        result = self._parts.unlock(key, password)
        self.preferences.change(last_login=key)
        return result

    def _window(self) -> QWidget | None:
        return self.main or self.entry

    def _tell(self, error: WorldError) -> None:
        failure_notice(str(error), self._window()).open()

    def _after_crash(self) -> None:
        self._crashed = None
