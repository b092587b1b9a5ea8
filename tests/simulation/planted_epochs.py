"""Planted bugs in what a laptop does when its township was restored from a backup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from sync.server import epochs
from township.storage import doubtful, rereading, restored, tables

Patch = tuple[Any, str, Any]


def _lost_work_forgotten() -> list[Patch]:
    """What the restored township has lost of one's own work is not offered again."""
    return [(restored, "_offer_again", lambda *_: [])]


def _answers_not_doubted() -> list[Patch]:
    """What a copy of the laptop has offered again is taken for answered as before."""
    return [(doubtful, "begin", lambda *_: None)]


def _cursors_kept() -> list[Patch]:
    """The laptop goes on reading where it stood in a log that is no more."""
    real = rereading.begin

    def begin(connection: Connection) -> None:
        c = tables.bucket_cursor.c
        kept = connection.execute(tables.bucket_cursor.select()).all()
        real(connection)
        for row in kept:
            connection.execute(
                tables.bucket_cursor.update().where(c.bucket == row.bucket).values(seq=row.seq)
            )

    return [(rereading, "begin", begin)]


def _swept_too_early() -> list[Patch]:
    """What the first page did not bring is gone from the laptop until a later one does."""
    real = rereading.settle

    def settle(connection: Connection, head: int | None) -> set[str]:
        return real(connection, head and 1)

    return [(rereading, "settle", settle)]


def _never_swept() -> list[Patch]:
    """What the restored township does not have stays readable."""
    return [(rereading, "settle", lambda *_: set())]


def _marks_kept() -> list[Patch]:
    """What the pages bring is thrown away at the end all the same."""
    return [(rereading, "brought", lambda *_: None)]


def _old_epoch_served() -> list[Patch]:
    """The township answers as if it had never been restored: the laptop is on its own."""
    return [(epochs, "begin", lambda *_: b"")]


PLANTED_EPOCHS: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _lost_work_forgotten,
        _answers_not_doubted,
        _cursors_kept,
        _swept_too_early,
        _never_swept,
        _marks_kept,
        _old_epoch_served,
    )
}
