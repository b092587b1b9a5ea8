"""The township's time on a laptop whose clock may be wrong (decision 045).

Each answer over the network carries the township's clock. Here is kept by how much the laptop's
own clock differs. It is no proof of anything: terms that run in minutes are counted by it, and
people are told; no merge depends on it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from township.storage.settings import keep, setting

TOLERANCE = timedelta(minutes=2)
"""A difference up to this is none: lines are slow, clocks of computers drift by seconds."""
_OFFSET = "clock.offset"


def note(connection: Connection, township: datetime, own: datetime) -> None:
    """The township's clock says ``township`` while the laptop's says ``own``."""
    keep(connection, _OFFSET, str(round((township - own).total_seconds())))


def offset(connection: Connection) -> timedelta:
    """What has to be added to the laptop's clock; nothing when it is right or not known."""
    seconds = timedelta(seconds=int(setting(connection, _OFFSET) or 0))
    return seconds if abs(seconds) > TOLERANCE else timedelta(0)


def true_time(connection: Connection, own: datetime) -> datetime:
    """The township's time at a moment of the laptop's clock."""
    return own + offset(connection)
