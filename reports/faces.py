"""The font files that the package carries: parsed once, cut to what a document uses.

Why these faces: docs/decisions/010-fonts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from reportlab.pdfbase.ttfonts import TTFontFace

FONT_FOLDER = Path(__file__).parent / "assets" / "fonts"
"""The desktop loads the same files, so that the screen looks like the paper."""

SANS_FILE = FONT_FOLDER / "NotoSansSC-Regular.ttf"
SANS_BOLD_FILE = FONT_FOLDER / "NotoSansSC-Bold.ttf"
SERIF_FILE = FONT_FOLDER / "NotoSerifSC-Regular.ttf"
RARE_FILE = FONT_FOLDER / "LianxinqiaoRareHan.ttf"


class Face:
    """One TrueType file. Lengths are in thousandths of the type size."""

    def __init__(self, path: Path) -> None:
        self._font = TTFontFace(str(path))
        self._lock = Lock()
        self.name: str = self._font.name.decode("ascii")
        self.glyphs: dict[int, int] = self._font.charToGlyph
        self.widths: dict[int, float] = self._font.charWidths

    def __contains__(self, character: str) -> bool:
        return ord(character) in self.glyphs

    def subset(self, codes: Sequence[int]) -> tuple[bytes, list[int]]:
        """A font file with the glyphs of ``codes``, and the glyph number of each code in it.

        Characters that share a glyph share its number; glyph 0 is always ``.notdef``.
        """
        numbers = {0: 0}
        glyphs = [self.glyphs.get(code, 0) for code in codes]
        placed = [numbers.setdefault(glyph, len(numbers)) for glyph in glyphs]
        with self._lock:  # the parser keeps a reading position
            return self._font.makeSubset(codes), placed

    def descriptor(self) -> dict[str, object]:
        """The metrics that a PDF font descriptor wants."""
        font = self._font
        return {
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": font.capHeight,
            "ItalicAngle": font.italicAngle,
            "StemV": font.stemV,
            "FontBBox": list(font.bbox),
        }


@cache
def face(path: Path) -> Face:
    """The parsed file; some 60 ms the first time, kept for the life of the program."""
    return Face(path)
