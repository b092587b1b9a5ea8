"""The indexes of visits are laid aside while very many come, and made again when they are there.

Visits come in the order of the log, and their households are anywhere in an index: with a million
of them nearly each one seals a page of its own. Made again at once, an index is written in order.

Without its indexes a table answers as ever, only slower. Whatever ends a load makes them again:
the load itself, also when it fails or is given up, and if the process was killed, whoever opens
the database next.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, Index
from sqlalchemy.schema import CreateIndex, DropIndex

from township.records import Base, Visit
from township.storage.pages import Page

MANY = 50_000
"""Changesets still to come for which indexes are laid aside; making them costs a walk."""
_KIND = Visit.kind()


@cache
def _declared() -> Mapping[str, tuple[Index, ...]]:
    """The indexes of each table, always in the same order."""
    return {
        name: tuple(sorted(table.indexes, key=lambda index: str(index.name)))
        for name, table in Base.metadata.tables.items()
    }


def lay_aside(connection: Connection, page: Page, asked: Mapping[str, int]) -> None:
    """Drop the indexes of visits if so much is to come that they are made again for less.

    ``page`` is about to be taken in, from the cursors ``asked``. In the same transaction.
    """
    expected = _expected(page, asked)
    if expected <= MANY or expected <= _held(connection):
        return
    absent = missing(connection)
    for index in _declared()[_KIND]:
        if index not in absent and not index.unique:  # what is unique is more than an index
            connection.execute(DropIndex(index))


def _expected(page: Page, asked: Mapping[str, int]) -> int:
    """How many changesets of others this page and those after it bring, if all are like it."""
    begun = min((asked.get(bucket, 0) for bucket in page.cursors), default=0)
    reached = min(page.cursors.values(), default=0)
    if reached <= begun:
        return 0
    return len(page.entries) * (page.head - begun) // (reached - begun)


def _held(connection: Connection) -> int:
    """About how many visits are here, at most: asked without a walk."""
    return int(
        connection.exec_driver_sql(f"SELECT coalesce(max(rowid), 0) FROM {_KIND}").scalar_one()
    )


def missing(connection: Connection) -> list[Index]:
    """The declared indexes that are not there, of the tables that are."""
    there = frozenset(connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars())
    tables = [indexes for name, indexes in _declared().items() if name in there]
    return [index for indexes in tables for index in indexes if index.name not in there]


def make(connection: Connection, index: Index) -> None:
    """Make an index again, unless somebody else has by now."""
    connection.execute(CreateIndex(index, if_not_exists=True))
