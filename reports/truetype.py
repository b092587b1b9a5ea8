"""Reading a TrueType file just as far as a PDF needs it, and cutting subsets from it.

Whole-file parsers build tables of all 30,000 characters (0.1 s and some MB a face); here a
character is looked up when it is first used, and the file stays mapped instead of loaded.
Format: OpenType 1.9, tables cmap (format 12), glyf, head, hhea, hmtx, loca, maxp, OS/2.
"""

from __future__ import annotations

import mmap
import struct
import sys
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

_CHECKSUM_OF_FILE = 0xB1B0AFBA
_UNICODE_FULL = (3, 10)


class TrueType:
    """One font file. Metrics are in thousandths of the type size.

    Raises ValueError for files that are not TrueType or lack a full Unicode map.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._data[:4] != b"\0\1\0\0":
            raise ValueError(f"{path.name} is not a TrueType font")
        count = int.from_bytes(self._data[4:6], "big")
        entries = struct.iter_unpack(">4s4xLL", self._data[12 : 12 + 16 * count])
        self._tables = {tag.decode("ascii"): (start, size) for tag, start, size in entries}
        head = self._table("head")
        units, self._long_offsets = _short(head, 18), _short(head, 50)
        self._scale = 1000 / units
        self._read_maps()
        self._read_metrics(head)

    def _read_maps(self) -> None:
        offset_type = "I" if self._long_offsets else "H"
        self._offsets = _numbers(self._table("loca"), offset_type)
        full_metrics = _short(self._table("hhea"), 34, signed=False)
        self._metrics = _numbers(self._table("hmtx"), "H")
        self._full_metrics = full_metrics
        groups = _numbers(self._character_map(), "I")
        self._starts, self._ends, self._first = groups[0::3], groups[1::3], groups[2::3]

    def _read_metrics(self, head: bytes) -> None:
        line, traits = self._table("hhea"), self._table("OS/2")
        self.ascent = round(_short(line, 4) * self._scale)
        self.descent = round(_short(line, 6) * self._scale)
        self.cap_height = round(_short(traits, 88) * self._scale)
        self.weight = _short(traits, 4)
        self.box = [round(_short(head, place) * self._scale) for place in range(36, 44, 2)]

    def _table(self, tag: str) -> bytes:
        if tag not in self._tables:
            raise ValueError(f"the font has no table {tag}")
        start, size = self._tables[tag]
        return self._data[start : start + size]

    def _character_map(self) -> bytes:
        table = self._table("cmap")
        for platform, encoding, start in struct.iter_unpack(
            ">HHL", table[4 : 4 + 8 * _short(table, 2)]
        ):
            if (platform, encoding) == _UNICODE_FULL and _short(table, start) == 12:
                groups = int.from_bytes(table[start + 12 : start + 16], "big")
                return table[start + 16 : start + 16 + 12 * groups]
        raise ValueError("the font has no full Unicode map")

    def glyph(self, code_point: int) -> int:
        """The glyph of a character, 0 when there is none."""
        place = bisect_right(self._starts, code_point) - 1
        if place < 0 or code_point > self._ends[place]:
            return 0
        return self._first[place] + code_point - self._starts[place]

    def advance(self, glyph: int) -> float:
        """The width of a glyph."""
        return self._metrics[2 * min(glyph, self._full_metrics - 1)] * self._scale

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """A font file with these glyphs only, numbered in this order; 0 must come first.

        Raises ValueError for a glyph that is composed of others: no font we carry has any.
        """
        outlines = [self._outline(glyph) for glyph in glyphs]
        offsets = array("I", [0])
        for outline in outlines:
            offsets.append(offsets[-1] + len(outline))
        bearings = [self._horizontal(glyph) for glyph in glyphs]
        tables = {
            "glyf": b"".join(outlines),
            "head": _patched(_patched(self._table("head"), 50, 1), 8, 0, "I"),
            "hhea": _patched(self._table("hhea"), 34, len(glyphs)),
            "hmtx": b"".join(bearings),
            "loca": _big_endian(offsets),
            "maxp": _patched(self._table("maxp"), 4, len(glyphs)),
        }
        return _font_file(tables)

    def _outline(self, glyph: int) -> bytes:
        unit = 1 if self._long_offsets else 2
        base = self._tables["glyf"][0]
        start, end = (unit * self._offsets[glyph + i] for i in (0, 1))
        outline = self._data[base + start : base + end]
        if outline and _short(outline, 0) < 0:
            raise ValueError("composed glyphs are not supported")
        return outline + b"\0" * (-len(outline) % 4)

    def _horizontal(self, glyph: int) -> bytes:
        """Width and left bearing as they stand in the file."""
        last = self._full_metrics - 1
        width = self._metrics[2 * min(glyph, last)]
        bearing = self._metrics[2 * glyph + 1 if glyph <= last else last + 1 + glyph]
        return struct.pack(">HH", width, bearing)


def _font_file(tables: dict[str, bytes]) -> bytes:
    """The tables as a file, with check sums."""
    power = len(tables).bit_length() - 1
    head = struct.pack(
        ">4sHHHH",
        b"\0\1\0\0",
        len(tables),
        16 << power,
        power,
        16 * len(tables) - (16 << power),
    )
    directory, body = [], []
    place = len(head) + 16 * len(tables)
    for tag, table in sorted(tables.items()):
        padded = table + b"\0" * (-len(table) % 4)
        directory.append(
            struct.pack(">4sLLL", tag.encode("ascii"), _checksum(padded), place, len(table))
        )
        if tag == "head":
            checksum_place = place + 8
        body.append(padded)
        place += len(padded)
    file = b"".join([head, *directory, *body])
    return _patched(file, checksum_place, (_CHECKSUM_OF_FILE - _checksum(file)) % 2**32, "I")


def _checksum(padded: bytes) -> int:
    return sum(_numbers(padded, "I")) % 2**32


def _short(table: bytes, place: int, *, signed: bool = True) -> int:
    return int.from_bytes(table[place : place + 2], "big", signed=signed)


def _numbers(table: bytes, kind: str) -> array[int]:
    """Unsigned big-endian numbers of two (``H``) or four (``I``) bytes."""
    numbers = array(kind)
    numbers.frombytes(table[: len(table) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _big_endian(numbers: array[int]) -> bytes:
    swapped = numbers[:]
    if sys.byteorder == "little":
        swapped.byteswap()
    return swapped.tobytes()


def _patched(table: bytes, place: int, value: int, kind: str = "H") -> bytes:
    return table[:place] + struct.pack(f">{kind}", value) + table[place + struct.calcsize(kind) :]
