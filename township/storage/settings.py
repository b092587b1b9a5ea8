"""Small facts that a laptop keeps by name, outside the records; never sent."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from township.storage import tables


def setting(connection: Connection, key: str) -> str | None:
    """The fact under this name, None when there is none."""
    found: str | None = connection.execute(
        select(tables.setting.c.value).where(tables.setting.c.key == key)
    ).scalar_one_or_none()
    return found


def keep(connection: Connection, key: str, value: str) -> None:
    """Note a fact; an earlier one under this name is replaced."""
    statement = insert(tables.setting).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": value})
    )
