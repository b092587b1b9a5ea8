"""The note of what the server refused: only ever added to, and without anything of residents.

A row says when, why, from which address and by which device (as the message says; only where
its signature was right is that proven). The same again within a minute is counted, so that
nobody can fill the disk by knocking; a new minute begins with at most a few rows.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import func, insert, select
from sqlalchemy.exc import SQLAlchemyError

from sync.server import tables
from sync.server.engine import Store
from sync.server.sequencer import lock_head
from sync.server.trying import retrying
from township.errors import WorldError
from township.values import moment_text

MOST_A_MINUTE = 20
"""Different refusals that are noted at once; what is beyond is counted together."""
OTHERS = ("more", "", None)

_Key = tuple[str, str, int | None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refusal:
    """One row; ``times``: how often, up to ``at``, since the row before of its kind."""

    number: int
    at: str
    code: str
    address: str
    device: int | None
    times: int


class Refusals:
    """Notes of one township; threads share it."""

    def __init__(self, store: Store, township_id: bytes, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._township_id = township_id
        self._clock = clock
        self._lock = Lock()
        self._minute = ""
        self._told: set[_Key] = set()
        self._counted: Counter[_Key] = Counter()

    def note(self, code: str, address: str, device: int | None) -> None:
        """Note one refusal. Never raises: the answer matters more."""
        at = moment_text(self._clock())
        with self._lock:
            due = self._due(at, (code, address, device))
            self._keep(at, due)

    def close(self) -> None:
        """Write what has only been counted so far."""
        with self._lock:
            self._keep(moment_text(self._clock()), self._counted)
            self._counted = Counter()

    def _due(self, at: str, key: _Key) -> Counter[_Key]:
        due: Counter[_Key] = Counter()
        if at[:16] != self._minute:
            due, self._counted, self._told = self._counted, Counter(), set()
            self._minute = at[:16]
        if key in self._told:
            self._counted[key] += 1
        elif len(self._told) < MOST_A_MINUTE:
            self._told.add(key)
            due[key] += 1
        else:
            self._counted[OTHERS] += 1
        return due

    def _keep(self, at: str, counted: Counter[_Key]) -> None:
        if not counted:
            return
        try:
            self._write(at, counted)
        except (SQLAlchemyError, WorldError):
            _log.warning("refusals could not be noted: %d kinds", len(counted))

    @retrying
    def _write(self, at: str, counted: Counter[_Key]) -> None:
        c = tables.refusal.c
        with self._store.writing() as connection:
            lock_head(connection, self._township_id)
            newest = connection.scalar(
                select(func.max(c.number)).where(c.township_id == self._township_id)
            )
            rows = [
                {
                    "township_id": self._township_id,
                    "number": number,
                    "at": at,
                    "code": code,
                    "address": address,
                    "device": device if device is None or device < 2**63 else None,
                    "times": times,
                }
                for number, ((code, address, device), times) in enumerate(
                    counted.items(), (newest or 0) + 1
                )
            ]
            connection.execute(insert(tables.refusal), rows)


@retrying
def newest(store: Store, township_id: bytes, most: int) -> list[Refusal]:
    """The latest rows, the newest first."""
    c = tables.refusal.c
    with store.reading() as connection:
        rows = connection.execute(
            select(c.number, c.at, c.code, c.address, c.device, c.times)
            .where(c.township_id == township_id)
            .order_by(c.number.desc())
            .limit(most)
        )
        return [Refusal(*row) for row in rows]
