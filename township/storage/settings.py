"""Small facts that a laptop keeps beside its records, by name."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from township.storage import tables


def read(connection: Connection, key: str) -> str | None:
    """What was kept under this name, None when nothing was."""
    found: str | None = connection.execute(
        select(tables.setting.c.value).where(tables.setting.c.key == key)
    ).scalar_one_or_none()
    return found


def keep(connection: Connection, key: str, value: str) -> None:
    """Keep this in place of what was there."""
    statement = insert(tables.setting).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )
