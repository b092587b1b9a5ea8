"""One page being drawn: text, lines and boxes as PDF operators."""

from __future__ import annotations

from enum import Enum

from reports.fonts import EmbeddedTypeface, Typeface
from reports.pdf import PdfFile

MM = 72 / 25.4
"""Points in a millimetre."""


class Align(Enum):
    """Where a text lies in the width it is given."""

    LEFT = 0.0
    CENTER = 0.5
    RIGHT = 1.0


class Sheet:
    """The operators of one page, in drawing order. Lengths are in points from the lower left."""

    def __init__(self, file: PdfFile, size: tuple[float, float]) -> None:
        self._file = file
        self._operators: list[str] = []
        self.size = size

    def embedded(self, typeface: Typeface) -> EmbeddedTypeface:
        """The typeface as the document of this page holds it."""
        return self._file.embedded(typeface)

    def draw(self, operators: str) -> None:
        """Append operators as they are."""
        self._operators.append(operators)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        typeface: Typeface,
        size: float,
        align: Align = Align.LEFT,
    ) -> None:
        """One line with its baseline at ``y``; ``x`` is its left end, middle or right end."""
        if not text:
            return
        if align is not Align.LEFT:
            x -= typeface.width(text, size) * align.value
        face = self.embedded(typeface)
        self.draw(f"BT {face.font(size)} {x:.2f} {y:.2f} Td {face.show(text, size)} ET")

    def lines(self, ends: list[tuple[float, float, float, float]], thickness: float) -> None:
        """Straight black lines, each from its first to its second point."""
        path = " ".join(f"{a:.2f} {b:.2f} m {c:.2f} {d:.2f} l" for a, b, c, d in ends)
        self.draw(f"{thickness:g} w {path} S")

    def box(self, x: float, y: float, width: float, height: float, thickness: float) -> None:
        """The outline of a rectangle; ``x``, ``y`` is its lower left corner."""
        self.draw(f"{thickness:g} w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")

    def shade(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        """A filled rectangle; ``grey`` runs from 0, black, to 1, white."""
        self.draw(f"{grey:g} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f 0 g")

    def fill(
        self, x: float, y: float, width: float, height: float, colour: tuple[float, float, float]
    ) -> None:
        """A filled rectangle in a colour: red, green and blue from 0 to 1."""
        red, green, blue = colour
        box = f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f"
        self.draw(f"{red:g} {green:g} {blue:g} rg {box} 0 g")

    def finish(self) -> None:
        """Append the page to its document."""
        self._file.add_page(self.size, "\n".join(self._operators))
