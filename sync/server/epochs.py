"""The township's epoch: it changes when the database was put back from a backup.

What laptops have seen after the backup was made is no more in the log. Under a new epoch they
read everything anew and offer again what the township has lost (docs/decisions/027).
"""

from __future__ import annotations

from secrets import randbelow

from sqlalchemy import Connection, bindparam, delete, select, update

from sync.server import tables
from township.records import new_id

_SKIPPED_DEVICES = 1000
"""Numbers passed over: laptops enrolled after the backup have some of them."""
_OWN_DEVICES = (0, 1)
"""Those of the township itself: their chains live in this database only."""
_MOST_SKIPPED = 1 << 20


_CURRENT = select(tables.township.c.epoch).where(
    tables.township.c.township_id == bindparam("township")
)


def current(connection: Connection, township_id: bytes) -> bytes:
    """The epoch of the township as this connection sees it."""
    found: bytes = connection.execute(_CURRENT, {"township": township_id}).scalar_one()
    return found


def begin(connection: Connection, township_id: bytes) -> bytes:
    """Begin a new epoch inside the caller's write transaction; returns it.

    Numbers that may have been given out after the backup are never given out again: those of
    devices, and those of the township's own changesets. One-time codes must be issued anew.
    """
    head, device, code = tables.township.c, tables.device.c, tables.enrolment_code.c
    epoch = new_id()
    connection.execute(
        update(tables.township)
        .where(head.township_id == township_id)
        .values(epoch=epoch, next_device=head.next_device + _SKIPPED_DEVICES)
    )
    for number in _OWN_DEVICES:  # by chance: two restores from one backup must differ
        connection.execute(
            update(tables.device)
            .where(device.township_id == township_id, device.number == number)
            .values(incarnation=device.incarnation + 1 + randbelow(_MOST_SKIPPED))
        )
    connection.execute(
        delete(tables.enrolment_code).where(code.township_id == township_id, code.used_by.is_(None))
    )
    return epoch
