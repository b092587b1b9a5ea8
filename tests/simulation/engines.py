"""Engines for a run: the program's own statements on the same files, with less around them.

A run sends thousands of small statements, each of which costs SQLAlchemy far more than SQLite.
Compiled statements are shared by all engines of all runs, which takes one dialect for all of them:
it is part of their names. Events are called without asking for them at each statement, results of
plain SQL are lists, and a pool is a list: a run has one thread, and no connection ever breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, Select, create_engine, event
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import TimeoutError as NoneLeft
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.compiler import WARN_LINTING
from sqlalchemy.util import LRUCache

from sync.server import engine as server_engine
from township.storage import database
from township.storage.driver import sqlcipher

Heard = Callable[[Connection], None]

_COMPILED: LRUCache[Any, Any] = LRUCache(20000)
_COLUMNS: dict[tuple[str, ...], SimpleResultMetaData] = {}
_DIALECTS: list[Any] = []
"""The one dialect, once some connection has told it what its database can do."""


@contextmanager
def small_engines() -> Iterator[None]:
    """Laptops and server make such engines."""
    with ExitStack() as stack:
        for module in (database, server_engine):
            stack.enter_context(patch.object(module, "create_engine", _engine))
            stack.enter_context(patch.object(module, "event", Events))
        yield


def _engine(*given: Any, **options: Any) -> SmallEngine:
    """In the place of SQLAlchemy's own ``create_engine``."""
    whole = create_engine(*given, **options | {"poolclass": _Pool})
    if not _DIALECTS:
        whole.connect().close()
        _DIALECTS.append(whole.dialect)
    pool, dialect = whole.pool, _DIALECTS[0]
    pool._dialect = dialect
    made = SmallEngine(pool, dialect, whole.url, hide_parameters=whole.hide_parameters)
    made._compiled_cache = _COMPILED
    return made


class Events:
    """In the place of ``sqlalchemy.event``."""

    @staticmethod
    def listens_for(target: Any, name: str) -> Callable[[Heard], Heard]:
        if not isinstance(target, SmallEngine) or name not in ("begin", "commit"):
            found: Callable[[Heard], Heard] = event.listens_for(target, name)
            return found

        def listen(heard: Heard) -> Heard:
            (target.begins if name == "begin" else target.commits).append(heard)
            return heard

        return listen


class _Lent:
    """A connection that the pool has given away."""

    is_valid = True

    def __init__(self, pool: _Pool, record: Any) -> None:
        self._pool, self._record = pool, record
        self.dbapi_connection = self.driver_connection = record.dbapi_connection
        self.cursor = self.dbapi_connection.cursor
        self.commit = self.dbapi_connection.commit
        self.rollback = self.dbapi_connection.rollback

    def close(self) -> None:
        """Give it back, with nothing begun."""
        self._close_special()

    def _close_special(self, *, transaction_reset: bool = False) -> None:
        if not transaction_reset:
            self.rollback()
        self._pool.take_back(self._record)


class _Pool(QueuePool):
    """Gives away the connection that it got back last; never more than it may have."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._idle: list[Any] = []
        self._given = 0

    def connect(self) -> Any:
        """A connection. Raises NoneLeft when a thread would have to wait: there is one only."""
        if self._given >= self.size() + self._max_overflow:
            raise NoneLeft("no connection left")
        record = self._idle.pop() if self._idle else self._create_connection()
        self._given += 1
        return _Lent(self, record)

    def take_back(self, record: Any) -> None:
        """It is idle again."""
        self._given -= 1
        self._idle.append(record)

    def dispose(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().close()


class _Rows(IteratorResult[Any]):
    """What a statement of plain SQL has brought, or how many rows it has changed."""

    rowcount = -1
    lastrowid: int | None = None


class SmallConnection(Connection):
    """Sends plain SQL straight to the driver."""

    _beginning = False

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, _has_events=False)

    def exec_driver_sql(self, statement: str, parameters: Any = None, *rest: Any) -> Any:
        """As its model does, all rows at once."""
        if rest or not self._usable():
            return super().exec_driver_sql(statement, parameters, *rest)
        cursor, rows = self._sent(statement, parameters)
        found = _Rows(_columns(cursor.description), iter(rows))
        found.rowcount, found.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
        return found

    def _execute_clauseelement(self, elem: Any, distilled_parameters: Any, options: Any) -> Any:
        """A query that was compiled before goes straight to the driver too."""
        plain = isinstance(elem, Select) and not elem._propagate_attrs
        if not plain or len(distilled_parameters or ()) > 1 or not self._usable():
            return super()._execute_clauseelement(elem, distilled_parameters, options)
        given = distilled_parameters[0] if distilled_parameters else None
        compiled, extracted, collected, hit = elem._compile_w_cache(
            dialect=self.dialect,
            compiled_cache=_COMPILED,
            column_keys=sorted(given or ()),
            linting=self.dialect.compiler_linting | WARN_LINTING,
        )
        columns = compiled._cached_metadata
        if hit is not CacheStats.CACHE_HIT or columns is None:
            return super()._execute_clauseelement(elem, distilled_parameters, options)
        values = compiled.construct_params(
            given,
            extracted_parameters=extracted,
            escape_names=False,
            _group_number=0 if given else None,
            _collected_params=collected,
        )
        statement, order = compiled.string, compiled.positiontup
        processors = compiled._bind_processors
        if compiled.literal_execute_params or compiled.post_compile_params:
            expanded = compiled._process_parameters_for_postcompile(values)
            statement, order = expanded.statement, expanded.positiontup
            processors = {**processors, **expanded.processors}
        bound = [
            processors[name](values[name]) if name in processors else values[name] for name in order
        ]
        cursor, rows = self._sent(statement, tuple(bound))
        cursor.close()
        return _Rows(columns, iter(rows))

    def _usable(self) -> bool:
        """Is a transaction open now? Otherwise SQLAlchemy says what is wrong."""
        if self._dbapi_connection is None:
            return False
        if self._transaction is None and not self._beginning:
            self._autobegin()
        begun = (self._transaction, self._nested_transaction)
        return all(one is None or one.is_active for one in begun)

    def _sent(self, statement: str, parameters: Any) -> tuple[Any, list[Any]]:
        assert self._dbapi_connection is not None
        cursor: Any = self._dbapi_connection.cursor()
        try:
            if parameters is None:
                cursor.execute(statement)
            elif isinstance(parameters, list):
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
            return cursor, list(cursor.fetchall()) if cursor.description else []
        except sqlcipher.Error as error:
            self._handle_dbapi_exception(error, statement, parameters, cursor, None)

    def _begin_impl(self, transaction: Any) -> None:
        self._beginning = True
        try:
            for heard in self._hearing().begins:
                heard(self)
        finally:
            self._beginning = False

    def _commit_impl(self) -> None:
        for heard in self._hearing().commits:
            heard(self)
        super()._commit_impl()

    def _hearing(self) -> SmallEngine:
        engine = self.engine
        found = engine._proxied if isinstance(engine, OptionEngine) else engine
        assert isinstance(found, SmallEngine)
        return found


def _columns(description: Any) -> SimpleResultMetaData:
    names = tuple(column[0] for column in description or ())
    if names not in _COLUMNS:
        _COLUMNS[names] = SimpleResultMetaData(names)
    return _COLUMNS[names]


class _SmallOptions(OptionEngine):
    _connection_cls = SmallConnection


class SmallEngine(Engine):
    """Knows itself who listens to its transactions."""

    _connection_cls = SmallConnection
    _option_cls = _SmallOptions

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.begins: list[Heard] = []
        self.commits: list[Heard] = []
