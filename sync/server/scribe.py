"""Writing rows in a thread of its own, in their order, while the next ones are made.

SQLite seals and writes pages without holding Python up, about as long as Python needs to check
and number changesets: a push of thousands takes the longer of the two, not both together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Table

from sync.server.inserting import insert_many

Batch = tuple[Table, Sequence[tuple[Any, ...]]]
Make = Callable[[], Sequence[Batch]]
"""Makes rows where they are written: packing them does not hold Python up either."""


class Scribe:
    """Has the connection of one transaction while it writes. Use with ``with``.

    Everybody else takes the connection from here, which waits until it is free; so the two
    threads never use it together.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._thread: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None

    def __enter__(self) -> Scribe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread:
            self._thread.shutdown()

    @property
    def connection(self) -> Connection:
        """The connection, free. Raises what went wrong when the last rows were written."""
        writing, self._writing = self._writing, None
        if writing:
            writing.result()
        return self._connection

    def hand_over(self, *makes: Make) -> None:
        """Have rows written after all those before. Raises what went wrong with these."""
        connection = self.connection
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="scribe")
        self._writing = self._thread.submit(_write, connection, makes)

    def write(self, *makes: Make) -> None:
        """Write rows now."""
        _write(self.connection, makes)


def _write(connection: Connection, makes: Sequence[Make]) -> None:
    for make in makes:
        for table, rows in make():
            insert_many(connection, table, rows)
