"""Which pictures may be kept: how many, how large, and nothing in them but the picture.

A photograph is never asked for, says nothing about where it was taken or by which camera, and
is small enough for a bad line (domain §4.3, §7).
"""

from __future__ import annotations

MOST = 2
"""Photographs of one visit that a form has room for; the township may allow fewer."""
MOST_BYTES = 400 << 10
LONGEST_SIDE = 1600
"""Pixels."""
MEDIA_TYPE = "image/jpeg"


def too_many(most: int) -> str:
    """For people: that there are enough."""
    return f"一次走访最多 {most} 张照片。要换一张，请先移去一张。"


_START, _END, _SCAN, _FILL = 0xD8, 0xD9, 0xDA, 0xFF
_SIZES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive frames: the segments that tell width and height."""
_ALLOWED = _SIZES | {0xC4, 0xDB, 0xDD, 0xE0, 0xEE}
"""Besides tables only the JFIF and Adobe marks: Exif, GPS, thumbnails and comments have others."""


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture that may be kept; None for whatever may not.

    Looks at the segments of a JPEG (ITU T.81, annex B): what stands before the scan must be
    needed for drawing it, so that no position, time, camera or text travels along.
    """
    if len(data) > MOST_BYTES or data[:2] != bytes([_FILL, _START]):
        return None
    if data[-2:] != bytes([_FILL, _END]):
        return None
    at, size = 2, None
    while at + 4 <= len(data) and data[at] == _FILL:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            return size if _clean_scans(data, at + 2 + length) else None
        if marker not in _ALLOWED or length < 2:
            return None
        if marker in _SIZES:
            size = _frame_size(data[at + 4 : at + 2 + length])
        at += 2 + length
    return None


def _frame_size(frame: bytes) -> tuple[int, int] | None:
    height, width = (int.from_bytes(frame[at : at + 2], "big") for at in (1, 3))
    fits = 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE
    return (width, height) if fits else None


def _clean_scans(data: bytes, at: int) -> bool:
    """Is there nothing after the first scan's head but scans and tables, up to the end mark?"""
    while (at := data.find(_FILL, at)) != -1 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == _END:
            return at + 2 == len(data)
        if marker == 0 or marker == _FILL or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == _FILL else 2  # a stuffed byte, filling, a restart mark
        elif marker in _ALLOWED or marker == _SCAN:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        else:
            return False
    return False
