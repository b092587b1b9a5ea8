"""Typefaces: a main face, and another one for the characters that it lacks.

Text is measured and encoded per character, so that a name like 王𠮷明 draws in two faces.
"""

from __future__ import annotations

from functools import cache
from unicodedata import category

from reports.embedding import EmbeddedFace
from reports.faces import RARE_FILE, SANS_BOLD_FILE, SANS_FILE, SERIF_FILE, Face, face

_CHANGE = "|"
_AS_BLANK = frozenset("\t\u00a0")
_SELECTORS = range(0xFE00, 0xFE10)
_MORE_SELECTORS = range(0xE0100, 0xE01F0)


class Typeface:
    """A main face with its fallbacks. Widths are in points at the size given."""

    def __init__(self, *faces: Face) -> None:
        self.faces = faces
        self._units = _Units(faces)

    def face_of(self, character: str) -> int:
        """Which face draws the character; the main one (0) when none can."""
        return next((i for i, each in enumerate(self.faces) if character in each), 0)

    def width(self, text: str, size: float) -> float:
        """The width of a text on one line."""
        return sum(map(self._units.__getitem__, text)) * size / 1000

    def advances(self, text: str, size: float) -> list[float]:
        """The width of each character."""
        units = self._units
        return [units[character] * size / 1000 for character in text]


class _Units(dict[str, float]):
    """Widths of characters in thousandths, looked up once."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        super().__init__()
        self._faces = faces

    def __missing__(self, character: str) -> float:
        if character in _AS_BLANK:
            return self[" "]
        if _invisible(character):
            return 0.0
        found = (each.width(ord(character)) for each in self._faces if character in each)
        self[character] = width = next(found, 1000.0)
        return width


class EmbeddedTypeface(dict[int, str]):
    """A typeface inside one document: turns text into PDF operators."""

    def __init__(self, typeface: Typeface, embedded: tuple[EmbeddedFace, ...]) -> None:
        super().__init__()
        self.typeface = typeface
        self._embedded = embedded

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        if character in _AS_BLANK:
            return self[ord(" ")]
        if _invisible(character):
            return ""
        index = self.typeface.face_of(character)
        code = self._embedded[index][code_point]
        self[code_point] = code = f"{_CHANGE}{index}{code}{_CHANGE}" if index else code
        return code

    def font(self, size: float) -> str:
        """The operator that selects the main face."""
        return f"/{self._embedded[0].resource} {size:g} Tf"

    def show(self, text: str, size: float) -> str:
        """The operators that draw a text from the current position.

        The main face at ``size`` must be selected before, and is so again afterwards.
        """
        coded = text.translate(self)
        if _CHANGE not in coded:
            return f"<{coded}> Tj"
        return " ".join(self._runs(coded.split(_CHANGE), size))

    def _runs(self, parts: list[str], size: float) -> list[str]:
        operators = []
        for place, part in enumerate(parts):
            if place % 2:
                other = self._embedded[int(part[0])]
                operators.append(f"/{other.resource} {size:g} Tf <{part[1:]}> Tj {self.font(size)}")
            elif part:
                operators.append(f"<{part}> Tj")
        return operators


def _invisible(character: str) -> bool:
    """Whether nothing is drawn: controls, joiners, and choices between forms of a character."""
    code = ord(character)
    return category(character) in ("Cc", "Cf") or code in _SELECTORS or code in _MORE_SELECTORS


@cache
def sans() -> Typeface:
    """黑体 of text weight: labels and notes."""
    return Typeface(face(SANS_FILE), face(RARE_FILE))


@cache
def sans_bold() -> Typeface:
    """黑体 for titles and table heads."""
    return Typeface(face(SANS_BOLD_FILE), face(RARE_FILE), face(SANS_FILE))


@cache
def serif() -> Typeface:
    """宋体 for the text of tables and forms."""
    return Typeface(face(SERIF_FILE), face(RARE_FILE), face(SANS_FILE))
