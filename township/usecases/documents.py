"""What printed documents say, gathered from the records."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import POLICY
from township.documents import MonthlyLedger, ReportedNeed, ReportedSituation, VisitReport
from township.errors import NotAllowed, NotFound
from township.records import (
    Group,
    Household,
    Need,
    Person,
    Record,
    Situation,
    SpecialGroupMember,
    Visit,
    WorkLog,
    Zone,
)
from township.rules.permissions import Act, may
from township.rules.refusals import refusal
from township.storage.roles import roles_of
from township.usecases import ledger
from township.usecases.ledger import Progress, Zones
from township.usecases.paper_facts import (
    cadre_names,
    persons_of,
    special_groups_of,
    township_name,
)


def monthly_ledger(
    session: Session,
    zone_ids: Zones,
    year: int,
    month: int,
    progress: Progress | None = None,
    *,
    by: bytes,
) -> MonthlyLedger:
    """The ledger of a month, for the cadre who prints it; see ``ledger``. Raises NotAllowed."""
    _permit(session, by, "household")
    return ledger.monthly_ledger(session, zone_ids, year, month, progress)


def visit_report(session: Session, visit_id: bytes, *, by: bytes) -> VisitReport:
    """The report of one visit, for the cadre who prints it. Raises NotFound, NotAllowed.

    Persons and special groups are those of the day of the visit.
    """
    _permit(session, by, "visit")
    visit = session.get(Visit, visit_id)
    household = session.get(Household, visit.household_id) if visit else None
    if visit is None or visit.deleted_at is not None or household is None:
        raise NotFound("这次走访的记录不在本机，可能已被删除。")
    day, home = visit.visited_on, household.id
    names = cadre_names(session)
    persons = persons_of(session, day, Person.household_id == home)
    return VisitReport(
        township=township_name(session),
        zone=_name(session, Zone, visit.zone_id),
        group=_name(session, Group, household.group_id),
        household_no=household.no or "",
        head=_name(session, Person, household.head_person_id),
        persons=persons.get(home, 0),
        special_groups=_special_groups(session, visit),
        visited_on=day,
        session=visit.shown("session"),
        way=visit.shown("way"),
        purpose=visit.shown("purpose"),
        cadres=_cadres(session, visit, names),
        resident_present=visit.resident_present,
        carry_over=visit.carry_over or "",
        talk=visit.talk or "",
        policies=tuple(map(POLICY.label, visit.policies_told)),
        needs=_needs(session, visit, names),
        situations=_situations(session, visit),
        resident_view=visit.shown("resident_ok"),
        next_visit_on=visit.next_visit_on,
    )


def _permit(session: Session, cadre_id: bytes, kind: str) -> None:
    """Nobody judges a print later: who is unknown here prints nothing. Raises NotAllowed."""
    roles = roles_of(session, cadre_id) or frozenset()
    if not may(roles, Act.PRINT, kind):
        raise NotAllowed(refusal(roles, Act.PRINT, kind))


def _name(session: Session, kind: type[Record], record: bytes | None) -> str:
    found = session.get(kind, record) if record else None
    return found.shown("name") if found else ""


def _special_groups(session: Session, visit: Visit) -> tuple[str, ...]:
    day, home = visit.visited_on, visit.household_id
    found = special_groups_of(session, day, day, SpecialGroupMember.household_id == home)
    return found.get(home, ())


def _cadres(session: Session, visit: Visit, names: dict[bytes, str]) -> tuple[str, ...]:
    """The visitor, then those who came along."""
    log = session.get(WorkLog, visit.work_log_id)
    visitor = log.cadre_id if log else visit.created_by
    together = [visitor, *visit.companions]
    return tuple(names[cadre] for cadre in together if cadre in names)


def _needs(session: Session, visit: Visit, names: dict[bytes, str]) -> tuple[ReportedNeed, ...]:
    found = session.scalars(
        select(Need).where(Need.visit_id == visit.id, Need.deleted_at.is_(None)).order_by(Need.no)
    )
    return tuple(
        ReportedNeed(
            no=need.no or "",
            topic=need.shown("topic"),
            text=need.text or "",
            need_class=need.shown("need_class"),
            owner=names.get(need.owner_point or b"", ""),
            due_on=need.due_on,
            result=need.shown("result"),
        )
        for need in found
    )


def _situations(session: Session, visit: Visit) -> tuple[ReportedSituation, ...]:
    found = session.scalars(
        select(Situation)
        .where(Situation.visit_id == visit.id, Situation.deleted_at.is_(None))
        .order_by(Situation.no)
    )
    return tuple(
        ReportedSituation(
            no=situation.no or "",
            kind=situation.shown("situation_kind"),
            level=situation.shown("level"),
            summary=situation.summary or "",
            first_action=situation.first_action or "",
        )
        for situation in found
    )
