"""A thread that keeps the snapshots of an open township fresh and removes unused pictures."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from sync.server import files, snapshots
from sync.server.service import Service

EVERY = 600.0
"""Seconds between two looks at how far the log has moved on."""

_log = logging.getLogger(__name__)


class Keeper:
    """Looks at once and then from time to time. Use with ``with``."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except Exception:  # noqa: BLE001 - thread boundary; laptops take the log meanwhile
                _log.exception("snapshots were not made")
            self._stop.wait(EVERY)

    def _look(self) -> None:
        service = self._service
        snapshots.refresh(
            service.store,
            service.township_id,
            service.key,
            service.clock(),
            stopped=self._stop.is_set,
        )
        files.sweep(service.store, service.township_id, service.clock())
