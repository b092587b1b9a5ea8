"""Chinese line breaking (避头尾): where a line may end, measured by character widths.

Rules: GB/T 15834-2011 chapter 5 and W3C clreq (marks that may not begin or end a line).
A character that may not stand where it falls goes to the next line with the one before it;
nothing hangs into the margin.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

NO_START = frozenset(
    "!%),.:;?]}¢°·’”†‡›℃∶、。〃〆〉》」』】〕〗〞﹚﹜！＂％＇），．：；？］｝～…—–•‧・々"
)
"""Marks that may not begin a line."""
NO_END = frozenset("$(£¥‘“‹〈《「『【〔〖〝﹙﹛＄（［｛￡￥")
"""Marks that may not end a line."""
BLANKS = " \t\u3000"
"""Dropped where a line breaks."""
_PAIRED = frozenset("—…")
_INSIDE_WORDS = frozenset("-./_@:,+'&=~")
_ROUNDING = 1e-6


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two neighbouring characters."""
    if _stays_behind(before, after):
        return False
    if _in_word(before) and _in_word(after):
        return False
    return not (before == after and before in _PAIRED)


def break_lines(text: str, advances: Sequence[float], width: float) -> list[str]:
    """The lines of a text; ``advances`` are the widths of its characters.

    Blanks where a line breaks are dropped, nothing else is. A line end in the text ends the
    line; an empty text has no lines. A word that is wider than the line is cut, a character
    that is wider stands alone.
    """
    if not text:
        return []
    if "\n" not in text and sum(advances) <= width + _ROUNDING:
        return [text]
    lines: list[str] = []
    start = 0
    for paragraph in text.split("\n"):
        end = start + len(paragraph)
        lines += _break_paragraph(paragraph, advances[start:end], width)
        start = end + 1
    return lines


def _break_paragraph(text: str, advances: Sequence[float], width: float) -> list[str]:
    if not text:
        return [""]
    ends = list(accumulate(advances))
    lines = []
    start = 0
    while start < len(text):
        used = ends[start - 1] if start else 0.0
        fitting = bisect_right(ends, used + width + _ROUNDING)
        end = len(text)
        if fitting < end:
            end = _break_point(text, start, max(fitting, start + 1))
        lines.append(text[start:end].rstrip(BLANKS))
        start = end
        while start < len(text) and text[start] in BLANKS:
            start += 1
    return lines


def _break_point(text: str, start: int, fitting: int) -> int:
    """Where to end the line that begins at ``start`` and has room up to ``fitting``."""
    if fitting == len(text):
        return fitting
    places = range(fitting, start, -1)
    for place in places:
        if _allowed(text, start, place):
            return place
    for place in places:
        if not _stays_behind(text[place - 1], text[place]):
            return place
    return fitting


def _allowed(text: str, start: int, place: int) -> bool:
    """Whether the line from ``start`` may end before ``place``, blanks there being dropped."""
    left, right = place, place
    while left > start and text[left - 1] in BLANKS:
        left -= 1
    while right < len(text) and text[right] in BLANKS:
        right += 1
    if left == start or right == len(text):
        return left > start
    if left < right:
        return not _stays_behind(text[left - 1], text[right])
    return may_break(text[place - 1], text[place])


def _stays_behind(before: str, after: str) -> bool:
    return after in NO_START or before in NO_END or _combines(after)


def _in_word(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in _INSIDE_WORDS
    return ord(character) < 0x2E80 and character.isalnum()


def _combines(character: str) -> bool:
    """Whether the character only changes the one before it (variants, accents)."""
    code = ord(character)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x300 <= code <= 0x36F
