"""The collector of cyclic garbage, while thousands of small objects are made at once.

A batch of changesets is some ten thousand tuples, lists and structs that live until it is
written, and none of them refers back to another. The collector would walk them again and again,
a tenth of the time of a pull and a fifth of that of a push.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 100_000
"""New objects before the collector looks."""


@contextmanager
def seldom() -> Iterator[None]:
    """Have the collector look less often until the end of the block."""
    before = gc.get_threshold()
    if before[0]:  # 0: it never looks
        gc.set_threshold(max(before[0], _YOUNG), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
