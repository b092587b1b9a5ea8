"""How long somebody who typed wrong passwords must wait, whatever is done to the clock.

Source: domain §7.2, five failures cost 15 minutes; decision 032. The wait is told from the time
since the computer was switched on, which nobody can set. After a restart the clock on the wall
counts too: whoever can set that one can also copy the file of keys, and guess elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

FREE_TRIES = 3
"""Failures that cost nothing: caps lock, a wrong input method."""
LONGEST_WAIT = 900
"""Seconds; reached with the fifth failure, and after each further one."""
_WAITS = (30, LONGEST_WAIT)


def uptime() -> float:
    """Seconds since this computer was switched on, sleep included where the system tells it."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Patience:
    """Failures in a row: how many, when the last one was by both clocks, and what it cost."""

    def __init__(self, now: Callable[[], float], uptime: Callable[[], float]) -> None:
        self._now, self._uptime = now, uptime

    def after(self, failure: dict[str, Any] | None) -> dict[str, Any]:
        """One more failure."""
        count = (failure["count"] if failure else 0) + 1
        wait = _WAITS[min(count - FREE_TRIES, len(_WAITS)) - 1] if count > FREE_TRIES else 0
        return {"count": count, "wait": wait, "at": self._now(), "uptime": self._uptime()}

    def left(self, failure: dict[str, Any] | None) -> int:
        """Seconds that are still to wait; never more than the failure cost."""
        if failure is None:
            return 0
        passed: float = self._uptime() - failure["uptime"]
        if passed < 0:  # switched on again since then
            passed = max(self._uptime(), self._now() - failure["at"])
        return max(0, round(float(failure["wait"]) - passed))
