"""How often one sender may come."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock

from sync.server.limits import Rate

_MOST_KEYS = 4096


class RateLimit:
    """At most ``rate`` for each key, counted by what is still to drain; threads share it.

    One number a key: when it will be as if it had never come. Keys that came longest ago are
    forgotten first.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._empty_at: dict[Hashable, float] = {}
        self._lock = Lock()

    def wait(self, key: Hashable) -> float:
        """Seconds until this key may come again; 0: it may now, and that is counted."""
        each = self._rate.seconds / self._rate.tries
        with self._lock:
            now = self._clock()
            empty_at = max(self._empty_at.pop(key, now), now)
            too_early = empty_at + each - now - self._rate.seconds
            admitted = too_early <= each * 1e-6  # what rounding makes
            self._empty_at[key] = empty_at + each if admitted else empty_at
            while len(self._empty_at) > _MOST_KEYS:
                del self._empty_at[next(iter(self._empty_at))]
        return 0.0 if admitted else too_early
