"""Empty laptop databases get their schema quickly: the migrations make that of the first one.

Alembic makes the same tables anew for every file, most of what a laptop costs a test. The first
file of a run is made by the migrations, the others by the statements that are in the first.
Files that hold something already go through the migrations as ever.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

Upgrade = Callable[[Connection], None]


def made_once(upgrade: Upgrade) -> Upgrade:
    """The same, with what it does to an empty database remembered."""
    statements: list[str] = []

    def quick(connection: Connection) -> None:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
            upgrade(connection)
        elif statements:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()
        else:
            upgrade(connection)
            statements.extend(schema_of(connection))
            connection.rollback()

    return quick


def schema_of(connection: Connection) -> list[str]:
    """The statements that make this schema; what SQLite makes by itself is left out."""
    virtual = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    own = f"SELECT 1 FROM ({virtual}) AS v WHERE m.name LIKE v.name || '\\_%' ESCAPE '\\'"
    rows = connection.exec_driver_sql(
        f"SELECT sql FROM sqlite_master AS m WHERE sql IS NOT NULL AND NOT EXISTS ({own})"
        " ORDER BY rowid"
    )
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    return [*rows.scalars(), f"INSERT INTO alembic_version VALUES ('{version}')"]
