"""How often one address may try."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_MOST_ADDRESSES = 4096


class RateLimit:
    """At most ``tries`` per address within ``seconds``; old addresses are forgotten."""

    def __init__(
        self, tries: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tries = tries
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}

    def allows(self, address: str) -> bool:
        """Count one try; False when it is one too many."""
        now = self._clock()
        seen = self._seen.pop(address, deque())
        while seen and seen[0] <= now - self._seconds:
            seen.popleft()
        self._seen[address] = seen  # the address used last is last in line to be forgotten
        while len(self._seen) > _MOST_ADDRESSES:
            del self._seen[next(iter(self._seen))]
        if len(seen) >= self._tries:
            return False
        seen.append(now)
        return True
