"""孕情 as a service of the health centre to a woman who asked for it. Source: domain §7.4.

There is none until the security administrator designates a health worker for it. What is kept is
sealed to the health workers, and goes by itself when it has served its purpose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.changes import bucket
from township.records import AccessEntry, Cadre, SealedEntry, ServiceCount
from township.rules.sealed import CARE, FEW, care_ends
from township.rules.settings import Settings
from township.storage import tables
from township.storage.work import UnitOfWork
from township.usecases.designations import appointed
from township.usecases.sealed_matters import Matter
from township.values import CHINA

FEW_TEXT = f"<{FEW}"


def offered(session: Session, today: date) -> bool:
    """Does the township have this service?"""
    return any(one.holds(CARE, today) for one in appointed(session))


def ends_on(matter: Matter, settings: Settings) -> date | None:
    """The day from which on nothing of it may be kept; None for matters of other subjects."""
    if matter.first.subject != CARE:
        return None
    checked = [one.text.checked_on for one in matter.entries if one.text.checked_on]
    last = matter.last_at.astimezone(CHINA).date()
    act = matter.entries[-1].text.act
    closed = last if act == "closing" else None
    withdrawn = any(one.text.act == "withdrawn" for one in matter.entries)
    return care_ends(
        max(checked, default=None), closed, last, withdrawn=withdrawn, settings=settings
    )


def over(matters: Iterable[Matter], today: date, settings: Settings) -> list[Matter]:
    """The services of which nothing may be kept any more."""
    return [one for one in matters if (day := ends_on(one, settings)) is not None and day <= today]


def remove(work: UnitOfWork, matter: Matter) -> None:
    """Empty and delete this reader's copies, and say so in the access log; uncommitted."""
    name = work.session.scalar(select(Cadre.name).where(Cadre.id == work.author))
    copies = [copy for one in matter.entries for copy in one.copies]
    for copy in copies:
        found = work.session.get_one(SealedEntry, copy)
        found.sealed = None
        work.delete(found)
    kind = SealedEntry.kind()
    work.add(
        AccessEntry(
            who_name=name, act="purge", target_kind=kind, target_id=matter.id, row_count=len(copies)
        )
    )


def count_changes(session: Session, matters: Sequence[Matter]) -> list[tuple[bytes, int | None]]:
    """Zones whose published number is not what it should be: small ones are not told."""
    open_ = Counter(
        one.first.zone_id
        for one in matters
        if one.first.subject == CARE and not one.closed and one.first.zone_id
    )
    told = _told(session)
    held = set(session.scalars(select(tables.bucket_cursor.c.bucket)))
    wanted = {zone: number if number >= FEW else None for zone, number in open_.items()}
    zones = {*wanted, *told}
    return [
        (zone, wanted.get(zone))
        for zone in sorted(zones)
        if wanted.get(zone) != told.get(zone) and bucket(zone, ServiceCount.data_class) in held
    ]


def publish(work: UnitOfWork, changes: Sequence[tuple[bytes, int | None]]) -> None:
    """Write the numbers that zones may know; uncommitted."""
    for zone, number in changes:
        live = (ServiceCount.zone_id == zone, ServiceCount.deleted_at.is_(None))
        rows = work.session.scalars(select(ServiceCount).where(*live)).all()
        for one in rows:
            one.number = number
        if not rows:
            work.add(ServiceCount(zone_id=zone, number=number))


def told(session: Session, zones: Iterable[bytes]) -> str:
    """What the staff of zones may know: how many services are open, small numbers not."""
    known = _told(session)
    total = sum(known.get(zone) or 0 for zone in zones)
    return str(total) if total >= FEW else FEW_TEXT


def _told(session: Session) -> dict[bytes, int | None]:
    live = ServiceCount.deleted_at.is_(None)
    rows = session.execute(select(ServiceCount.zone_id, ServiceCount.number).where(live))
    return {row.zone_id: row.number for row in rows if row.zone_id}
