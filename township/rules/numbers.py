"""Record numbers that laptops give without asking anybody: ``2026-007-0012``.

Year, number of the laptop in its township, counter on that laptop in that year. Two laptops
never give the same number, and a laptop counts on from the highest it knows.
"""

from __future__ import annotations

from collections.abc import Iterable


def prefix(year: int, device: int) -> str:
    """What all numbers of a laptop in a year begin with."""
    return f"{year}-{device:03d}-"


def number(year: int, device: int, counter: int) -> str:
    """One record number; the counter begins at 1 and may outgrow its four digits."""
    return f"{prefix(year, device)}{counter:04d}"


def next_counter(taken: Iterable[str], year: int, device: int) -> int:
    """The first free counter; texts that are no numbers of this laptop and year are passed over."""
    begin = prefix(year, device)
    tails = (text[len(begin) :] for text in taken if text.startswith(begin))
    counters = (int(tail) for tail in tails if tail.isascii() and tail.isdigit())
    return max(counters, default=0) + 1
