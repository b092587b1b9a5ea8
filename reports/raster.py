"""PDF pages as pictures, for preview and for tests; knows no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pypdfium2

_ONE_AT_A_TIME = Lock()
"""PDFium is not thread-safe."""


@dataclass(frozen=True)
class Picture:
    """Pixels row by row from the top, four bytes each: blue, green, red, unused.

    That is the memory layout of ``QImage.Format_RGB32`` on the machines we run on.
    """

    width: int
    height: int
    pixels: bytes


def page_count(pdf: bytes) -> int:
    """How many pages the document has."""
    with _opened(pdf) as document:
        return len(document)


def render_page(pdf: bytes, index: int, scale: float) -> Picture:
    """One page, counted from 0; at scale 1 a point is a pixel (72 dpi)."""
    with _opened(pdf) as document, _closing(document[index]) as page:
        bitmap = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=True)
        with _closing(bitmap):
            pixels = bytes(bitmap.buffer)
            return Picture(bitmap.width, bitmap.height, pixels)


def page_text(pdf: bytes, index: int) -> str:
    """The text of a page in reading order, as a reader program would copy it."""
    with (
        _opened(pdf) as document,
        _closing(document[index]) as page,
        _closing(page.get_textpage()) as text_page,
    ):
        return str(text_page.get_text_bounded()).replace("\r\n", "\n")


@contextmanager
def _opened(pdf: bytes) -> Iterator[Any]:
    with _ONE_AT_A_TIME, _closing(pypdfium2.PdfDocument(pdf)) as document:
        yield document


@contextmanager
def _closing(part: Any) -> Iterator[Any]:
    try:
        yield part
    finally:
        part.close()
