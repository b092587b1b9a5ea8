"""Which roles a cadre has, as the records on this laptop say."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Cadre


def roles_of(session: Session, cadre_id: bytes) -> frozenset[str] | None:
    """The roles of a cadre; None when this laptop does not know the person (any more)."""
    statement = select(Cadre.roles).where(Cadre.id == cadre_id, Cadre.deleted_at.is_(None))
    with session.no_autoflush:
        found = session.execute(statement).one_or_none()
    return None if found is None else frozenset(found.roles or ())
