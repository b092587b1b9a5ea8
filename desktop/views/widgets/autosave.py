"""Keeps what is half typed, so that a power cut loses at most a few seconds of typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer

from desktop.views.widgets.field import Draft
from desktop.views.widgets.form import Form

SECONDS = 5
"""Source: a power cut during typing loses at most 5 seconds."""


class Autosave(QObject):
    """Hands a form's draft to ``save`` at most 5 seconds after an edit.

    ``flush`` saves at once (on leaving, locking, closing); ``stop`` forgets what is pending
    (after the form was saved or thrown away).
    """

    def __init__(
        self, form: Form, save: Callable[[Mapping[str, Draft]], object], seconds: float = SECONDS
    ) -> None:
        super().__init__(form)
        self._form, self._save = form, save
        self._timer = QTimer(self, singleShot=True, interval=round(1000 * seconds))
        self._timer.timeout.connect(self._now)
        form.changed.connect(self._touch)

    def flush(self) -> None:
        """Save now, if anything changed since the last time."""
        if self._timer.isActive():
            self._timer.stop()
            self._now()

    def stop(self) -> None:
        """Nothing is pending any more."""
        self._timer.stop()

    def _touch(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _now(self) -> None:
        self._save(self._form.draft())
