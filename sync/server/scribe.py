"""Writing rows in a thread of its own, in their order, while the next ones are made.

SQLite seals and writes pages without holding Python up, about as long as Python needs to check
and number changesets: a push of thousands takes the longer of the two, not both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Table

from sync.server.inserting import insert_many


class Scribe:
    """Has the connection of one transaction while it writes. Use with ``with``.

    Everybody else takes the connection from here, which waits until it is free; so the two
    threads never use it together.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._thread: ThreadPoolExecutor | None = None
        self._writing: list[Future[None]] = []

    def __enter__(self) -> Scribe:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._thread:
            self._thread.shutdown(cancel_futures=True)

    @property
    def connection(self) -> Connection:
        """The connection, free. Raises what went wrong when rows were written."""
        writing, self._writing = self._writing, []
        for each in writing:
            each.result()
        return self._connection

    def hand_over(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Have rows written after all those before.

        Nobody waits for that here: the two threads would take turns, as the scribe gets Python
        back only where the other one waits (decision 034).
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="scribe")
        self._writing.append(self._thread.submit(insert_many, self._connection, table, rows))

    def write(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows now."""
        insert_many(self.connection, table, rows)
