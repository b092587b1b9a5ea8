"""Papers as they leave the printer: masked, or with a reason in full, which is noted first.

Source: domain §6 (masked by default, unmasked prints need a reason), §7.3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.documents import (
    LedgerNeed,
    LedgerRow,
    MonthlyLedger,
    ReportedNeed,
    ReportedSituation,
    VisitReport,
    ZoneLedger,
)
from township.errors import NotAllowed
from township.masks import masked_text
from township.records import Household, Visit, Zone
from township.rules.permissions import Act
from township.rules.viewing import Viewer
from township.storage.database import Database
from township.usecases import documents
from township.usecases.access import Noted, Reason, not_allowed, note, refuse, require
from township.usecases.ledger import Progress
from township.usecases.viewers import viewer_of

Paper = TypeVar("Paper", VisitReport, MonthlyLedger)


def visit_report(
    database: Database, cadre_id: bytes, visit_id: bytes, reason: Reason | None = None
) -> VisitReport:
    """The report of one visit for the cadre who prints it; in full when a reason is given.

    In full it also has the household's address and telephone number. Raises NotFound,
    InvalidInput (reason not complete), and NotAllowed, which is noted.
    """
    with database.reader() as session:
        visit = session.get(Visit, visit_id)
        home = session.get(Household, visit.household_id) if visit else None
        noted = Noted("print", "visit", visit_id, None, visit.zone_id if visit else None, 1)
        viewer = viewer_of(session, cadre_id)

        def make() -> VisitReport:
            return documents.visit_report(session, visit_id, by=cadre_id)

        found = _permitted(database, cadre_id, noted, make)
    zone = visit.zone_id if visit else None
    if reason is None or home is None:
        return _masked_report(found, viewer, zone)
    _give(database, cadre_id, viewer, reason, noted, [zone])
    return replace(found, clear=True, address=home.address or "", phone=home.phone or "")


def monthly_ledger(
    database: Database,
    cadre_id: bytes,
    zones: Collection[bytes] | None,
    year: int,
    month: int,
    progress: Progress | None = None,
    reason: Reason | None = None,
) -> MonthlyLedger:
    """A month's ledger for the cadre who prints it; in full when a reason is given.

    In full it also has the households' telephone numbers. Raises as ``visit_report``.
    """
    with database.reader() as session:
        viewer = viewer_of(session, cadre_id)
        noted = Noted("print", "household", None, f"{year}-{month:02}", only(zones))

        def make() -> MonthlyLedger:
            return documents.monthly_ledger(session, zones, year, month, progress, by=cadre_id)

        found = _permitted(database, cadre_id, noted, make)
        ids = zone_ids_by_name(session)
        phones = _phones(session) if reason else {}
    if reason is None:
        return masked_ledger(found, viewer, ids)
    rows = sum(len(zone.rows) for zone in found.zones)
    shown = [ids[zone.zone] for zone in found.zones]
    _give(database, cadre_id, viewer, reason, replace(noted, rows=rows), shown)
    return replace(found, clear=True, zones=tuple(_with_phones(z, phones) for z in found.zones))


def masked_ledger(
    found: MonthlyLedger, viewer: Viewer, zone_ids: dict[str, bytes]
) -> MonthlyLedger:
    """A ledger with names as this viewer sees them, and no numbers of persons in its texts."""
    zones = (
        replace(
            zone, rows=tuple(_masked_row(row, viewer, zone_ids.get(zone.zone)) for row in zone.rows)
        )
        for zone in found.zones
    )
    return replace(found, zones=tuple(zones))


def only(zones: Collection[bytes] | None) -> bytes | None:
    """The zone, when it is one."""
    return next(iter(zones)) if zones is not None and len(zones) == 1 else None


def _permitted(
    database: Database, cadre_id: bytes, noted: Noted, make: Callable[[], Paper]
) -> Paper:
    try:
        return make()
    except NotAllowed as error:
        raise refuse(database, cadre_id, str(error), noted) from error


def _give(
    database: Database,
    cadre_id: bytes,
    viewer: Viewer,
    reason: Reason,
    noted: Noted,
    zones: Collection[bytes | None],
) -> None:
    """Note that a paper in full is made. Raises InvalidInput, and NotAllowed, which is noted."""
    require(reason)
    if not all(viewer.may(Act.UNMASK, "household", zone) for zone in zones):
        raise refuse(database, cadre_id, not_allowed("household"), noted)
    with database.work(cadre_id) as work:
        note(work, noted, reason)
        work.commit()


def _masked_report(found: VisitReport, viewer: Viewer, zone: bytes | None) -> VisitReport:
    return replace(
        found,
        head=viewer.name(found.head, zone),
        carry_over=masked_text(found.carry_over),
        talk=masked_text(found.talk),
        needs=tuple(map(_masked_need, found.needs)),
        situations=tuple(map(_masked_situation, found.situations)),
    )


def _masked_need(need: ReportedNeed) -> ReportedNeed:
    return replace(need, text=masked_text(need.text))


def _masked_situation(one: ReportedSituation) -> ReportedSituation:
    return replace(
        one, summary=masked_text(one.summary), first_action=masked_text(one.first_action)
    )


def _masked_row(row: LedgerRow, viewer: Viewer, zone: bytes | None) -> LedgerRow:
    head = viewer.name(row.head, zone)
    if not row.findings and not row.needs:
        return row if head == row.head else replace(row, head=head)
    return replace(
        row,
        head=head,
        findings=tuple((day, masked_text(text)) for day, text in row.findings),
        needs=tuple(map(_masked_ledger_need, row.needs)),
    )


def _masked_ledger_need(need: LedgerNeed) -> LedgerNeed:
    return replace(need, text=masked_text(need.text), measure=masked_text(need.measure))


def zone_ids_by_name(session: Session) -> dict[str, bytes]:
    """The zones by their names, which are unique."""
    return dict(session.execute(select(Zone.name, Zone.id).where(Zone.deleted_at.is_(None))).all())


def _phones(session: Session) -> dict[tuple[str, str], str]:
    """Telephone numbers by zone and number of the household; several where a number is doubled."""
    found: dict[tuple[str, str], str] = {}
    rows = session.execute(
        select(Zone.name, Household.no, Household.phone)
        .join(Zone, Zone.id == Household.zone_id)
        .where(Household.deleted_at.is_(None), Household.phone.is_not(None))
    )
    for zone, no, phone in rows:
        found[zone, no or ""] = "\n".join(filter(None, (found.get((zone, no or "")), phone)))
    return found


def _with_phones(zone: ZoneLedger, phones: dict[tuple[str, str], str]) -> ZoneLedger:
    rows = (replace(r, phone=phones.get((zone.zone, r.household_no), "")) for r in zone.rows)
    return replace(zone, rows=tuple(rows))
