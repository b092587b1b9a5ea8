"""A thread that keeps an open township in order while it is served.

Snapshots stay fresh, quarantined work comes in once its laptop is granted the place, pictures
that no record names any more go, and so does what the office has had erased.
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from sync.server import erasing, letting_go, readmission, sealing_keys, snapshots
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
                _log.exception("looking after the township failed")
            self._stop.wait(EVERY)

    def _look(self) -> None:
        service = self._service
        readmission.sweep(service.store, service.township_id, service.clock())
        sealing_keys.publish(service.store, service.township_id, service.clock())
        erasing.sweep(service.store, service.township_id, service.clock())
        snapshots.refresh(
            service.store,
            service.township_id,
            service.key,
            service.clock(),
            stopped=self._stop.is_set,
        )
        letting_go.sweep(service.store, service.township_id, service.clock())
