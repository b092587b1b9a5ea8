"""Backups as the windows see them: one a day by itself, and one now when somebody wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.background import Background, Job
from township.errors import WorldError
from township.storage import backup
from township.storage.backup import Backup
from township.storage.database import Database

_SOON = 30_000
"""Milliseconds after unlocking: the first pages come first."""
_OFTEN = 3_600_000
"""Milliseconds between two looks whether today's backup is there."""


class BackupDesk(QObject):
    """Makes the backups of one open laptop in the background, one at a time.

    Signals: ``changed`` when there may be another one, ``failed`` (text) when the daily one
    could not be made, ``made`` (text, whether it went well) for one that somebody asked for.
    """

    changed = Signal()
    failed = Signal(str)
    made = Signal(str, bool)

    def __init__(
        self,
        database: Database,
        folder: Path,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._folder, self._background = database, folder, background
        self.running = False
        self._clock = QTimer(self, interval=_OFTEN)
        self._clock.timeout.connect(self.daily)
        self._first = QTimer(self, singleShot=True, interval=_SOON)
        self._first.timeout.connect(self.daily)

    def start(self) -> None:
        """Begin to look after the daily backup."""
        self._first.start()
        self._clock.start()

    def stop(self) -> None:
        """No backup begins any more: the data are about to be closed."""
        self._first.stop()
        self._clock.stop()

    def listed(self) -> list[Backup]:
        """All backups, newest first."""
        return backup.listed(self._folder)

    def daily(self) -> None:
        """Make today's backup if it is not there."""

        def work(job: Job) -> Path | None:
            return backup.make_daily(self._database, self._folder, job.step)

        self._run(work, lambda _: None, self._no_daily)

    def now(self) -> None:
        """Make one more."""

        def work(job: Job) -> Path:
            return backup.make(self._database, self._folder, "manual", job.step)

        self._run(
            work,
            lambda _: self.made.emit("已备份。备份文件同样加密。", True),
            lambda error: self.made.emit(str(error), False),
        )

    def _run(
        self,
        work: Callable[[Job], Path | None],
        done: Callable[[Path | None], None],
        failed: Callable[[WorldError], None],
    ) -> None:
        if self.running:
            return
        self.running = True
        self.changed.emit()
        self._background.run(work, done, failed=failed, finished=self._finished, owner=self)

    def _no_daily(self, error: WorldError) -> None:
        self.failed.emit(f"今天的自动备份没有做成：{error}")

    def _finished(self) -> None:
        self.running = False
        self.changed.emit()
