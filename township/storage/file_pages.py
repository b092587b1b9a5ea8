"""What laptop and township say to each other about the bytes of photographs.

The sync puts these on the wire as they are; ``township.storage.files`` applies them. A picture
is named by the Id of its record: the record says what the bytes must be and who may have them.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from township.storage.pages import Count, Id

MAX_FILES = 64
"""Pictures that one message may speak of in each of its lists."""
MAX_PART = 128 << 10
"""The most bytes of a picture that travel in one piece."""
MAX_FILE_BYTES = 2 * MAX_PART
"""Bytes of pictures in one message: new records wait no longer for a bad line than that."""

FilePartBytes = Annotated[bytes, Meta(max_length=MAX_PART)]


class FilePart(msgspec.Struct, array_like=True, frozen=True):
    """Bytes of a picture from position ``at`` on."""

    record: Id
    at: Count
    data: FilePartBytes


class FileWant(msgspec.Struct, array_like=True, frozen=True):
    """The laptop has the first ``at`` bytes of this picture and wants more."""

    record: Id
    at: Count


class Files(msgspec.Struct, array_like=True, frozen=True):
    """A laptop's turn: pictures that it could send, bytes of some, and those that it lacks."""

    offers: Annotated[list[Id], Meta(max_length=MAX_FILES)]
    parts: Annotated[list[FilePart], Meta(max_length=MAX_FILES)]
    wants: Annotated[list[FileWant], Meta(max_length=MAX_FILES)]


class FileStand(msgspec.Struct, array_like=True, frozen=True):
    """How many bytes of a picture the township has; ``whole``: all, and they are the right ones.

    ``refused``: why it takes none, see docs/sync-protocol.md.
    """

    record: Id
    have: Count
    whole: bool = False
    refused: str | None = None


class FilesTold(msgspec.Struct, array_like=True, frozen=True):
    """The township's turn: one stand for each offer, then for each record of the parts, and the
    bytes for the first of the wants; a part without bytes: not here (yet), or not granted.
    """

    stands: list[FileStand]
    parts: list[FilePart]
