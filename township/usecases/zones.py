"""Which zones there are, and which of them this laptop holds."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.changes import bucket
from township.records import Household, Zone
from township.storage import tables

Zones = tuple[tuple[bytes, str], ...]
"""Zones by id and name, in their order."""


def all_zones(session: Session) -> Zones:
    """The zones of the township; their names are known on every laptop."""
    found = session.execute(
        select(Zone.id, Zone.name)
        .where(Zone.deleted_at.is_(None))
        .order_by(Zone.position, Zone.name)
    )
    return tuple((zone, name or "") for zone, name in found)


def held_zones(session: Session) -> Zones:
    """The zones whose households this laptop was granted, or has."""
    granted = set(session.scalars(select(tables.bucket_cursor.c.bucket)))
    settled = set(session.scalars(select(Household.zone_id).distinct()))
    return tuple(
        (zone, name)
        for zone, name in all_zones(session)
        if zone in settled or bucket(zone, Household.data_class) in granted
    )
