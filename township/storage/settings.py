"""Small facts that a laptop keeps by name, outside the records; never sent."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection


def setting(connection: Connection, key: str) -> str | None:
    """The fact under this name, None when there is none."""
    found: str | None = connection.exec_driver_sql(
        "SELECT value FROM setting WHERE key = ?", (key,)
    ).scalar_one_or_none()
    return found


def keep(connection: Connection, key: str, value: str) -> None:
    """Note a fact; an earlier one under this name is replaced."""
    keep_all(connection, {key: value})


def keep_all(connection: Connection, facts: Mapping[str, str]) -> None:
    """Note these facts by name."""
    connection.exec_driver_sql(
        "INSERT INTO setting (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        list(facts.items()),
    )


def drop(connection: Connection, key: str) -> None:
    """The fact holds no more."""
    connection.exec_driver_sql("DELETE FROM setting WHERE key = ?", (key,))
