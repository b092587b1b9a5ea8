"""The township's database on PostgreSQL. Needs psycopg, which the program comes without.

Writers run at READ COMMITTED behind the lock on their township's head row: each statement after
it sees all that was committed before, and nothing of the township changes any more. Readers get
one snapshot for all their statements. See docs/decisions/013-postgresql.md.
"""

from __future__ import annotations

from contextlib import nullcontext
from ipaddress import ip_address
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, ProgrammingError

from sync.server.engine import Store, prepare
from sync.server.trying import retrying
from township.errors import WorldError

_DRIVER = "postgresql+psycopg"
_DENIED = "42501"  # insufficient_privilege
_CONNECTIONS = 4
_SPARE = 4

# A writer that vanished with its machine must not hold the township, and an ack promises that
# the disk has it whatever the administrator chose for other programs.
_SESSION = """
SELECT set_config('application_name', 'lianxinqiao', false),
       set_config('lock_timeout', '20s', false),
       set_config('idle_in_transaction_session_timeout', '60s', false),
       CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', false) END
"""


def address(given: str) -> URL:
    """A database address as people write it. Raises WorldError.

    A database on another machine is spoken to encrypted unless the address says otherwise.
    """
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise WorldError(_WRONG) from error
    if url.drivername not in ("postgresql", _DRIVER) or not url.database:
        raise WorldError(_WRONG)
    url = url.set(drivername=_DRIVER)
    if not _is_here(url) and "sslmode" not in url.query:
        url = url.update_query_dict({"sslmode": "require"})
    return url


_WRONG = "数据库地址不对。应写成 postgresql+psycopg://用户@主机/数据库，数据库要先建好。"


def without_password(url: URL) -> str:
    """The address as it may be kept in a file that people copy."""
    kept = {name: value for name, value in url.query.items() if name != "password"}
    open_part = URL.create(url.drivername, url.username, None, url.host, url.port, url.database)
    return open_part.set(query=kept).render_as_string()


def _is_here(url: URL) -> bool:
    """On this machine, or said by the query to be reached through a socket."""
    hosts = [url.host] if url.host else url.query.get("host", "")
    names = [hosts] if isinstance(hosts, str) else hosts
    return all(not name or name.startswith(("/", "@")) or _is_loopback(name) for name in names)


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def open_postgres(url: URL) -> Store:
    """Open a database, making the tables where there are none. Raises WorldError, NewerDatabase.

    A password that the address lacks is looked for by libpq: PGPASSWORD, then ~/.pgpass.
    """
    engine = _engine(url)
    readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    writer = engine.execution_options(isolation_level="READ COMMITTED")
    store = Store(readers, writer, nullcontext())
    try:
        _check_encoding(store)
        prepare(store)
    except BaseException as error:
        store.close()
        if isinstance(error, ProgrammingError) and getattr(error.orig, "sqlstate", "") == _DENIED:
            raise WorldError(
                "这个数据库用户不能建表或读写本镇的表。请改用数据库的所有者，或请管理员授权。"
            ) from error
        raise
    return store


def _engine(url: URL) -> Engine:
    try:
        engine = create_engine(
            url,
            pool_size=_CONNECTIONS,
            max_overflow=_SPARE,
            pool_use_lifo=True,
            hide_parameters=True,
            connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
        )
    except ImportError as error:
        raise WorldError(
            "使用 PostgreSQL 需要 psycopg，本机没有安装。请在程序的 Python 环境里运行："
            'pip install "psycopg[binary]"'
        ) from error

    @event.listens_for(engine, "connect")
    def set_session(connection: Any, _: object) -> None:
        connection.execute(_SESSION)
        connection.commit()

    return engine


@retrying
def _check_encoding(store: Store) -> None:
    with store.reading() as connection:
        encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise WorldError(f"数据库的字符编码是 {encoding}，应为 UTF8。请另建一个数据库。")
