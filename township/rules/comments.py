"""What ballots say in words: kept without order, shown only where nobody stands out.

Sources: domain §4.5 (comments only from five ballots on), §7.6 no. 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from township.codes import COMMENT_GROUP
from township.rules.settings import PRESET, Settings

OTHER = "other"
_NUMBERS = re.compile(r"(?<!\d)(\d{17}[\dXx]|1\d{10})(?!\d)")


@dataclass(frozen=True)
class ShownComments:
    """Comments by subject, in the order of the subjects; ``hidden`` counts those held back."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    hidden: int


def unordered(text: str) -> str:
    """One comment a line, sorted by their letters: the order of typing is gone."""
    return "\n".join(sorted(filter(None, map(str.strip, text.splitlines()))))


def problem(text: str) -> str | None:
    """Why comments cannot be kept like this, in Chinese; None when they can."""
    if _NUMBERS.search(text):
        return "意见里有电话或身份证号，请删去：测评意见不记是谁说的。"
    return None


def shown(texts: Mapping[str, str], returned: int, settings: Settings = PRESET) -> ShownComments:
    """What may be read of the comments by subject.

    Nothing from fewer than five ballots. A subject with fewer than five comments joins the
    others; what is left of fewer than five is only counted.
    """
    least = settings.comment_least
    lines = {subject: unordered(text).splitlines() for subject, text in texts.items()}
    total = sum(map(len, lines.values()))
    if returned < least:
        return ShownComments((), total)
    groups = {s: lines[s] for s in COMMENT_GROUP if s != OTHER and len(lines.get(s, ())) >= least}
    rest = sorted(line for s, some in lines.items() if s not in groups for line in some)
    if len(rest) >= least:
        groups[OTHER] = rest
        rest = []
    return ShownComments(tuple((s, tuple(some)) for s, some in groups.items()), len(rest))
