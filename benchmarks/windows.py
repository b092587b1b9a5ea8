"""The program's own main window for cases that time what a person does in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks import laptops
from desktop.app import application
from desktop.preferences import PreferenceFile
from desktop.program import Program
from desktop.theme import apply
from desktop.views.main import MainWindow
from desktop.wiring import parts
from township.storage.folder import LaptopFolder
from township.storage.laptop import Unlocked, unlock


@contextmanager
def at_work(folder: Path) -> Iterator[tuple[Unlocked, Program[Unlocked]]]:
    """A laptop of ``laptops`` unlocked in the real program, all it imports loaded."""
    app = application()
    apply(app)
    laptop = LaptopFolder(folder)
    given = parts(laptop, laptop.logs, None)
    program: Program[Unlocked] = Program(app, given, PreferenceFile(folder / "desktop.json"))
    unlocked = unlock(laptop, laptop.keyring.logins()[0], laptops.PASSWORD)
    given.prepare()
    try:
        yield unlocked, program
    finally:
        program.end()


def fresh_window(unlocked: Unlocked, program: Program[Unlocked]) -> MainWindow:
    """The main window with its first page painted, as after unlocking; the last one is gone."""
    if program.main is not None:
        program.main.hide()
        program.main.deleteLater()
    program.opened(unlocked)
    assert program.main is not None
    QTest.qWaitForWindowActive(program.main)
    settle()
    return program.main


def settle() -> None:
    """Let everything that waits happen: layouts, painting, timers, deletions."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def milliseconds(act: Callable[[], object]) -> float:
    """How long an act takes until the windows show what came of it."""
    begun = perf_counter()
    act()
    QApplication.processEvents()
    return (perf_counter() - begun) * 1000


def enter(widget: QWidget, text: str) -> None:
    """Enter text: a key where there is one for it, else as an input method gives a word."""
    if text.isascii():
        QTest.keyClicks(widget, text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)
