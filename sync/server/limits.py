"""How much the township's server takes from anybody: requests, bytes, connections, patience.

Sizes of messages are part of the protocol (``wire``); these are the server's own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many at once; each place is free again after ``seconds`` / ``tries``."""

    tries: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """All of them; decision 031 says why they are as they are."""

    enrol_address: Rate = Rate(10, 60.0)
    """Enrolments from one address."""
    enrol_code: Rate = Rate(6, 60.0)
    """Enrolments with codes of one open part, existing or not."""
    exchange: Rate = Rate(1200, 60.0)
    """Messages of one laptop. No limit per address: a village is behind one."""
    connections: int = 4096
    head_seconds: float = 20.0
    """Until a whole request head is there."""
    body_seconds: float = 30.0
    """A body may take as long whatever its size, and then as long as ``body_rate`` needs."""
    body_rate: int = 1000
    """Bytes a second; a bad 2G line has more."""
    bodies: int = 256 << 20
    """Bytes of all bodies in memory together."""
    rest_seconds: float = 3.0
    """So long may the rest of a body go on coming that was refused,"""
    rest_bytes: int = 8 << 20
    """and so much of it: who is only a little above the limit hears why on the same line."""
    stalled_seconds: float = 60.0
    """So long may a reader not read at all."""


LIMITS = Limits()
