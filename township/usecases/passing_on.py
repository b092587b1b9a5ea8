"""When the circle of readers changes: a reader's laptop seals what it can read for newcomers.

Nobody else can: the township has ciphertext only. It happens after a sync, for the person who
works on the laptop. Whoever reads no longer passes everything on first, then his copies go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from township.errors import NotAllowed
from township.records import AccessEntry, Cadre, SealedEntry
from township.rules.sealed import CARE, Appointed, Circle, Key, circle
from township.storage import tables
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import care, designations, sealed_matters
from township.usecases.sealed_entries import copy_for
from township.usecases.sealed_matters import Matter, MatterEntry
from township.usecases.township_settings import settings_of

TOGETHER = 20
"""Entries that are passed on in one changeset."""
_RECUSED = "密件涉及的干部已回避，没有转交"


@dataclass(frozen=True)
class _Due:
    """An entry that some laptops of its readers lack."""

    entry: MatterEntry
    lacking: tuple[Key, ...]
    recused: tuple[int, ...] = ()
    """Laptops of recused persons that are not given it; noted once for a matter."""


def pass_on(database: Database, reader: bytes) -> int:
    """Do what a changed circle calls for; returns how many changesets were written.

    Writes nothing when this cadre may write nothing any more. Raises WorldError.
    """
    with database.reader() as session:
        found = _look(session, reader, database)
    jobs: list[Callable[[UnitOfWork], None]] = []
    jobs += [partial(care.remove, matter=one) for one in found.ended]
    jobs += [partial(care.publish, changes=found.counts)] if found.counts else []
    jobs += [partial(_pass, due=part) for part in _parts(found.due)]
    jobs += [partial(_withdraw, entries=part) for part in _parts(found.over)]
    written = 0
    for job in jobs:
        try:
            with database.work(reader) as work:
                job(work)
                written += int(work.commit().dseq is not None)
        except NotAllowed:  # the township took this cadre's roles; what he has stays as it is
            break
    return written


T = TypeVar("T")


def _parts(all_: Sequence[T]) -> Iterator[Sequence[T]]:
    return (all_[at : at + TOGETHER] for at in range(0, len(all_), TOGETHER))


class _Found(NamedTuple):
    """What is to be passed on, entries of which the reader's copies may go, services that have
    come to their end, and numbers of services to publish."""

    due: list[_Due]
    over: list[MatterEntry]
    ended: list[Matter]
    counts: list[tuple[bytes, int | None]]


def _look(session: Session, reader: bytes, database: Database) -> _Found:
    reading = sealed_matters.read(session, reader)
    today = database.today()
    ended = care.over(reading.matters, today, settings_of(session))
    going = [one for one in reading.matters if one not in ended]
    counts = care.count_changes(session, going) if _serves(session, reader, today) else []
    if not going:
        return _Found([], [], ended, counts)
    appointed, keys = designations.appointed(session), designations.keys(session)
    passed = _passed(session)
    quiet = _all_taken(session)
    due: list[_Due] = []
    over: list[MatterEntry] = []
    for matter in going:
        found = circle(matter.first.subject, matter.recused, appointed, keys, today)
        lacks = list(_lacking(matter, found, keys, passed))
        due += lacks
        if not lacks and quiet and _may_go(reader, found, appointed):
            over += matter.entries
    return _Found(due, over, ended, counts)


def _serves(session: Session, reader: bytes, today: date) -> bool:
    """Is this a health worker who is designated for the service, and so knows all of it?"""
    named = designations.appointed(session)
    return any(one.cadre == reader and one.holds(CARE, today) for one in named)


def _lacking(
    matter: Matter, found: Circle, keys: list[Key], passed: dict[bytes, set[int]]
) -> Iterator[_Due]:
    kept_out = {key.device for key in keys if key.cadre in found.recused}
    for at, one in enumerate(matter.entries):
        done = one.devices | passed.get(one.text.entry, set())
        lacking = tuple(key for key in found.keys if key.device not in done)
        recused = tuple(sorted(kept_out - done)) if at == 0 else ()
        if lacking or recused:
            yield _Due(one, lacking, recused)


def _may_go(reader: bytes, found: Circle, appointed: list[Appointed]) -> bool:
    """Has the reader been designated for this once, and do others have it now?"""
    once = any(one.cadre == reader for one in appointed)
    return once and bool(found.readers) and reader not in {*found.readers, *found.without_key}


def _passed(session: Session) -> dict[bytes, set[int]]:
    found: dict[bytes, set[int]] = {}
    for row in session.execute(select(tables.sealed_passed)):
        found.setdefault(row.entry, set()).add(row.device)
    return found


def _all_taken(session: Session) -> bool:
    """Has the township taken all sealed entries of this laptop?"""
    c = tables.changeset.c
    held = func.instr(c.ops, SealedEntry.kind().encode()) > 0
    open_ = c.state.in_(("pending", "quarantined", "rejected"))
    return session.scalar(select(func.count()).where(open_, held)) == 0


def _pass(work: UnitOfWork, due: Sequence[_Due]) -> None:
    for one in due:
        devices = one.entry.devices | {key.device for key in one.lacking}
        for reader in dict.fromkeys(key.cadre for key in one.lacking):
            keys = [key for key in one.lacking if key.cadre == reader]
            work.add(copy_for(reader, one.entry.body, keys, devices))
        if one.recused:
            work.add(_kept_out(work))
        marks = [*(key.device for key in one.lacking), *one.recused]
        _note(work.session.connection(), one.entry.text.entry, marks)


def _kept_out(work: UnitOfWork) -> AccessEntry:
    """The log says that somebody was kept out, not who and of what."""
    name = work.session.scalar(select(Cadre.name).where(Cadre.id == work.author))
    return AccessEntry(
        who_name=name, act="refused", target_kind=SealedEntry.kind(), reason_text=_RECUSED
    )


def _note(connection: Connection, entry: bytes, devices: list[int]) -> None:
    rows = [{"entry": entry, "device": device} for device in devices]
    connection.execute(insert(tables.sealed_passed).on_conflict_do_nothing(), rows)


def _withdraw(work: UnitOfWork, entries: Sequence[MatterEntry]) -> None:
    """Empty and delete the reader's copies: the stub that stays holds no bytes."""
    for one in entries:
        for copy in one.copies:
            found = work.session.get_one(SealedEntry, copy)
            found.sealed = None
            work.delete(found)
