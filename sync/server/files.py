"""The township's pictures: taking pieces in and giving them out.

The record of a picture says what its bytes must be and who may have them; without a record
nothing is taken. Whoever made a record may bring its picture, even when the zone was taken away
in between; only who holds the record's bucket gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from re import fullmatch

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from sync.server import devices, tables
from sync.server.devices import Device
from sync.server.vault import Vault
from sync.wire import Request
from township.changes import Writers
from township.rules import photos as rules
from township.storage.file_pages import (
    MAX_FILE_BYTES,
    MAX_PART,
    FilePart,
    Files,
    FileStand,
    FilesTold,
    FileWant,
)
from township.values import moment_text

KIND = "attachment"
Refusals = dict[bytes, str]
"""Why pieces of the pictures of these records were not taken."""


@dataclass(frozen=True)
class _Named:
    """The picture that a record names; ``refused``: why this device may not bring it."""

    sha256: str = ""
    size: int = 0
    held: bool = False
    refused: str | None = None


class FileDesk:
    """Pictures of one township, as one device may see them."""

    def __init__(self, connection: Connection, device: Device, vault: Vault) -> None:
        self._connection = connection
        self._device = device
        self._vault = vault
        self._granted = set(devices.scope(connection, device).buckets)
        self.foreign = False
        """Was it asked about pictures that are not this device's business?"""

    def take(self, parts: Sequence[FilePart], now: datetime) -> Refusals:
        """Keep pieces that go on from what is here; all others change nothing."""
        refused: Refusals = {}
        for piece in parts:
            named = self._named(piece.record)
            if named.refused or not piece.data or self._is_whole(named.sha256):
                continue
            if piece.at != self._have(named.sha256):
                continue
            if piece.at + len(piece.data) < named.size:
                self._keep(named.sha256, piece, now)
            elif not self._finish(named, piece, now):
                refused[piece.record] = "wrong"
        return refused

    def told(self, files: Files, refused: Refusals, *, room: int | None) -> FilesTold:
        """How the pictures stand that the laptop spoke of, and those that it wants.

        ``room`` is how many bytes may go out. With 0 only those are answered, from the first
        on, that are not to be had. None: this laptop's program may not pull, no picture is.
        """
        records = [*files.offers, *dict.fromkeys(part.record for part in files.parts)]
        stands = [self._stand(record, refused.get(record)) for record in records]
        return FilesTold(stands, self._given(files.wants, room))

    def _given(self, wants: Iterable[FileWant], room: int | None) -> list[FilePart]:
        if room is None:
            return [FilePart(want.record, want.at, b"") for want in wants]
        given: list[FilePart] = []
        for want in wants:
            named = self._named(want.record)
            data = self._read(named.sha256) if named.held else None
            piece = (data or b"")[want.at : want.at + MAX_PART]
            if piece and len(piece) > room:
                break
            room -= len(piece)
            given.append(FilePart(want.record, want.at, piece))
        return given

    def _stand(self, record: bytes, refused: str | None) -> FileStand:
        named = self._named(record)
        if refused or named.refused:
            return FileStand(record, 0, False, refused or named.refused)
        if self._is_whole(named.sha256):
            return FileStand(record, named.size, True)
        return FileStand(record, self._have(named.sha256))

    def _named(self, record: bytes) -> _Named:
        c = tables.record.c
        row = self._connection.execute(
            select(c.bucket, c.state, c.writers, c.deleted).where(
                c.township_id == self._device.township_id, c.kind == KIND, c.id == record
            )
        ).one_or_none()
        if row is None or row.deleted:
            return _Named(refused="unknown")
        name, size = picture_of(row.state)
        if not name:
            return _Named(refused="unknown")
        held = row.bucket in self._granted
        mine = (Writers.unpack(row.writers).default or "").startswith(f"{self._device.number}.")
        if not held and not mine:
            self.foreign = True
            return _Named(refused="not_granted")
        if not 0 < size <= rules.MOST_BYTES:
            return _Named(refused="too_large")
        return _Named(name, size, held)

    def _is_whole(self, name: str) -> bool:
        c = tables.file.c
        found = select(c.sha256).where(*self._of(name))
        return self._connection.scalar(found) is not None

    def _read(self, name: str) -> bytes | None:
        sealed = self._connection.scalar(select(tables.file.c.sealed).where(*self._of(name)))
        return self._vault.open(sealed, self._about(name)) if sealed is not None else None

    def _have(self, name: str) -> int:
        size = select(func.sum(tables.file_part.c.size)).where(*self._of_part(name))
        return int(self._connection.scalar(size) or 0)

    def _keep(self, name: str, piece: FilePart, now: datetime) -> None:
        row = {
            "township_id": self._device.township_id,
            "device": self._device.number,
            "sha256": name,
            "at": piece.at,
            "size": len(piece.data),
            "sealed": self._vault.seal(piece.data, self._about(name, piece.at)),
            "kept_at": moment_text(now),
        }
        self._connection.execute(insert(tables.file_part), [row])

    def _finish(self, named: _Named, last: FilePart, now: datetime) -> bool:
        """The last piece is here: keep the picture if it is the right one and may be kept."""
        c = tables.file_part.c
        before = self._connection.execute(
            select(c.at, c.sealed).where(*self._of_part(named.sha256)).order_by(c.at)
        )
        pieces = [self._vault.open(row.sealed, self._about(named.sha256, row.at)) for row in before]
        data = b"".join((*filter(None, pieces), last.data))
        fits = sha256(data).hexdigest() == named.sha256 and rules.picture_size(data) is not None
        gone = (c.township_id == self._device.township_id, c.sha256 == named.sha256)
        mine = () if fits else (c.device == self._device.number,)
        self._connection.execute(delete(tables.file_part).where(*gone, *mine))
        if None in pieces:  # damaged here, not by the laptop: it begins anew
            return True
        if fits:
            row = {
                "township_id": self._device.township_id,
                "sha256": named.sha256,
                "sealed": self._vault.seal(data, self._about(named.sha256)),
                "kept_at": moment_text(now),
            }
            self._connection.execute(insert(tables.file), [row])
        return fits

    def _of(self, name: str) -> tuple[ColumnElement[bool], ...]:
        c = tables.file.c
        return c.township_id == self._device.township_id, c.sha256 == name

    def _of_part(self, name: str) -> tuple[ColumnElement[bool], ...]:
        c = tables.file_part.c
        return (
            c.township_id == self._device.township_id,
            c.device == self._device.number,
            c.sha256 == name,
        )

    def _about(self, name: str, at: int | None = None) -> bytes:
        return about(self._device.township_id, name, self._device.number, at)


def room_for(request: Request) -> int:
    """Bytes of pictures for an answer: none while records move, in whichever direction."""
    records = request.changesets or request.chunks or request.cursors is not None
    return 0 if records else MAX_FILE_BYTES


def about(township_id: bytes, name: str, device: int = 0, at: int | None = None) -> bytes:
    """What a sealed picture is bound to, or a piece of it from this device."""
    place = b"" if at is None else b"%d/%d" % (device, at)
    return township_id + name.encode() + place


def picture_of(state: bytes) -> tuple[str, int]:
    """The name and size of a picture by its record; an empty name when the record is unfit."""
    values = msgspec.msgpack.decode(state)
    name, size = values.get("sha256"), values.get("size")
    if not isinstance(name, str) or not fullmatch("[0-9a-f]{64}", name):
        return "", 0
    return name, size if isinstance(size, int) else 0
