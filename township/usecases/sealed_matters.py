"""Reading sealed matters on a designated person's laptop: opened in memory, nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import AccessEntry, Cadre, Designation, SealedEntry
from township.rules.sealed import RESERVE
from township.storage.work import UnitOfWork
from township.usecases import sealed_text
from township.usecases.sealed_text import SealedText


@dataclass(frozen=True)
class MatterEntry:
    """One entry. ``passed_by`` names who sealed it anew for this reader, None: its author did.

    ``strange``: whoever passed it on was never designated for it, so that its author may not have
    written it at all. ``differs``: another copy of the same entry says something else; the
    author's own is shown.
    """

    text: SealedText
    body: bytes
    devices: frozenset[int]
    copies: tuple[bytes, ...]
    passed_by: str | None = None
    strange: bool = False
    differs: bool = False


@dataclass(frozen=True)
class Matter:
    """All entries of a matter that this reader has, in the order in which they were written."""

    entries: Sequence[MatterEntry]

    @property
    def first(self) -> SealedText:
        """Its beginning, as far as it is here."""
        return self.entries[0].text

    @property
    def id(self) -> bytes:
        return self.first.matter

    @property
    def recused(self) -> frozenset[bytes]:
        """The cadres whom its entries complain about."""
        return frozenset(cadre for one in self.entries for cadre in one.text.accused)

    @property
    def closed(self) -> bool:
        """Does its last entry close it?"""
        return self.entries[-1].text.act in ("closing", "withdrawn")

    @property
    def last_at(self) -> datetime:
        return self.entries[-1].text.written_at


@dataclass(frozen=True)
class Note:
    """Somebody left the circle, and these laptops of his have let entries go."""

    id: bytes
    entries: tuple[bytes, ...]
    devices: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """All matters of one reader, the newest first; ``elsewhere`` counts copies that only another
    laptop of his opens. ``notes`` are for his program only."""

    matters: Sequence[Matter] = ()
    elsewhere: int = 0
    notes: Sequence[Note] = ()

    def find(self, matter: bytes) -> Matter | None:
        """The matter with this id."""
        return next((one for one in self.matters if one.id == matter), None)


@dataclass
class _Found:
    body: bytes
    text: SealedText
    devices: set[int]
    copies: list[bytes] = field(default_factory=list)
    passed_by: bytes | None = None
    differs: bool = False


def read(session: Session, reader: bytes) -> Reading:
    """Open everything that is sealed to this cadre and this laptop."""
    c = SealedEntry
    privates = sealed_text.private_keys(session)
    found: dict[bytes, _Found] = {}
    notes: list[Note] = []
    elsewhere = 0
    question = select(c.id, c.sealed, c.created_by).where(
        c.reader_id == reader, c.deleted_at.is_(None), c.sealed.is_not(None)
    )
    for row in session.execute(question.order_by(c.id)):
        opened = sealed_text.unseal(row.sealed, privates)
        if opened is None:
            elsewhere += 1
            continue
        if opened.gone:
            notes.append(Note(row.id, opened.gone, opened.devices))
            continue
        try:
            text = opened.text()
        except msgspec.DecodeError:
            elsewhere += 1
            continue
        _take_in(found, text, opened, row.id, row.created_by)
    passers = {one.passed_by for one in found.values() if one.passed_by}
    return Reading(_matters(found, _passers(session, passers)), elsewhere, notes)


def note_opened(work: UnitOfWork, matter: Matter, act: str = "open_sealed") -> None:
    """Write into the access log that the author opened (or printed) a matter; uncommitted."""
    name = work.session.scalar(select(Cadre.name).where(Cadre.id == work.author))
    kind = SealedEntry.kind()
    work.add(AccessEntry(who_name=name, act=act, target_kind=kind, target_id=matter.id))


def _take_in(
    found: dict[bytes, _Found], text: SealedText, opened: sealed_text.Opened, copy: bytes, by: bytes
) -> None:
    """Several copies of an entry are one; the one that its author sealed counts."""
    passed_by = None if by == text.author else by
    one = found.get(text.entry)
    if one is None:
        found[text.entry] = one = _Found(opened.body, text, set(), passed_by=passed_by)
    elif one.body != opened.body:
        one.differs = True
    if one.passed_by is not None and passed_by is None:
        one.body, one.text, one.passed_by = opened.body, text, None
    one.devices.update(opened.devices)
    one.copies.append(copy)


def _passers(session: Session, cadres: set[bytes]) -> dict[bytes, tuple[str, set[str]]]:
    """The names of those who passed entries on, and for what each was ever designated."""
    if not cadres:
        return {}
    names = session.execute(select(Cadre.id, Cadre.name).where(Cadre.id.in_(cadres)))
    found: dict[bytes, tuple[str, set[str]]] = {row.id: (row.name or "", set()) for row in names}
    for one in session.scalars(select(Designation).where(Designation.cadre_id.in_(cadres))):
        found.setdefault(one.cadre_id, ("", set()))[1].add(one.subject)
    return found


def _matters(
    found: dict[bytes, _Found], passers: dict[bytes, tuple[str, set[str]]]
) -> list[Matter]:
    grouped: dict[bytes, list[MatterEntry]] = {}
    for one in found.values():
        name, subjects = passers.get(one.passed_by or b"", ("", set()))
        entry = MatterEntry(
            one.text,
            one.body,
            frozenset(one.devices),
            tuple(one.copies),
            name if one.passed_by else None,
            bool(one.passed_by) and not subjects & {one.text.subject, RESERVE},
            one.differs,
        )
        grouped.setdefault(one.text.matter, []).append(entry)
    matters = [Matter(sorted(entries, key=_order)) for entries in grouped.values()]
    return sorted(matters, key=lambda one: one.last_at, reverse=True)


def _order(one: MatterEntry) -> tuple[bool, datetime, bytes]:
    """The first entry leads, whatever the laptops' clocks say."""
    return one.text.act != "report", one.text.written_at, one.text.entry
