"""The font files that the package carries. Why these: docs/decisions/010-fonts.md."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from reports.truetype import TrueType

FONT_FOLDER = Path(__file__).parent / "assets" / "fonts"
"""The desktop loads the same files, so that the screen looks like the paper."""

SANS_FILE = FONT_FOLDER / "NotoSansSC-Regular.ttf"
SANS_BOLD_FILE = FONT_FOLDER / "NotoSansSC-Bold.ttf"
SERIF_FILE = FONT_FOLDER / "NotoSerifSC-Regular.ttf"
RARE_FILE = FONT_FOLDER / "LianxinqiaoRareHan.ttf"


class Face:
    """One TrueType file. Lengths are in thousandths of the type size."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._font = TrueType(path)

    def __contains__(self, character: str) -> bool:
        return self._font.glyph(ord(character)) != 0

    def width(self, code_point: int) -> float:
        """The width of a character."""
        return self._font.advance(self._font.glyph(code_point))

    def subset(self, code_points: Sequence[int]) -> tuple[bytes, list[int]]:
        """A font file with the glyphs of these characters, and the number of each in it.

        Characters that share a glyph share its number; glyph 0 is always ``.notdef``.
        """
        numbers = {0: 0}
        glyphs = [self._font.glyph(code_point) for code_point in code_points]
        placed = [numbers.setdefault(glyph, len(numbers)) for glyph in glyphs]
        return self._font.subset(list(numbers)), placed

    def descriptor(self) -> dict[str, object]:
        """The metrics that a PDF font descriptor wants. Source: ISO 32000-1, 9.8.1."""
        font = self._font
        return {
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": font.cap_height,
            "ItalicAngle": 0,
            "StemV": 50 + (font.weight // 65) ** 2,
            "FontBBox": font.box,
        }


@cache
def face(path: Path) -> Face:
    """The opened file, kept for the life of the program."""
    return Face(path)
