"""Looking at what is masked outside its record: both sides of a conflict, own work on its way."""

from __future__ import annotations

from township.rules.permissions import Act, may
from township.storage.database import Database
from township.usecases import own_work, syncing
from township.usecases.access import (
    Noted,
    Reason,
    Target,
    count_look,
    living,
    may_unmask,
    not_allowed,
    note,
    refuse,
    require,
    zone_of,
)
from township.usecases.own_work import Typed
from township.usecases.syncing import OpenConflict
from township.usecases.viewers import viewer_of


def unmask_conflict(
    database: Database, cadre_id: bytes, conflict_id: bytes, reason: Reason
) -> OpenConflict:
    """Note the look, then give the conflict with both values in full.

    Raises InvalidInput (reason not complete), NotFound, and NotAllowed, which is noted too.
    """
    require(reason)
    with database.reader() as session:
        conflict = syncing.open_conflict(session, conflict_id)
        target = Target(conflict.target_kind, conflict.target_id, conflict.field_name or "")
        record = living(session, target)
        allowed = may_unmask(viewer_of(session, cadre_id), record, cadre_id)
        found = syncing.in_full(session, conflict_id)
        noted = Noted("unmask", target.kind, target.id, target.field, zone_of(record), 1)
    if not allowed:
        raise refuse(database, cadre_id, not_allowed(target.kind), noted)
    _note(database, cadre_id, [noted], reason)
    return found


def unmask_typed(
    database: Database, cadre_id: bytes, place: tuple[int, int], reason: Reason
) -> list[Typed]:
    """Note the look at each masked field, then give what was typed in one go in full.

    Who typed it may read it again; others need the right to look. Raises as ``unmask_conflict``.
    """
    require(reason)
    with database.reader() as session:
        masked = [one for typed in own_work.content(session, *place) for one in typed.masked]
        own = own_work.author_of(session, *place) == cadre_id
        roles = viewer_of(session, cadre_id).roles
        found = own_work.content(session, *place, clear=True)
    noted = [Noted("unmask", one.kind, one.id, one.field, rows=1) for one in masked]
    for target, one in zip(masked, noted, strict=True):
        if not own and not may(roles, Act.UNMASK, target.kind):
            raise refuse(database, cadre_id, not_allowed(target.kind), one)
    _note(database, cadre_id, noted, reason)
    return found


def _note(database: Database, cadre_id: bytes, noted: list[Noted], reason: Reason) -> None:
    with database.work(cadre_id) as work:
        for one in noted:
            note(work, one, reason)
            count_look(work.session.connection(), cadre_id, work.clock())
        work.commit()
