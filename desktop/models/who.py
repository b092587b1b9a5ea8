"""Who is working, in words."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from desktop.views.main import Who
from township.records.cadre import Cadre
from township.records.zone import Zone
from township.rules.permissions import ERASERS, Act, may
from township.storage.database import Database

PAGES = {
    "today": ("work_log", "household"),
    "households": ("household",),
    "worklog": ("work_log",),
    "situations": ("situation",),
    "needs": ("need",),
    "access_log": ("access_entry",),
}
"""Which kinds somebody must be allowed to see for a page; pages not named here are everybody's."""


def pages_of(database: Database, cadre_id: bytes, keys: Iterable[str]) -> frozenset[str]:
    """Those of these pages that a cadre's duties are on.

    One whom this laptop does not know yet gets all but the log, which nobody sees by accident.
    """
    with database.reader() as session:
        roles = session.scalar(select(Cadre.roles).where(Cadre.id == cadre_id))
    if roles is None:
        return frozenset(keys) - {"access_log"}
    return frozenset(
        key for key in keys if all(may(roles, Act.SEE, kind) for kind in PAGES.get(key, ()))
    )


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
