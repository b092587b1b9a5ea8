"""Bringing what was committed from the journal (WAL) into the file, while the next is at work.

The writer would do it itself every so often, and whoever just pushed would wait for it: a
twentieth of the time of a large push. SQLite lets another connection copy pages meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from township.storage.driver import sqlcipher

PAGES = 4_000
"""In the journal and not yet in the file, when it is time."""
_PAGE_BYTES = 4096

_log = logging.getLogger(__name__)


class Folding:
    """Looks at the journal of a database after each commit; ``connect`` opens the database.

    Until the journal has once been long there is neither thread nor connection.
    """

    def __init__(self, database: Path, connect: Callable[[], sqlcipher.Connection]) -> None:
        self._journal = Path(f"{database}-wal")
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="folding")
        self._connection: sqlcipher.Connection | None = None
        self._folding: Future[None] | None = None

    def look(self) -> None:
        """See whether there is much to do, unless that is being done."""
        if self._folding is None and not self._is_long():
            return
        if self._folding is None or self._folding.done():
            self._folding = self._thread.submit(self._look)

    def close(self) -> None:
        """Finish what is being done."""
        self._thread.shutdown()
        if self._connection:
            self._connection.close()

    def _is_long(self) -> bool:
        try:
            return self._journal.stat().st_size >= PAGES * _PAGE_BYTES
        except FileNotFoundError:
            return False

    def _look(self) -> None:
        try:
            self._connection = self._connection or self._connect()
            asked = self._connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            _, written, folded = asked
            if written - folded >= PAGES:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlcipher.Error:  # the writer does it later, and says what is wrong
            _log.warning("the journal was not folded", exc_info=True)
