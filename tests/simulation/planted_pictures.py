"""Planted bugs about photographs: told too early, put together wrongly, kept or lost too soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from sync.server.files import FileDesk
from township.storage import file_tables, files, replica
from township.storage.file_pages import FilePart, FileStand

Patch = tuple[Any, str, Any]


def _told_before_kept() -> list[Patch]:
    """A picture counts as sent with its first piece."""
    real = files._note

    def note(connection: Connection, stand: FileStand) -> None:
        real(connection, FileStand(stand.record, stand.have, stand.whole or stand.have > 0))

    return [(files, "_note", note)]


def _whole_before_commit() -> list[Patch]:
    """The township says that it has a picture whose last piece it never wrote."""

    def finish(self: FileDesk, named: Any, last: FilePart, now: datetime) -> bool:
        written.add((named.sha256, self._device.township_id))
        return True

    def is_whole(self: FileDesk, name: str) -> bool:
        return (name, self._device.township_id) in written or real(self, name)

    real = FileDesk._is_whole
    written: set[tuple[str, bytes]] = set()
    return [(FileDesk, "_finish", finish), (FileDesk, "_is_whole", is_whole)]


def _piece_anywhere() -> list[Patch]:
    """A piece is added to what is there, wherever it belongs."""
    real = FileDesk.take

    def take(self: FileDesk, parts: Sequence[FilePart], now: datetime) -> Any:
        refused: dict[bytes, str] = {}
        for piece in parts:
            have = self._have(self._named(piece.record).sha256)
            refused |= real(self, [FilePart(piece.record, have, piece.data)], now)
        return refused

    return [(FileDesk, "take", take)]


def _pictures_stay() -> list[Patch]:
    """The records of a lost zone leave, their pictures stay."""
    return [(files, "tidy", lambda *_: None)]


def _unsent_pictures_leave() -> list[Patch]:
    """The records of a lost zone leave with pictures that nobody else has."""
    real = files.tidy

    def tidy(connection: Connection) -> None:
        connection.exec_driver_sql(
            "DELETE FROM file_out WHERE record_id NOT IN (SELECT id FROM attachment)"
        )
        real(connection)

    return [(files, "tidy", tidy)]


def _pictures_first() -> list[Patch]:
    """Pieces go with records."""
    real = replica.Replica.files

    def ask(self: replica.Replica, *given: Any, pieces: bool) -> Any:
        return real(self, *given, pieces=True)

    return [(replica.Replica, "files", ask)]


def _restored_without_pictures() -> list[Patch]:
    """A restored server gets its records back and no pictures."""
    return [(files, "offer_again", lambda *_: None)]


def _wrong_picture_kept() -> list[Patch]:
    """A laptop does not compare what has come with its name."""
    real = files._take_part

    def take(connection: Connection, piece: FilePart) -> bool:
        name = connection.exec_driver_sql(
            "SELECT sha256 FROM attachment WHERE id = ?", (piece.record,)
        ).scalar()
        part = file_tables.part.c
        had = connection.scalars(select(part.data).where(part.sha256 == name)).all()
        whole = real(connection, piece)
        if whole and had:
            connection.exec_driver_sql(
                "UPDATE file_content SET data = ? WHERE sha256 = ?", (piece.data, name)
            )
        return whole

    return [(files, "_take_part", take)]


PICTURES: dict[str, Callable[[], list[Patch]]] = {
    made.__name__.removeprefix("_"): made
    for made in (
        _told_before_kept,
        _whole_before_commit,
        _piece_anywhere,
        _pictures_stay,
        _unsent_pictures_leave,
        _pictures_first,
        _restored_without_pictures,
        _wrong_picture_kept,
    )
}
