"""Reports that a laptop with a wrong clock stamped, put right once the township's is known.

Source: domain §9 (b): deadlines use the server's time after sync, and the row is flagged.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from township.errors import WorldError
from township.records import Situation
from township.storage import tables
from township.storage.database import Database
from township.storage.true_time import TOLERANCE, note, offset, true_time
from township.storage.work import UnitOfWork


class Clocked:
    """Made before a sync: it remembers which reports this laptop made since the last one.

    Only for them the difference that the sync finds is known to be that of their moment.
    """

    def __init__(self, database: Database, cadre: bytes | None) -> None:
        self._database, self._cadre = database, cadre
        c = tables.pending.c
        made = select(c.record_id).where(c.kind == Situation.kind(), c.inserts == 1)
        with database.reader() as session:
            self._made = list(session.scalars(made.distinct()))

    def put_right(self, township: datetime | None) -> frozenset[str]:
        """Keep what the township's clock says, and mend the reports; the kinds that changed.

        Does nothing more when this cadre may write nothing any more.
        """
        if township is None:
            return frozenset()
        with self._database.writing() as connection:
            note(connection, township, self._database.clock())
        if not self._made or self._cadre is None:
            return frozenset()
        try:
            with self._database.work(self._cadre) as work:
                right = offset(work.session.connection())
                mended = [_mend(work, one, right) for one in self._made]
                return work.commit().kinds if any(mended) else frozenset()
        except WorldError:
            return frozenset()


def now(work: UnitOfWork) -> datetime:
    """The township's time, as far as this laptop knows it."""
    return true_time(work.session.connection(), work.clock())


def clocked(work: UnitOfWork) -> datetime | None:
    """What to keep beside the true time: what the laptop's clock said, when it was wrong."""
    return work.clock() if offset(work.session.connection()) else None


def _mend(work: UnitOfWork, record: bytes, right: timedelta) -> bool:
    found = work.session.get(Situation, record)
    if found is None or found.deleted_at is not None or found.reported_at is None:
        return False
    said = found.clocked_at or found.reported_at
    if abs(said + right - found.reported_at) <= TOLERANCE:
        return False
    found.reported_at = said + right
    found.clocked_at = said if right else None
    return True
