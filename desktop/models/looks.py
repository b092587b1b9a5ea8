"""What a person is looking at in full right now: single fields, each for a while."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from township.storage.database import Database
from township.usecases import access
from township.usecases.access import Look, Reason, Target
from township.usecases.township_settings import settings_now

_TICK = 1_000
"""Milliseconds between looks at the clock while something is clear."""


class Looks(QObject):
    """Remembers in memory only which fields are clear, and until when.

    ``changed``: a field became clear or is masked again. A clock that is put back does not
    lengthen a look, nor does the sleep of the laptop.
    """

    changed = Signal()

    def __init__(self, database: Database, cadre_id: bytes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id
        self._shown: dict[Target, tuple[Look, QElapsedTimer]] = {}
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self.check)

    @property
    def minutes(self) -> int:
        """So long a field stays clear."""
        return settings_now(self._database).unmask_minutes

    def text(self, target: Target) -> str | None:
        """The field in full while it may be shown; None: it is masked."""
        found = self._shown.get(target)
        return found[0].text if found else None

    def look(self, target: Target, reason: Reason) -> Look:
        """Note why, then show the field. Raises WorldError; then it stays masked."""
        look = access.unmask(self._database, self._cadre, target, reason)
        since = QElapsedTimer()
        since.start()
        self._shown[target] = look, since
        self._timer.start()
        self.changed.emit()
        return look

    def check(self) -> None:
        """Mask again what has been shown long enough."""
        now, lasts = self._database.clock(), self.minutes * 60_000
        over = [
            target
            for target, (look, since) in self._shown.items()
            if now >= look.until or since.elapsed() >= lasts
        ]
        self._mask(over)

    def forget(self) -> None:
        """Mask everything, as before locking."""
        self._mask(list(self._shown))

    def _mask(self, targets: list[Target]) -> None:
        for target in targets:
            del self._shown[target]
        if not self._shown:
            self._timer.stop()
        if targets:
            self.changed.emit()
