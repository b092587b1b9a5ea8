"""Who is looking: a cadre as the rules of viewing know him."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.records import Cadre, ZoneStaff
from township.rules.viewing import Viewer
from township.values import CHINA

STRANGER = Viewer(frozenset(), frozenset())
"""Somebody whom this laptop does not know: everything is masked."""


def viewer_of(session: Session, cadre_id: bytes) -> Viewer:
    """The roles of a cadre, and the zones that the person serves today."""
    statement = select(Cadre.roles, Cadre.zones)
    here = (Cadre.id == cadre_id, Cadre.deleted_at.is_(None))
    found = session.execute(statement.where(*here)).one_or_none()
    if found is None:
        return STRANGER
    staff, today = ZoneStaff, datetime.now(CHINA).date()
    serving = select(staff.zone_id).where(
        staff.cadre_id == cadre_id,
        staff.deleted_at.is_(None),
        or_(staff.to_on.is_(None), staff.to_on >= today),
    )
    zones = frozenset(found.zones) | frozenset(session.scalars(serving))
    return Viewer(frozenset(found.roles), zones)
