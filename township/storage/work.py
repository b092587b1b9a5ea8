"""A unit of work: one user action, one transaction, one changeset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from township.errors import InvalidInput
from township.records import Household, Record, new_id
from township.storage import capture
from township.values import CHINA


@dataclass(frozen=True)
class Committed:
    """What a unit of work changed: views that show these kinds reload."""

    kinds: frozenset[str]
    dseq: int | None


class UnitOfWork:
    """Changes of one cadre that are committed together or not at all."""

    def __init__(self, session: Session, author: bytes, clock: Callable[[], datetime]) -> None:
        self.session = session
        self.author = author
        self.clock = clock
        self._deleted: list[Record] = []
        self._restored: list[Record] = []
        self._moved: list[Household] = []

    def today(self) -> date:
        """The day in China, by the laptop's clock."""
        return self.clock().astimezone(CHINA).date()

    def add(self, record: Record) -> None:
        """Keep a new record, which has its id from now on. Fields are checked at ``commit()``."""
        if record.id is None:
            record.id = new_id()
        self.session.add(record)

    def delete(self, record: Record) -> None:
        """Delete a record; a stub stays, and ``restore`` brings it back."""
        if record in self.session.new:
            self.session.expunge(record)
            return
        record.deleted_at = self.clock()
        self._deleted.append(record)

    def restore(self, record: Record) -> None:
        """Bring a deleted record back to life."""
        record.deleted_at = None
        self._restored.append(record)

    def move(self, home: Household, zone_id: bytes, group_id: bytes) -> None:
        """Move a household to another zone, with all that hangs on it; one in a unit of work."""
        home.zone_id, home.group_id = zone_id, group_id
        self._moved = [home]

    def commit(self) -> Committed:
        """Check, capture and commit. Raises InvalidInput or NotAllowed; then nothing is changed."""
        changed = [*self.session.new, *self.session.dirty]
        records = [record for record in changed if isinstance(record, Record)]
        _check(records)
        committed = capture.commit(
            self.session,
            self.author,
            self.clock(),
            records,
            self._deleted,
            self._restored,
            self._moved,
        )
        self._deleted, self._restored, self._moved = [], [], []
        return Committed(*committed)


def _check(records: list[Record]) -> None:
    problems = {
        name: problem
        for record in records
        if record.deleted_at is None
        for name, field in record.fields().items()
        if (problem := field.problem(getattr(record, name)))
    }
    if problems:
        raise InvalidInput(problems)
