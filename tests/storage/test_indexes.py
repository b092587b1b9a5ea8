"""Indexes that are missing are made again by whoever opens the database."""

import pytest
from sqlalchemy import Connection, Index
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex

from tests.storage.sample import KEY, Village
from township.errors import Busy
from township.records import Base
from township.storage import indexes
from township.storage.database import Database
from township.storage.pages import Entry, Page

OF_VISITS = {
    "ix_visit_household_visited",
    "ix_visit_next",
    "ix_visit_work_log_id",
    "ix_visit_zone_visited",
}


def absent(database: Database) -> set[str]:
    with database.reading() as connection:
        return {str(index.name) for index in indexes.missing(connection)}


def drop(database: Database, *names: str) -> None:
    with database.writing() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP INDEX {name}")


def page(count: int, head: int, reached: int | None = None) -> Page:
    """So many changesets of a log that reaches to ``head``; the page itself goes on to there."""
    entries = [Entry(seq + 1, b"", []) for seq in range(count)]
    reached = count if reached is None else reached
    return Page(entries, [], {"township/i": reached}, head, reached < head)


def test_what_is_declared_is_what_the_migrations_made(database: Database) -> None:
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        there = dict(map(tuple, rows))
    declared = {
        str(index.name): str(CreateIndex(index).compile(dialect=sqlite.dialect()))
        for table in Base.metadata.sorted_tables
        for index in table.indexes
    }
    assert there == declared
    assert declared.keys() > OF_VISITS


def test_an_opening_makes_what_is_missing_for_whatever_reason(database: Database) -> None:
    assert absent(database) == set()
    drop(database, "ix_visit_next", "ix_changeset_state")
    database.close()
    again = Database.open(database.path, KEY)
    assert absent(again) == set()
    again.close()


def test_an_opening_does_not_fail_for_an_index(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(connection: Connection, index: Index) -> None:
        raise Busy("数据正被另一个程序占用。")

    drop(database, "ix_visit_next")
    database.close()
    with monkeypatch.context() as patched:
        patched.setattr(indexes, "make", busy)
        again = Database.open(database.path, KEY)
        assert absent(again) == {"ix_visit_next"}
    again.make_indexes()
    assert absent(again) == set()
    again.close()


@pytest.mark.parametrize(
    ("asked", "coming", "laid_aside"),
    [
        (0, page(10, head=100), False),
        (0, page(10, head=101), True),
        (50, page(10, head=150, reached=60), False),
        (0, page(5, head=200, reached=10), False),  # half of the log is for others
        (0, page(5, head=210, reached=10), True),
        (0, page(0, head=10_000), False),
        (0, page(0, head=10_000, reached=500), False),
        (0, page(150, head=150), True),  # all at once
        (7, Page([], [], {}, 10_000, False), False),
    ],
)
def test_only_for_very_many(
    database: Database,
    asked: int,
    coming: Page,
    laid_aside: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(indexes, "MANY", 100)
    with database.writing() as connection:
        indexes.lay_aside(connection, coming, {"township/i": asked})
        indexes.lay_aside(connection, coming, {"township/i": asked})
    assert absent(database) == (OF_VISITS if laid_aside else set())


def test_not_for_less_than_there_is(
    database: Database, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "MANY", 100)
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO visit(rowid, id, zone_id, work_log_id, household_id, visited_on, session,"
            " way, companions, purpose, policies_told, resident_present)"
            " VALUES (200, ?, ?, ?, ?, '2026-05-03', 'am', 'in_home', '', 'routine', '', 1)",
            (bytes(16), village.zone, bytes(16), village.home),
        )
        indexes.lay_aside(connection, page(10, head=200), {"township/i": 0})
    assert absent(database) == set()
    with database.writing() as connection:
        indexes.lay_aside(connection, page(10, head=201), {"township/i": 0})
    assert absent(database) == OF_VISITS
