"""How soon one thread gives Python to another that waits for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS = 0.0005


@contextmanager
def quick() -> Iterator[None]:
    """Let threads change within half a millisecond, instead of the usual five.

    A thread that comes back from SQLite or from the line waits for Python as long as another
    one may keep it, often longer than it then needs: writing rows while the next are checked,
    sending a message while an answer is taken in.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
