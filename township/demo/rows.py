"""One generated record, and ids that are the same from the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from random import Random
from typing import NamedTuple

from township.values import CHINA, Value, moment_text

Fields = dict[str, Value]


class Row(NamedTuple):
    """A record to be: fields in stored form, who wrote it and when (milliseconds since 1970)."""

    kind: str
    id: bytes
    fields: Fields
    author: bytes
    wall_ms: int


class Ids:
    """UUIDv7 ids in the order of their moments; the random part follows from the seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed}:ids")
        self._count = 0

    def new(self, wall_ms: int) -> bytes:
        """An id of that moment; ids of one moment ascend in the order of the calls."""
        self._count = (self._count + 1) % (1 << 26)
        high, low = self._count >> 14, self._count & 0x3FFF
        tail = self._random.getrandbits(48)
        number = wall_ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low << 48 | tail
        return number.to_bytes(16, "big")


def row(
    kind: str, record_id: bytes, author: bytes, wall_ms: int, fields: Mapping[str, Value]
) -> Row:
    """A row without its empty fields: absent means empty, as in a laptop's own changesets."""
    kept: Fields = {name: value for name, value in fields.items() if value is not None}
    return Row(kind, record_id, kept, author, wall_ms)


def wall(on: date, minute: int) -> int:
    """Milliseconds of a minute of the day in China."""
    at = datetime.combine(on, time(minute // 60, minute % 60), CHINA)
    return int(at.timestamp()) * 1000


def moment(wall_ms: int) -> str:
    """A wall time as a stored moment."""
    return moment_text(datetime.fromtimestamp(wall_ms / 1000, CHINA))


def refs(ids: list[bytes] | tuple[bytes, ...]) -> str | None:
    """Ids as the stored value of a list of references."""
    return " ".join(sorted(i.hex() for i in ids)) or None


class TestPhones:
    """Mobiles that begin with 12, which no operator gives out; each is given once."""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> str:
        """A number that nobody has."""
        self._count += 1
        return f"12{self._count * 7_368_787 % 10**9:09d}"
