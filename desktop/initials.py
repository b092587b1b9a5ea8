"""Pinyin initials of labels, for picking from short lists by keyboard.

The 3,755 characters of GB 2312 level 1 are in order of pinyin, so their first letters follow
from 23 borders; no dictionary is loaded. Names of residents are searched by
``township.storage.search``, which knows all readings.
"""

from __future__ import annotations

from bisect import bisect_right

_FIRST = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_LETTERS = "abcdefghjklmnopqrstwxyz"
_BORDERS = [int.from_bytes(c.encode("gb2312")) for c in _FIRST]
_LEVEL_1_END = 0xD7F9


def initials(text: str) -> str:
    """First letters of the characters: 入户走访 → rhzf; other characters stay, in lower case."""
    return "".join(map(_initial, text)).lower()


def _initial(character: str) -> str:
    try:
        code = int.from_bytes(character.encode("gb2312"))
    except UnicodeEncodeError:
        return character
    if not _BORDERS[0] <= code <= _LEVEL_1_END:
        return character
    return _LETTERS[bisect_right(_BORDERS, code) - 1]
