"""What leaves the program as a spreadsheet: little at a time, masked, with a reason, and noted.

What is sensitive is never in it. Source: domain §7.1 (侵犯公民个人信息解释 art. 5), §7.3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.documents import MonthlyLedger
from township.records import AccessEntry, Cadre, Group, Household
from township.rules.permissions import Act, may
from township.rules.settings import Settings
from township.storage.database import Database
from township.usecases import ledger
from township.usecases.access import Noted, Reason, note, refuse, require
from township.usecases.household_rows import HouseholdRow, household_rows
from township.usecases.households import HouseholdFilter, household_ids
from township.usecases.paper_facts import township_name
from township.usecases.printing import masked_ledger, only, zone_ids_by_name
from township.usecases.township_settings import settings_of
from township.usecases.viewers import viewer_of

LIST, LEDGER = "household_list", "monthly_ledger"
"""What can be exported."""
_IN_A_LIST = ("household", "person", "special_group_member", "household_link", "visit", "need")
_KINDS = {LIST: _IN_A_LIST, LEDGER: (*_IN_A_LIST, "situation")}
"""Of which kinds of record it tells."""


@dataclass(frozen=True)
class HouseholdList:
    """户名册: what a list tells of some households."""

    township: str
    rows: tuple[HouseholdRow, ...]


def household_list(
    database: Database,
    cadre_id: bytes,
    wanted: HouseholdFilter,
    reason: Reason,
    settings: Settings | None = None,
) -> HouseholdList:
    """The households of a filter, in their order, for the cadre who exports them.

    Raises InvalidInput (reason not complete), and NotAllowed, which is noted: no right to
    export, or more households than one export may have.
    """
    require(reason)
    today = database.today()
    with database.reader() as session:
        ids = household_ids(session, wanted, today)
        zones = _zones_of(session, ids)
        noted = Noted("export", "household", None, LIST, only(zones), len(ids))
        _permit(database, session, cadre_id, noted, zones, settings)
        found = household_rows(session, ids, today, by=cadre_id)
        name = township_name(session)
    _note(database, cadre_id, noted, reason)
    return HouseholdList(name, tuple(found[one] for one in ids if one in found))


def monthly_ledger(
    database: Database,
    cadre_id: bytes,
    wanted: HouseholdFilter,
    month: tuple[int, int],
    reason: Reason,
    progress: ledger.Progress | None = None,
    settings: Settings | None = None,
) -> MonthlyLedger:
    """A month's ledger of a zone or one of its groups, for the cadre who exports it.

    Of the filter only zone and group count. Raises as ``household_list``.
    """
    require(reason)
    with database.reader() as session:
        place = _group(session, wanted)
        chosen = HouseholdFilter(zone_id=wanted.zone_id, group_id=wanted.group_id)
        ids = household_ids(session, chosen, database.today())
        zones = _zones_of(session, ids)
        noted = Noted("export", "household", None, LEDGER, only(zones), len(ids))
        _permit(database, session, cadre_id, noted, zones, settings)
        found = ledger.monthly_ledger(session, zones, *month, progress)
        masked = masked_ledger(found, viewer_of(session, cadre_id), zone_ids_by_name(session))
    _note(database, cadre_id, noted, reason)
    return masked if place is None else _of_group(masked, place)


def signature(database: Database, cadre_id: bytes, reason: Reason) -> tuple[str, datetime, str]:
    """Who exports, when and why, as it stands in the file."""
    with database.reader() as session:
        cadre = session.get(Cadre, cadre_id)
    why = "：".join(
        filter(None, (AccessEntry.field("reason").show(reason.code), reason.text.strip()))
    )
    return (cadre.name if cadre else ""), database.clock(), why


def may_export(roles: Iterable[str]) -> bool:
    """May somebody with these roles export anything?"""
    held = list(roles)
    return all(may(held, Act.EXPORT, kind) for kind in _KINDS[LIST])


def _permit(
    database: Database,
    session: Session,
    cadre_id: bytes,
    noted: Noted,
    zones: Collection[bytes],
    settings: Settings | None,
) -> None:
    viewer, kinds = viewer_of(session, cadre_id), _KINDS[noted.target_field or LIST]
    rights = [viewer.may(Act.EXPORT, kind, zone) for kind in kinds for zone in zones]
    rows, most = noted.rows or 0, (settings or settings_of(session)).export_rows
    if not (all(rights) and may_export(viewer.roles)):
        who = "、".join(ROLE.label(role) for role in ROLE if may_export([role]))
        text = f"您的角色不能导出这些户的资料。请由{who}办理（村书记限本责任区）。"
    elif rows > most:
        text = (
            f"这次要导出 {rows} 户，一次最多 {most} 户，没有导出。"
            "请先选责任区和小组，缩小范围后再导出。"
        )
    else:
        return
    raise refuse(database, cadre_id, text, noted)


def _note(database: Database, cadre_id: bytes, noted: Noted, reason: Reason) -> None:
    with database.work(cadre_id) as work:
        note(work, noted, reason)
        work.commit()


def _zones_of(session: Session, ids: Collection[bytes]) -> frozenset[bytes]:
    known = dict(session.execute(select(Household.id, Household.zone_id)).all())
    return frozenset(known[one] for one in ids if one in known)


def _group(session: Session, wanted: HouseholdFilter) -> str | None:
    group = session.get(Group, wanted.group_id) if wanted.group_id else None
    return group.name or "" if group else None


def _of_group(found: MonthlyLedger, group: str) -> MonthlyLedger:
    zones = (
        replace(zone, rows=tuple(row for row in zone.rows if row.group == group))
        for zone in found.zones
    )
    return replace(found, zones=tuple(zones), whole=False)
