"""Rows written in bulk, by a thread of its own, and folded into the file by another."""

import logging
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import IntegrityError

from sync.server import engine, folding, scribe, tables
from sync.server.engine import Store
from sync.server.folder import OpenServer
from sync.server.inserting import insert_many
from sync.server.scribe import Scribe
from township.records import new_id
from township.storage.driver import sqlcipher

TOWN, OTHER = new_id(), new_id()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = engine.open_sqlite(tmp_path / "town.db", bytes(32))
    yield store
    store.close()


def blocks(first: int, count: int, hash_: bytes = b"h" * 32) -> list[tuple[bytes, int, int, bytes]]:
    return [(TOWN, 0, number, hash_) for number in range(first, first + count)]


def kept(connection: Connection) -> list[int]:
    c = tables.history_block.c
    here = c.township_id == TOWN
    return list(connection.scalars(select(c.number).where(here).order_by(c.number)))


@given(
    count=st.integers(0, 600),
    level=st.sampled_from([[0], [0, 1]]),
    hashes=st.sampled_from([[b"a" * 32], [b"a" * 32, b"b" * 32]]),
    towns=st.sampled_from([[TOWN], [TOWN, OTHER]]),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rows_come_out_as_they_went_in(
    server: OpenServer, count: int, level: list[int], hashes: list[bytes], towns: list[bytes]
) -> None:
    rows = [
        (towns[n % len(towns)], level[n % len(level)], n, hashes[n % 3 % len(hashes)])
        for n in range(count)
    ]
    c = tables.history_block.c
    mine = c.township_id.in_([TOWN, OTHER])
    with server.service.store.writing() as connection:
        connection.execute(delete(tables.history_block).where(mine))
        insert_many(connection, tables.history_block, rows)
        found = connection.execute(select(tables.history_block).where(mine).order_by(c.number))
        assert [tuple(row) for row in found] == rows


def test_what_is_handed_over_is_written_in_order_before_anybody_reads(store: Store) -> None:
    with store.writing() as connection, Scribe(connection) as writer:
        for first in range(0, 1500, 300):
            writer.hand_over(tables.history_block, blocks(first, 300))
        assert kept(writer.connection) == list(range(1500))


def test_nobody_waits_for_what_is_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = Event()

    def late(*args: object) -> None:
        assert go_on.wait(20)
        insert_many(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(scribe, "insert_many", late)
    with store.writing() as connection, Scribe(connection) as writer:
        writer.hand_over(tables.history_block, blocks(0, 3))
        writer.hand_over(tables.history_block, blocks(3, 3))
        go_on.set()
        assert kept(writer.connection) == list(range(6))


def test_whoever_takes_the_connection_hears_what_went_wrong(store: Store) -> None:
    with (
        pytest.raises(IntegrityError),
        store.writing() as connection,
        Scribe(connection) as writer,
    ):
        for first, count in ((0, 3), (2, 1), (5, 1)):
            writer.hand_over(tables.history_block, blocks(first, count))
        kept(writer.connection)
    with store.reading() as connection:
        assert kept(connection) == []


# The journal


def state(tmp_path: Path) -> tuple[int, int]:
    """Pages in the journal, and those of them that are in the file."""
    connection = engine.raw_connection(tmp_path / "town.db", bytes(32))
    _, written, folded = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
    connection.close()
    return written, folded


def fill(store: Store, first: int) -> None:
    with store.writing() as connection:
        insert_many(connection, tables.history_block, blocks(first, 500))


def test_a_long_journal_is_folded_beside_the_writer(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "PAGES", 60)
    fill(store, 0)
    assert state(tmp_path)[1] == 0
    before = (tmp_path / "town.db").stat().st_size
    for first in range(500, 4000, 500):
        fill(store, first)
        assert store._folding is not None
        if doing := store._folding._folding:
            doing.result(20)
    written, folded = state(tmp_path)
    assert written - folded < 60
    assert (tmp_path / "town.db").stat().st_size > before + 60 * 4096
    with store.reading() as connection:
        assert kept(connection) == list(range(4000))


def test_a_writer_goes_on_when_the_journal_cannot_be_folded(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> sqlcipher.Connection:
        raise sqlcipher.OperationalError("disk I/O error")

    monkeypatch.setattr(folding, "PAGES", 1)
    assert store._folding is not None
    monkeypatch.setattr(store._folding, "_connect", broken)
    with caplog.at_level(logging.WARNING):
        for first in (0, 500):
            fill(store, first)
            assert store._folding._folding is not None
            store._folding._folding.result(20)
    assert "the journal was not folded" in caplog.text
    with store.reading() as connection:
        assert kept(connection) == list(range(1000))
