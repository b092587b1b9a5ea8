"""The server's database engine and its two kinds of transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select
from sqlalchemy.pool import QueuePool

from sync.server import tables
from township.errors import NewerDatabase
from township.storage.driver import sqlcipher

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an ack promises that the disk has it
    "PRAGMA busy_timeout=20000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=8000",  # 32 MB: pages written often reach the file once
)
_WRITER_CACHE_KIB = 65536
_READER_CACHE_KIB = 16384
_READERS = 4


class Store:
    """The township's database. Threads share it; one writes at a time, readers do not wait."""

    def __init__(self, readers: Engine, writer: Engine) -> None:
        self._readers = readers
        self._writer = writer
        self._turn = Lock()  # waiting here is fairer than SQLite's busy handler

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start and commits at its end."""
        with self._turn, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._readers.dispose()
        self._writer.dispose()


def insert_many(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that hold every column of the table in order, past SQLAlchemy's conversions."""
    if rows:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        values = ", ".join(mark for _ in table.columns)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({values})', list(rows)
        )


def open_sqlite(path: Path, key: bytes) -> Store:
    """Open or create an encrypted SQLite file. Raises NewerDatabase."""
    writer = _engine(path, key, "BEGIN IMMEDIATE", 1, _WRITER_CACHE_KIB)
    store = Store(_engine(path, key, "BEGIN", _READERS, _READER_CACHE_KIB), writer)
    _prepare(store)
    return store


def _engine(path: Path, key: bytes, begin: str, connections: int, cache_kib: int) -> Engine:
    def connect() -> sqlcipher.Connection:
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        for pragma in (*_PRAGMAS, f"PRAGMA cache_size=-{cache_kib}"):
            connection.execute(pragma)
        return connection

    engine = create_engine(
        "sqlite://",  # the dialect named after SQLCipher would derive a key of its own
        creator=connect,
        module=sqlcipher,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has the warm page cache
    )

    @event.listens_for(engine, "begin")
    def begin_as_told(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _prepare(store: Store) -> None:
    with store.writing() as connection:
        tables.metadata.create_all(connection)
        version = connection.scalar(select(tables.server_schema.c.version))
        if version is None:
            connection.execute(insert(tables.server_schema).values(version=tables.SCHEMA_VERSION))
    if version is not None and version > tables.SCHEMA_VERSION:
        store.close()
        raise NewerDatabase("镇服务器的数据由更新版本的程序写成，请先升级服务器程序。")
