from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from reports.faces import FONT_FOLDER
from reports.truetype import TrueType

FILES = sorted(FONT_FOLDER.glob("*.ttf"))
SAMPLE = "王𠮷明龍a1，。〓𪚥 ⸺"


def outline(font: TTFont, glyph: str) -> object:
    coordinates, ends, flags = font["glyf"][glyph].getCoordinates(font["glyf"])
    return list(coordinates), list(ends), list(flags)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_subset_has_the_outlines_and_widths_of_the_whole(path: Path) -> None:
    ours = TrueType(path)
    with TTFont(path, lazy=True) as whole:
        compare_subset(ours, whole)


def compare_subset(ours: TrueType, whole: TTFont) -> None:
    names, mapped = whole.getGlyphOrder(), whole.getBestCmap()
    chosen = [0] + [ours.glyph(ord(c)) for c in SAMPLE if ord(c) in mapped]
    subset = TTFont(BytesIO(ours.subset(chosen)), checkChecksums=2)
    assert subset["maxp"].numGlyphs == len(chosen)
    for number, glyph in enumerate(chosen):
        there = names[glyph]
        here = subset.getGlyphOrder()[number]
        assert outline(subset, here) == outline(whole, there)
        assert subset["hmtx"][here] == whole["hmtx"][there]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_characters_and_widths_are_those_of_an_independent_reader(path: Path) -> None:
    ours = TrueType(path)
    with TTFont(path, lazy=True) as whole:
        compare_characters(ours, whole)


def compare_characters(ours: TrueType, whole: TTFont) -> None:
    mapped, numbers = whole.getBestCmap(), whole.getReverseGlyphMap()
    units, widths = whole["head"].unitsPerEm, whole["hmtx"]
    for code_point in range(0x20, 0x32000, 7):
        glyph = mapped.get(code_point)
        assert ours.glyph(code_point) == (numbers[glyph] if glyph else 0)
        if glyph:
            expected = widths[glyph][0] * 1000 / units
            assert ours.advance(ours.glyph(code_point)) == pytest.approx(expected)


def test_what_is_not_a_font_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "not-a-font.ttf"
    other.write_bytes(b"OTTO" + bytes(100))
    with pytest.raises(ValueError, match="not a TrueType font"):
        TrueType(other)
