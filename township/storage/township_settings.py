"""Reading the township's settings where only a connection is at hand."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from township.records import TownshipSetting
from township.rules.setting_changes import Change, settings_on
from township.rules.settings import Settings


def changes_in(connection: Connection) -> list[Change]:
    """All proposals on this laptop, decided or not, in the order in which they were made."""
    c = TownshipSetting.__table__.c
    rows = connection.execute(
        select(c.id, c.name, c.value, c.valid_from, c.decision, c.decided_on)
        .where(c.deleted_at.is_(None), c.name.is_not(None), c.valid_from.is_not(None))
        .order_by(c.id)
    )
    return [Change(*row) for row in rows]


def settings_in(connection: Connection, on: date) -> Settings:
    """The settings in force on a day."""
    return settings_on(changes_in(connection), on)
