"""Where reading, printing and erasing personal data leaves its trace.

Whoever keeps the access log gives its function here; each use-case that owes a trace takes one
as a parameter and calls it in the transaction of the deed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from township.storage.work import UnitOfWork


@dataclass(frozen=True)
class Trace:
    """What was done to which record and why; ``count`` records of a kind when ``record`` is None.

    ``field``: the one concerned, None for the whole record.
    """

    action: Literal["print_my_record", "purge", "erase"]
    kind: str
    record: bytes | None
    reason: str
    field: str | None = None
    count: int = 1


Trail = Callable[[UnitOfWork, Trace], None]


def no_trail(work: UnitOfWork, trace: Trace) -> None:
    """Keeps nothing: for places that have no access log yet."""
