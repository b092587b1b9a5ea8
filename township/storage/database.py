"""The encrypted database of a laptop: opening it, reading it, and units of work on it.

SQLCipher with a raw key (opening pays no key derivation), WAL, ``synchronous=FULL``: a
committed unit of work survives a power cut, an uncommitted one leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from township.changes import SCHEMA
from township.errors import Busy, DamagedDatabase, DiskFull, NewerDatabase, WorldError
from township.storage import indexes
from township.storage.driver import sqlcipher
from township.storage.settings import keep, setting
from township.storage.work import UnitOfWork
from township.values import CHINA, utc_now

RECORD_SCHEMA = "program.record_schema"
"""Setting: by which record schema the packed values here are named."""
SCHEMA_HEAD = "0020"
"""The newest migration; a test compares it with the migrations folder."""

CLOCK = "clock"
"""Under this name a session's ``info`` has the clock of its database."""

DAMAGED = (
    "本机数据文件已损坏，无法读取。您的数据没有被改动：请在恢复页选择最近的备份，"
    "恢复后同步一次，已上报的内容会从镇服务器补齐。"
)
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA cache_size=-65536",  # with the default cache SQLCipher is eight times slower
    "PRAGMA wal_autocheckpoint=4000",  # 16 MB: a first sync copies each page to the file once
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten, also where only pages come free
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",  # temporary tables must not reach the disk in the clear
)


def raw_connection(path: Path, key: bytes) -> sqlcipher.Connection:
    """A driver connection to an encrypted file. Raises the driver's DatabaseError."""
    connection = sqlcipher.connect(
        str(path), isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection


def make_engine(path: Path, key: bytes) -> Engine:
    """An engine whose transactions begin as we say: deferred for reads, IMMEDIATE for writes."""
    engine = create_engine(
        "sqlite://",  # the key is given by raw_connection; the pysqlcipher dialect would ask again
        creator=lambda: raw_connection(path, key),
        module=sqlcipher,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
        pool_use_lifo=True,  # the connection used last has the warm page cache
        query_cache_size=1000,
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


class Database:
    """One open laptop database. Threads may share it; each use takes its own connection."""

    def __init__(self, path: Path, key: bytes, clock: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.key = key
        self.clock = clock
        self.engine = make_engine(path, key)
        self.write_engine = self.engine.execution_options(writing=True)

    @classmethod
    def open(cls, path: Path, key: bytes, clock: Callable[[], datetime] = utc_now) -> Database:
        """Open an existing file. Raises DamagedDatabase, NewerDatabase, Busy or DiskFull."""
        if not path.exists():
            raise DamagedDatabase("找不到本机数据文件。请在恢复页选择最近的备份，或重新登记本机。")
        database = cls(path, key, clock)
        try:
            with told(), database.engine.connect() as connection:
                found = connection.exec_driver_sql(
                    "SELECT version_num FROM alembic_version"
                ).scalar()
            database._bring_up_to_date(found)
            database._catch_up()
            with suppress(Busy, DiskFull):  # without them it is only slower
                database.make_indexes()
        except BaseException:
            database.close()
            raise
        return database

    @classmethod
    def create(cls, path: Path, key: bytes, clock: Callable[[], datetime] = utc_now) -> Database:
        """Make a new file with the newest schema. Raises WorldError if one is there already."""
        if path.exists():
            raise WorldError("这个文件夹里已经有一份数据，不能再建。请换一个文件夹。")
        database = cls(path, key, clock)
        with told():
            database._migrate()
            with database.writing() as connection:
                keep(connection, RECORD_SCHEMA, str(SCHEMA))
        return database

    def _bring_up_to_date(self, found: str | None) -> None:
        if found == SCHEMA_HEAD:
            return
        if found is None or found > SCHEMA_HEAD:
            raise NewerDatabase(
                "这份数据由更新版本的连心桥写成，本程序打不开它。请先升级程序；数据没有被改动。"
            )
        from township.storage import backup  # only an upgrade pays for this import

        backup.make(self, self.path.parent / "backups", reason="before-upgrade")
        with told():
            self._migrate()

    def _catch_up(self) -> None:
        """The first start of a program that knows more kinds and fields than the last one."""
        with self.reader() as session:
            before = int(setting(session.connection(), RECORD_SCHEMA) or 1)
        if before == SCHEMA:
            return
        from township.storage import upgrading  # only an update pays for this import

        with self.writing() as connection:
            upgrading.run(connection, before)
            keep(connection, RECORD_SCHEMA, str(SCHEMA))

    def make_indexes(self) -> None:
        """Make the indexes again that are missing, each in a transaction of its own."""
        with self.reading() as connection:
            missing = indexes.missing(connection)
        for index in missing:
            with self.writing() as connection:
                indexes.make(connection, index)

    def _migrate(self) -> None:
        from township.storage import migrate  # Alembic costs 100 ms; a normal start skips it

        with self.write_engine.connect() as connection:
            migrate.upgrade(connection)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A session for reading; whatever it changes is thrown away."""
        with told(), self._session(self.engine) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database for reading without ORM; for the sync, which asks often."""
        with told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def work(self, author: bytes) -> Iterator[UnitOfWork]:
        """One user action by one cadre. Leaving without ``commit()`` rolls back.

        Raises DiskFull, Busy or DamagedDatabase; the data are then as before.
        """
        with told(), self._session(self.write_engine) as session:
            yield UnitOfWork(session, author, self.clock)

    def today(self) -> date:
        """The day in China. All dates of one laptop come from its clock."""
        return self.clock().astimezone(CHINA).date()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction without change capture, for bookkeeping; commits at the end."""
        with told(), self.write_engine.begin() as connection:
            yield connection

    def _session(self, engine: Engine) -> Session:
        """It knows the time, for what is in force today."""
        info = {CLOCK: self.clock}
        return Session(engine, autoflush=False, expire_on_commit=False, info=info)

    def close(self) -> None:
        """Close all connections; the last one folds the WAL back into the file."""
        self.engine.dispose()


@contextmanager
def told() -> Iterator[None]:
    """Turn the driver's failures that users can meet into texts that say what to do."""
    try:
        yield
    except OperationalError as error:
        raise _world_error(error) from error
    except DatabaseError as error:
        if _is_damage(str(error.orig)):
            raise DamagedDatabase(DAMAGED) from error
        raise
    except sqlcipher.DatabaseError as error:
        if _is_damage(str(error)):
            raise DamagedDatabase(DAMAGED) from error
        raise


def _is_damage(text: str) -> bool:
    return any(mark in text for mark in ("not a database", "malformed", "hmac", "disk I/O"))


def _world_error(error: OperationalError) -> Exception:
    text = str(error.orig)
    if "full" in text:
        return DiskFull("磁盘空间不足，没有保存。请清理磁盘后再保存一次；原有数据完好。")
    if "locked" in text or "busy" in text:
        return Busy("数据正被另一个程序占用，没有保存。请稍候再试。")
    if _is_damage(text):
        return DamagedDatabase(DAMAGED)
    if "readonly" in text or "unable to open" in text:
        return WorldError("数据文件夹不可写。请检查文件夹权限或磁盘是否写保护。")
    return error
