"""What a laptop shows: all of its records."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from sqlalchemy import select

from township.changes import decode_op, is_erased
from township.records import record_kinds
from township.storage import tables
from township.storage.database import Database


def in_sight(database: Database) -> set[bytes]:
    """The ids of all records."""
    return {record for rows in rows_of(database).values() for record in rows}


def set_aside(database: Database) -> set[bytes]:
    """The records that own work would make which waits in quarantine, as the laptop knows."""
    c = tables.changeset.c
    with database.engine.connect() as connection:
        packed = connection.scalars(select(c.ops).where(c.state == "quarantined")).all()
    ops = [data for one in packed for data in msgspec.msgpack.decode(one)]
    found = [decode_op(data) for data in ops if not is_erased(data)]
    return {op.record for op in found if op.action == "insert"}


def rows_of(database: Database) -> dict[str, dict[bytes, dict[str, Any]]]:
    """All of a laptop's records: kind → id → stored values by column."""
    found: dict[str, dict[bytes, dict[str, Any]]] = {}
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        held = {kind for (kind,) in driver.execute(_any_of(tuple(record_kinds())))}
        for kind in record_kinds():
            found[kind] = {}
            if kind in held:
                result = driver.execute(f'SELECT * FROM "{kind}"')
                names = [column[0] for column in result.description]
                rows = (dict(zip(names, row, strict=True)) for row in result)
                found[kind] = {row["id"]: row for row in rows}
    return found


@cache
def _any_of(kinds: tuple[str, ...]) -> str:
    """Which tables have rows: most kinds never occur in a run."""
    return " UNION ALL ".join(
        f"SELECT '{kind}' WHERE EXISTS (SELECT 1 FROM \"{kind}\")" for kind in kinds
    )
