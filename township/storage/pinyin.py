"""Pinyin keys of names: initials and full syllables, of every reading a character has."""

from __future__ import annotations

from itertools import islice, product

from pypinyin import Style, pinyin

MOST_READINGS = 12
"""Combinations of readings kept per name; names with more are beyond everyday use."""


def keys(name: str) -> set[str]:
    """Search keys of a name: ``王大明`` → {"wdm", "wangdm", "wangdaming", …}.

    ü is written v, as input methods do, and also u. Latin letters in a
    name are found as text, not as pinyin.
    """
    readings = pinyin(_spoken(name), style=Style.NORMAL, heteronym=True, errors="ignore")
    spelled = [sorted({form for word in words for form in _forms(word)}) for words in readings]
    found: set[str] = set()
    for combination in islice(product(*spelled), MOST_READINGS if spelled else 0):
        found.add("".join(combination))
        found.add("".join(syllable[0] for syllable in combination))
        found.add(combination[0] + "".join(syllable[0] for syllable in combination[1:]))
    found.discard("")
    return found


_VARIANTS = {"𠮷": "吉"}
"""Characters of real names that the pinyin tables lack, and what they are read as."""


def _spoken(name: str) -> str:
    return "".join(_VARIANTS.get(c, c) for c in name if not c.isascii())


def _forms(syllable: str) -> set[str]:
    plain = syllable.lower()
    return {plain.replace("ü", "v"), plain.replace("ü", "u").replace("v", "u")}
