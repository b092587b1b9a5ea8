"""When the circle of readers changes: a reader's laptop seals what it can read for newcomers.

Nobody else can: the township has ciphertext only. It happens after a sync, for the person who
works on the laptop. Whoever reads no longer passes everything on first, then his copies go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from township.errors import NotAllowed
from township.records import AccessEntry, Cadre, SealedEntry, SealingKey
from township.rules.sealed import CARE, Appointed, Circle, Key, circle
from township.storage import tables
from township.storage.database import Database
from township.storage.work import UnitOfWork
from township.usecases import care, designations, sealed_matters
from township.usecases.sealed_entries import copy_for, note_for
from township.usecases.sealed_matters import Matter, MatterEntry, Note, Reading
from township.usecases.township_settings import settings_of

TOGETHER = 20
"""Entries that are passed on in one changeset."""
AGAIN = 3
"""Times that a laptop may let an entry go and be given it anew: by its clock it may be no reader's
while others take it for one."""
_RECUSED = "密件涉及的干部已回避，没有转交"


@dataclass(frozen=True)
class _Due:
    """An entry that some laptops of its readers lack."""

    entry: MatterEntry
    lacking: tuple[Key, ...]
    having: frozenset[int]
    """Laptops of the present circle that do not lack it; not this one, if it is to let it go."""
    recused: tuple[int, ...] = ()
    """Laptops of recused persons that are not given it; noted once for a matter."""


@dataclass(frozen=True)
class _Over:
    """An entry of which the reader's copies may go, and who has it now."""

    entry: MatterEntry
    readers: Mapping[bytes, tuple[Key, ...]]


def pass_on(database: Database, reader: bytes) -> int:
    """Do what a changed circle calls for; returns how many changesets were written.

    Writes nothing when this cadre may write nothing any more. Raises WorldError.
    """
    with database.reader() as session:
        reading = sealed_matters.read(session, reader)
        news = _unheard(session, reading)
    if news:
        with database.writing() as connection:
            _hear(connection, news)
    with database.reader() as session:
        found = _look(session, reader, reading, database)
    if found.gone:
        with database.writing() as connection:
            _forget(connection, found.gone)
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
    come to their end, numbers of services to publish, and who is seen outside of a circle: entry
    and laptop."""

    due: list[_Due]
    over: list[_Over]
    ended: list[Matter]
    counts: list[tuple[bytes, int | None]]
    gone: list[tuple[bytes, int]]


def _look(session: Session, reader: bytes, reading: Reading, database: Database) -> _Found:
    today = database.today()
    ended = care.over(reading.matters, today, settings_of(session))
    going = [one for one in reading.matters if one not in ended]
    counts = care.count_changes(session, going) if _serves(session, reader, today) else []
    if not going:
        return _Found([], [], ended, counts, [])
    appointed, keys = designations.appointed(session), designations.keys(session)
    holding = _Holding(session, reading)
    quiet = _all_taken(session)
    due: list[_Due] = []
    over: list[_Over] = []
    for matter in going:
        found = circle(matter.first.subject, matter.recused, appointed, keys, today)
        lacks = list(_lacking(matter, found, keys, holding))
        due += [one for one in lacks if one.lacking or one.recused]
        if not lacks and quiet and _may_go(reader, found, appointed, today):
            over += [_Over(one, found.readers) for one in matter.entries]
    return _Found(due, over, ended, counts, holding.gone)


class _Holding:
    """Which laptops have an entry, as far as this one knows.

    Who leaves a circle lets his copies go. What is said of a laptop inside the seals, and what was
    passed on from here, counts until it is heard to have done so, or is seen outside: it may have
    done so since, and what it says of that may not have come yet.
    """

    def __init__(self, session: Session, reading: Reading) -> None:
        told = (
            (e, device) for note in reading.notes for e in note.entries for device in note.devices
        )
        self._let_go = Counter(told)
        self._own = designations.device_number(session)
        self._passed = _marks(session, tables.sealed_passed)
        self._lapsed = _marks(session, tables.sealed_lapsed)
        self.gone: list[tuple[bytes, int]] = []

    def of(self, one: MatterEntry, inside: set[int]) -> frozenset[int]:
        """Laptops with this entry; ``inside`` are those whose having it stays known."""
        entry = one.text.entry
        told = (one.devices - self._lapsed.get(entry, set())) | self._passed.get(entry, set())
        self.gone += [(entry, device) for device in sorted(told - inside) if device != self._own]
        return frozenset(told & inside) | ({self._own} if self._own else frozenset())

    def takes(self, one: MatterEntry, device: int) -> bool:
        """Is an entry that this laptop lacks to be passed on to it?"""
        return self._let_go[one.text.entry, device] < AGAIN


def _serves(session: Session, reader: bytes, today: date) -> bool:
    """Is this a health worker who is designated for the service, and so knows all of it?"""
    named = designations.appointed(session)
    return any(one.cadre == reader and one.holds(CARE, today) for one in named)


def _lacking(matter: Matter, found: Circle, keys: list[Key], holding: _Holding) -> Iterator[_Due]:
    kept_out = {key.device for key in keys if key.cadre in found.recused}
    readers = {key.device for key in found.keys}
    for at, one in enumerate(matter.entries):
        done = holding.of(one, readers | kept_out)
        lacking = tuple(key for key in found.keys if key.device not in done)
        recused = tuple(sorted(kept_out - done)) if at == 0 else ()
        if lacking or recused:
            given = tuple(key for key in lacking if holding.takes(one, key.device))
            yield _Due(one, given, done & readers, recused)


def _may_go(reader: bytes, found: Circle, appointed: list[Appointed], today: date) -> bool:
    """Has the reader been designated for this once, and do others have it now?

    Not if he is to read from a later day on: the others may take that day for come, as their clocks
    are right and his is not, and rely on his copies.
    """
    mine = [one for one in appointed if one.cadre == reader]
    later = any(one.from_on is not None and one.from_on > today for one in mine)
    inside = reader in found.readers or reader in found.without_key
    return bool(mine) and not later and bool(found.readers) and not inside


def _marks(session: Session, table: Table) -> dict[bytes, set[int]]:
    found: dict[bytes, set[int]] = {}
    for row in session.execute(select(table)):
        found.setdefault(row.entry, set()).add(row.device)
    return found


def _forget(connection: Connection, gone: Sequence[tuple[bytes, int]]) -> None:
    """These laptops may have let these entries go."""
    rows = [{"entry": entry, "device": device} for entry, device in gone]
    connection.execute(insert(tables.sealed_lapsed).on_conflict_do_nothing(), rows)
    c = tables.sealed_passed.c
    for entry, device in gone:
        connection.execute(delete(tables.sealed_passed).where(c.entry == entry, c.device == device))


def _all_taken(session: Session) -> bool:
    """Has the township taken all sealed entries of this laptop?"""
    c = tables.changeset.c
    held = func.instr(c.ops, SealedEntry.kind().encode()) > 0
    open_ = c.state.in_(("pending", "quarantined", "rejected"))
    return session.scalar(select(func.count()).where(open_, held)) == 0


def _pass(work: UnitOfWork, due: Sequence[_Due]) -> None:
    for one in due:
        devices = one.having | {key.device for key in one.lacking}
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


def _withdraw(work: UnitOfWork, entries: Sequence[_Over]) -> None:
    """Empty and delete the reader's copies: the stub that stays holds no bytes.

    The others hear of it: inside their seals it says that he has them.
    """
    told: dict[bytes, tuple[tuple[Key, ...], list[bytes]]] = {}
    for one in entries:
        for copy in one.entry.copies:
            found = work.session.get_one(SealedEntry, copy)
            found.sealed = None
            work.delete(found)
        for reader, keys in one.readers.items():
            told.setdefault(reader, (keys, []))[1].append(one.entry.text.entry)
    devices = _laptops_of(work)
    for reader, (keys, gone) in told.items():
        work.add(note_for(reader, gone, keys, devices))


def _laptops_of(work: UnitOfWork) -> set[int]:
    """All laptops that the author of this work has ever had here."""
    own = designations.device_number(work.session)
    c = SealingKey.device_number
    named = work.session.scalars(select(c).where(SealingKey.cadre_id == work.author)).all()
    return {*named, *([own] if own else [])}


def _unheard(session: Session, reading: Reading) -> list[Note]:
    if not reading.notes:
        return []
    heard = set(session.scalars(select(tables.sealed_heard.c.note)))
    return [note for note in reading.notes if note.id not in heard]


def _hear(connection: Connection, news: Sequence[Note]) -> None:
    """Once only: it may be passed on to these laptops again."""
    _forget(
        connection, [(e, device) for one in news for e in one.entries for device in one.devices]
    )
    rows = [{"note": one.id} for one in news]
    connection.execute(insert(tables.sealed_heard).on_conflict_do_nothing(), rows)
