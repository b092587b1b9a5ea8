"""What a laptop with a wrong clock stamped, put right once the township's is known: the times of
reports of 五情, and the days on which field work was entered.

Source: domain §9 (b): deadlines use the server's time after sync, and the row is flagged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from township.errors import WorldError
from township.records import Record, Situation, Visit, WorkLog
from township.storage import tables
from township.storage.database import Database
from township.storage.true_time import TOLERANCE, note, offset, true_time
from township.storage.work import UnitOfWork
from township.usecases import work_clock


class Clocked:
    """Made before a sync: it remembers what this laptop made since the last one.

    Only for them the difference that the sync finds is known to be that of their moment.
    """

    def __init__(self, database: Database, cadre: bytes | None) -> None:
        self._database, self._cadre = database, cadre
        c = tables.pending.c
        self._made: list[tuple[type[Record], bytes]] = []
        with database.reader() as session:
            for kind in _MENDS:
                made = select(c.record_id).where(c.kind == kind.kind(), c.inserts == 1)
                self._made += [(kind, one) for one in session.scalars(made.distinct())]

    def put_right(self, township: datetime | None) -> frozenset[str]:
        """Keep what the township's clock says, and mend what was made; the kinds that changed.

        Leaves as it is what this cadre may not write (any more): of a colleague who works on the
        same laptop, perhaps.
        """
        if township is None:
            return frozenset()
        with self._database.writing() as connection:
            note(connection, township, self._database.clock())
        if not self._made or self._cadre is None:
            return frozenset()
        return self._mend(self._cadre, own=True) | self._mend(self._cadre, own=False)

    def _mend(self, cadre: bytes, *, own: bool) -> frozenset[str]:
        try:
            with self._database.work(cadre) as work:
                right = offset(work.session.connection())
                found = (work.session.get(*one) for one in self._made)
                theirs = (one for one in found if one and (one.created_by == cadre) is own)
                live = [one for one in theirs if one.deleted_at is None]
                mended = [_MENDS[type(one)](one, right) for one in live]
                return work.commit().kinds if any(mended) else frozenset()
        except WorldError:
            return frozenset()


def now(work: UnitOfWork) -> datetime:
    """The township's time, as far as this laptop knows it."""
    return true_time(work.session.connection(), work.clock())


def clocked(work: UnitOfWork) -> datetime | None:
    """What to keep beside the true time: what the laptop's clock said, when it was wrong."""
    return work.clock() if offset(work.session.connection()) else None


def _mend_report(found: Situation, right: timedelta) -> bool:
    if found.reported_at is None:
        return False
    said = found.clocked_at or found.reported_at
    if abs(said + right - found.reported_at) <= TOLERANCE:
        return False
    found.reported_at = said + right
    found.clocked_at = said if right else None
    return True


_MENDS: dict[type[Record], Callable[[Any, timedelta], bool]] = {
    Situation: _mend_report,
    WorkLog: work_clock.mend,
    Visit: work_clock.mend,
}
