"""A township's database of the first version is opened by this program.

``version-1.sql`` was written by a program that kept a row per entry, after a run of the
simulation: conflicts, work that was let in, households that moved. ``PAGES`` is what the same
program then gave to its laptops.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Table, inspect, select

from sync.server import audit, devices, engine, feed, postgres, tables, upgrading
from sync.server.engine import Store
from sync.server.log import Log
from tests.simulation import promises
from tests.simulation.model import Model

DUMP = Path(__file__).with_name("version-1.sql")
KEY = bytes(range(32))
ROOT = "4519c24902a3d8139fc217be33c0b9a2b6bbbd9f98413a24309deaf7eed04be4"
PAGES = "db169719e7e3bcdb13c9ca56aa265892f9f93910ed4aa1ad922f9c13111cc46f"


@pytest.fixture
def upgraded(tmp_path: Path, database: str | None) -> Iterator[Store]:
    if database is None:
        with closing(engine.raw_connection(tmp_path / "server.db", KEY)) as file:
            file.executescript(DUMP.read_text("utf-8"))
        store = engine.open_sqlite(tmp_path / "server.db", KEY)
    else:
        url = postgres.address(database)
        _fill(postgres.open_postgres(url))
        store = postgres.open_postgres(url)
    yield store
    store.close()


def _fill(store: Store) -> None:
    """The same rows into empty tables of the first version."""
    with closing(sqlite3.connect(":memory:")) as dump, store.writing() as connection:
        dump.executescript(DUMP.read_text("utf-8"))
        dump.row_factory = sqlite3.Row
        upgrading.VERSION_1.create_all(connection)
        for new in (tables.segment, tables.stretch, tables.outcome):
            new.drop(connection)
        connection.execute(tables.server_schema.delete())
        for table in [*_kept(), *upgrading.VERSION_1.sorted_tables]:
            rows = [dict(row) for row in dump.execute(f'SELECT * FROM "{table.name}"')]
            for row in rows:
                row.update({name: bool(row[name]) for name in row if _is_flag(table, name)})
            if rows:
                connection.execute(table.insert(), rows)
    store.close()


def _kept() -> list[Table]:
    new = {"segment", "stretch", "outcome"}
    return [table for table in tables.metadata.sorted_tables if table.name not in new]


def _is_flag(table: Table, name: str) -> bool:
    return table.c[name].type.python_type is bool


def test_the_history_is_the_same(upgraded: Store) -> None:
    with upgraded.reading() as connection:
        township_id = connection.execute(select(tables.township.c.township_id)).scalar_one()
        found = audit.verify(connection, township_id)
        model = Model().fold(Log(connection, township_id).walk(), {})
        held = connection.execute(select(tables.record)).all()
    assert (found.finding, found.root.hex()) == (None, ROOT)
    promises.records_are(held, model)


def test_laptops_get_the_same_pages(upgraded: Store) -> None:
    digest = sha256()
    with upgraded.reading() as connection:
        township_id = connection.execute(select(tables.township.c.township_id)).scalar_one()
        names = select(tables.bucket.c.bucket)
        buckets = sorted(connection.scalars(names))
        for number in sorted(connection.scalars(select(tables.device.c.number))):
            device = devices.find(connection, township_id, number)
            assert device is not None
            for some in (buckets, buckets[:1], buckets[1:3]):
                for size in (300, 5000, 1 << 20):
                    cursors, more = dict.fromkeys(some, 0), True
                    while more:
                        page = feed.page(connection, device, device.incarnation, cursors, size)
                        digest.update(msgspec.msgpack.encode(page))
                        cursors.update(page.cursors)
                        more = page.more
    assert digest.hexdigest() == PAGES


def test_the_old_tables_are_gone(upgraded: Store) -> None:
    with upgraded.reading() as connection:
        names = set(inspect(connection).get_table_names())
        version = connection.scalar(select(tables.server_schema.c.version))
    assert version == tables.SCHEMA_VERSION
    assert not names & {"log", "feed"}
