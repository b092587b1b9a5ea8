"""The server's database: its two kinds of transaction, its tables, and encrypted SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.pool import QueuePool

from sync.server import tables, upgrading
from sync.server.folding import Folding
from sync.server.trying import retrying
from township.errors import NewerDatabase
from township.storage.driver import sqlcipher

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an ack promises that the disk has it
    "PRAGMA busy_timeout=20000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA wal_autocheckpoint=16000",  # 64 MB, if folding did not come to it
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten, also where only pages come free
    "PRAGMA cache_size=-16384",  # KiB; with more of them a push takes longer (decision 034)
)
_READERS = 4


class Store:
    """A database of townships. Threads share it; one writes at a time, readers do not wait.

    ``turn`` is held by whoever writes, where the database itself does not let writers wait in
    order.
    """

    def __init__(
        self,
        readers: Engine,
        writer: Engine,
        turn: AbstractContextManager[Any],
        folding: Folding | None = None,
    ) -> None:
        self._readers = readers
        self._writer = writer
        self._turn = turn
        self._folding = folding

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that commits at its end. Its first statement is the head lock."""
        with self._turn, self._writer.begin() as connection:
            yield connection
        if self._folding:
            self._folding.look()

    def settle(self) -> None:
        """Bring all that was written into the file and empty the journal, which shows what was
        there before. Does nothing while somebody reads, nor with a database that looks after that.
        """
        if self._writer.dialect.name != "sqlite":
            return
        with self._turn, closing(self._writer.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections."""
        if self._folding:
            self._folding.close()
        self._readers.dispose()
        self._writer.dispose()


def open_sqlite(path: Path, key: bytes) -> Store:
    """Open or create an encrypted SQLite file. Raises NewerDatabase."""
    writer = _engine(path, key, "BEGIN IMMEDIATE", 1)
    readers = _engine(path, key, "BEGIN", _READERS)
    folding = Folding(path, partial(raw_connection, path, key))
    turn = Lock()  # waiting here is fairer than SQLite's busy handler
    store = Store(readers, writer, turn, folding)
    prepare(store)
    return store


def raw_connection(path: Path, key: bytes) -> sqlcipher.Connection:
    """A driver connection to a township's file. Raises the driver's DatabaseError."""
    connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def _engine(path: Path, key: bytes, begin: str, connections: int) -> Engine:
    engine = create_engine(
        "sqlite://",  # the dialect named after SQLCipher would derive a key of its own
        creator=lambda: raw_connection(path, key),
        module=sqlcipher,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error's text may get into a log, a resident's name may not
        pool_use_lifo=True,  # the connection used last has the warm page cache
    )

    @event.listens_for(engine, "begin")
    def begin_as_told(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def prepare(store: Store) -> None:
    """Make the tables that are missing and upgrade older ones.

    Raises NewerDatabase; then the store is closed.
    """
    try:
        version = _make_tables(store)
    except (IntegrityError, ProgrammingError):  # another process was making them just now
        version = _make_tables(store)
    if version > tables.SCHEMA_VERSION:
        store.close()
        raise NewerDatabase("镇服务器的数据由更新版本的程序写成，请先升级服务器程序。")


@retrying
def _make_tables(store: Store) -> int:
    """Returns the version of the tables."""
    c = tables.server_schema.c
    with store.writing() as connection:
        tables.metadata.create_all(connection)
        version = connection.scalar(select(c.version).with_for_update())
        if version is None:
            version = tables.SCHEMA_VERSION
            connection.execute(insert(tables.server_schema).values(version=version))
        elif version < tables.SCHEMA_VERSION:
            upgrading.upgrade(connection)
            version = tables.SCHEMA_VERSION
            connection.execute(update(tables.server_schema).values(version=version))
    return version
