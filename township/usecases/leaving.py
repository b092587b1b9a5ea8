"""离开这台电脑: what somebody would lose whose data are removed, and removing them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.errors import NotAllowed
from township.storage import backup, persons, tables
from township.storage.database import Database
from township.storage.persons import Person, Persons
from township.usecases.photos import photo_queue
from township.usecases.syncing import sync_state


@dataclass(frozen=True)
class Unsent:
    """What is on this laptop only: counts."""

    changes: int
    refused: int
    photos: int
    drafts: int

    def __bool__(self) -> bool:
        return bool(self.changes or self.refused or self.photos or self.drafts)

    def in_words(self) -> str:
        """For people; empty when there is nothing."""
        parts = (
            (self.changes, "{} 次改动没有上报"),
            (self.refused, "{} 次改动镇里没有接收"),
            (self.photos, "{} 张照片没有上传"),
            (self.drafts, "{} 份没填完的草稿"),
        )
        return "、".join(text.format(count) for count, text in parts if count)


def unsent(session: Session) -> Unsent:
    """What the township does not have."""
    state, queue = sync_state(session), photo_queue(session)
    drafts = session.scalar(select(func.count()).select_from(tables.draft)) or 0
    return Unsent(state.waiting, state.refused, queue.out + queue.refused, drafts)


def leave(everybody: Persons, person: Person, key: bytes, place: Path | None = None) -> Path | None:
    """Remove somebody's data from this computer; nobody may have them open.

    What the township does not have is first put into ``place`` as an encrypted backup, which is
    returned. Raises NotAllowed when there is such work and no place, and other WorldErrors; then
    nothing is removed.
    """
    database = Database.open(person.folder.database, key)
    try:
        with database.reader() as session:
            left = unsent(session)
        if left and place is None:
            raise NotAllowed(
                f"还有 {left.in_words()}，只在这台电脑上，没有移除。"
                "请先同步；不能同步时，先选一个地方存一份加密备份。"
            )
        kept = None
        if place is not None:
            made = backup.make(database, person.folder.backups, reason="leaving")
            kept = persons.copy_to(person, made, place)
    finally:
        database.close()
    backup.alone(person.folder.database, key)
    everybody.remove(person)
    return kept
