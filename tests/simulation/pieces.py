"""Pictures of some bytes travel as large ones do: in pieces, and never with records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sync import wire
from sync.server import files as server_files
from sync.wire import Answer, Request
from tests.simulation.things import Broken
from township.storage import files

_PIECE = 48
"""Bytes: most pictures take two to four."""


@contextmanager
def small_pieces() -> Iterator[None]:
    """Pictures of some bytes travel as large ones do."""
    with (
        patch.object(files, "MAX_PART", _PIECE),
        patch.object(files, "MAX_FILE_BYTES", 2 * _PIECE),
        patch.object(server_files, "MAX_PART", _PIECE),
        patch.object(server_files, "MAX_FILE_BYTES", 2 * _PIECE),
    ):
        yield


def watch(message: bytes, given: bytes) -> None:
    """Bytes of pictures travel in messages of their own. Raises Broken."""
    asked = wire.unpack(wire.open_envelope(message).body, Request)
    if asked.files is None:
        return
    told = wire.unpack(wire.open_envelope(given).body, Answer)
    records = asked.changesets or asked.chunks or asked.cursors is not None
    if records and asked.files.parts:
        raise Broken(12, "pieces of pictures go up with records")
    if told.files is None or not any(part.data for part in told.files.parts):
        return
    if records or told.page or told.chunks:
        raise Broken(12, "pieces of pictures come down with records")
