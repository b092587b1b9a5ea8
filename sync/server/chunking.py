"""Records of a bucket as parts of a snapshot: by columns, compressed, cut where ids say so.

Where a part ends depends on the ids of its records and not on their number, so that following
snapshots share the parts in which nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import zstandard

from sync.server.stamps import Stamps
from township.storage.folding import wall_text
from township.storage.pages import ChunkLine, Group

LEAST = 2 << 20
"""Bytes of records before a part may end; about a fifth is left after compression."""
MOST = 3 << 20
_ENDS = 1 << 9
"""One of so many records may end a part."""
_OVERHEAD = 80
_LEVEL = 6


class Stored(NamedTuple):
    """One row of the record table."""

    kind: str
    id: bytes
    state: bytes
    writers: bytes
    stamps: bytes


class Part(NamedTuple):
    """A finished chunk; ``plain`` is about how large its records are."""

    line: ChunkLine
    data: bytes
    plain: int


def parts(rows: Iterable[Stored]) -> Iterator[Part]:
    """Cut the records of a bucket, sorted by kind and id, into chunks."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    columns: list[_Columns] = []
    size = 0
    for row in rows:
        if not columns or columns[-1].kind != row.kind:
            columns.append(_Columns(row.kind))
        columns[-1].add(row)
        size += len(row.state) + len(row.writers) + _OVERHEAD
        if size >= MOST or (size >= LEAST and crc32(row.id) % _ENDS == 0):
            yield _part(columns, size, compressor)
            columns, size = [], 0
    if columns:
        yield _part(columns, size, compressor)


def _part(columns: list[_Columns], size: int, compressor: zstandard.ZstdCompressor) -> Part:
    plain = msgspec.msgpack.encode([one.group() for one in columns])
    data = compressor.compress(plain)
    records = sum(len(one.ids) for one in columns)
    return Part(ChunkLine(sha256(data).digest(), len(data), records), data, size)


class _Columns:
    """Records of one kind on their way into a group."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.ids: list[bytes] = []
        self._writers: list[bytes] = []
        self._stamps: list[Stamps] = []
        self._states: list[dict[str, Any]] = []

    def add(self, row: Stored) -> None:
        self.ids.append(row.id)
        self._writers.append(row.writers)
        self._stamps.append(_STAMPS.decode(row.stamps))
        self._states.append(_STATE.decode(row.state))

    def group(self) -> Group:
        stamps = self._stamps
        names = sorted({name for state in self._states for name in state})
        fields = {name: [state.get(name) for state in self._states] for name in names}
        return Group(
            self.kind,
            self.ids,
            self._writers,
            [s.created_by for s in stamps],
            [wall_text(s.created_ms) for s in stamps],
            [s.updated_by for s in stamps],
            [wall_text(s.updated_ms) for s in stamps],
            [wall_text(s.deleted_ms) if s.deleted_ms is not None else None for s in stamps],
            {name: values for name, values in fields.items() if any(v is not None for v in values)},
        )


_STAMPS = msgspec.msgpack.Decoder(Stamps)
_STATE = msgspec.msgpack.Decoder(dict[str, Any])
