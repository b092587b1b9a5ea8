"""Trying a whole transaction again when the database asks for it, or was away for a moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

from township.errors import WorldError

P = ParamSpec("P")
R = TypeVar("R")

_PAUSES = (0.01, 0.03, 0.1, 0.3, 0.6, 1.0, 2.0)
"""Seconds before each further try, more or less: a database that starts anew is back by then."""

_AGAIN = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "53300",  # too_many_connections
    }
)
_LOCKED = "55P03"
"""lock_not_available: the township was waited for long enough."""


class StoreAway(WorldError):
    """The database does not answer; what was asked may be asked again later."""


class StoreFull(WorldError):
    """There is no room for what was sent; nothing of it was taken."""


def retrying(work: Callable[P, R]) -> Callable[P, R]:
    """Makes a function that is one whole transaction be tried again, a bounded number of times.

    It must be harmless to do twice: when a connection breaks at the commit nobody knows whether
    it was done. Raises StoreAway when the last try fails like those before, StoreFull at once.
    """

    @wraps(work)
    def patient(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in (*_PAUSES, None):
            try:
                return work(*args, **kwargs)
            except DBAPIError as error:
                if _full(error):
                    raise StoreFull("镇服务器的磁盘满了，没有写入任何内容。请清理磁盘。") from error
                if not _passes(error) and _state(error) != _LOCKED:
                    raise
                if pause is None or _state(error) == _LOCKED:
                    raise _away(error) from error
            time.sleep(pause * random.uniform(0.5, 1.5))
        raise AssertionError("the last try has no pause")

    return patient


def _state(error: DBAPIError) -> str | None:
    """The SQLSTATE that PostgreSQL gave; SQLite knows none."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _full(error: DBAPIError) -> bool:
    """No room on the disk: SQLITE_FULL, or PostgreSQL's disk_full."""
    return _state(error) == "53100" or str(error.orig) == "database or disk is full"


def _passes(error: DBAPIError) -> bool:
    return _unreachable(error) or _state(error) in _AGAIN


def _unreachable(error: DBAPIError) -> bool:
    """The connection broke, or there never was one."""
    refused = isinstance(error, OperationalError) and hasattr(error.orig, "sqlstate")
    state = _state(error)
    no_answer = refused and (state is None or state.startswith("08"))
    return error.connection_invalidated or no_answer


def _away(error: DBAPIError) -> StoreAway:
    told = str(error.orig).strip().splitlines()[0] if _unreachable(error) else "一直繁忙"
    return StoreAway(
        f"镇服务器的数据库现在用不了。请检查它是否在运行、地址和口令是否正确。（{told}）"
    )
