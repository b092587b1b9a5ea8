"""Telling the world's failures from our own, and writing our own down without personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("desktop")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def describe(error: BaseException) -> str:
    """Where a failure happened: types and places in the code only.

    Messages are left out on purpose: those of a database carry names and texts of residents.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        current = current.__cause__ or current.__context__
    return "\n".join(lines)


def note(error: BaseException) -> None:
    """Write a failure of our own to the log."""
    log.error("%s", describe(error))


def start_log(folder: Path) -> Path:
    """Log to a small rotating file in the folder and return the file. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "desktop.log"
    handler = RotatingFileHandler(file, maxBytes=512 * 1024, backupCount=2, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    return file


def stop_log() -> None:
    """Close the log file, so that its folder can be moved or removed."""
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()


def watch_qt() -> None:
    """Send what Qt says to the log."""
    qInstallMessageHandler(_from_qt)


def watch_slots(tell: Callable[[BaseException], None]) -> None:
    """Catch what no slot caught: it is logged and told once, and the program goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        tell(error)

    sys.excepthook = hook


def _from_qt(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
    log.log(_LEVELS[kind], "Qt: %s", text)
