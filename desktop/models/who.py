"""Who is working, in words."""

from __future__ import annotations

from sqlalchemy import func, select

from desktop.views.main import Who
from township.records.cadre import Cadre
from township.records.zone import Zone
from township.rules.permissions import ERASERS
from township.storage.database import Database


def who(database: Database, cadre_id: bytes) -> Who:
    """A cadre's name, and the zones and post under it."""
    with database.reader() as session:
        cadre = session.get(Cadre, cadre_id)
        if cadre is None:
            return Who("", "")
        total = session.scalar(select(func.count()).select_from(Zone)) or 0
        names = list(session.scalars(select(Zone.name).where(Zone.id.in_(cadre.zones))))
    place = "全镇" if total > 1 and len(names) == total else "、".join(names)
    return Who(cadre.name, " · ".join(part for part in (place, cadre.post or "") if part))


def erases(database: Database, cadre_id: bytes) -> bool:
    """Is this one of the office, who may erase for good?"""
    with database.reader() as session:
        cadre = session.get(Cadre, cadre_id)
    return cadre is not None and bool(ERASERS.intersection(cadre.roles or ()))
