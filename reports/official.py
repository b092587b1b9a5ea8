"""The layout of official papers: type area, faces, lines and page numbers of GB/T 9704-2012.

Lengths are in points. 仿宋 and 楷体 are set in the package's 宋体, 小标宋 in the same face drawn
bolder: the faces that the standard names may not be passed on (docs/decisions/010-fonts.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.fonts import Typeface, sans, serif
from reports.linebreak import break_lines
from reports.sheet import MM, Align, Sheet

WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT = 28 * MM, WIDTH - 26 * MM
TOP, BOTTOM = HEIGHT - 37 * MM, 35 * MM
BODY = 15.75
"""3号: 28 characters fill a line."""
SMALL = 14.0
"""4号."""
LINES = 22
LEADING = (TOP - BOTTOM) / LINES
_MARK_TOP = 35 * MM
"""From the top of the type area to the upper edge of the red mark."""
_LARGEST_MARK = 42.0
_RED = "0.9 0 0"
_ASCENT = 0.88
_NUMBER_DROP = 7 * MM
_INDENT = "　　"


@dataclass(frozen=True)
class Block:
    """A paragraph. With a ``lead`` in 黑体 its text is a list that hangs behind that word and
    breaks only after its commas (、), so that no name is cut.

    ``keep`` holds it together with the first line that follows; ``right`` sets it so many
    characters from the right edge.
    """

    text: str
    heading: bool = False
    lead: str = ""
    keep: bool = False
    right: float | None = None

    @property
    def face(self) -> Typeface:
        return sans() if self.heading else serif()


@dataclass(frozen=True)
class Line:
    """One line of a block as it stands on the page."""

    text: str
    face: Typeface
    x: float
    lead: str = ""
    keep: bool = False
    align: Align = Align.LEFT


BLANK = Line("", serif(), LEFT)


def lines_of(blocks: Iterable[Block]) -> list[Line]:
    """All blocks in lines that fit between the margins."""
    return [line for block in blocks for line in _broken(block)]


def _broken(block: Block) -> list[Line]:
    if block.right is not None:
        x = RIGHT - block.right * BODY
        return [Line(block.text, block.face, x, keep=block.keep, align=Align.RIGHT)]
    if block.lead:
        return _hanging(block)
    text = _INDENT + block.text.strip()
    parts = break_lines(text, block.face.advances(text, BODY), RIGHT - LEFT)
    return [Line(part, block.face, LEFT, keep=block.keep) for part in parts] or [BLANK]


def _hanging(block: Block) -> list[Line]:
    at = LEFT + 2 * BODY + sans().width(block.lead, BODY)
    parts = _listed(block.text, RIGHT - at)
    first = Line(parts[0] if parts else "", serif(), at, lead=block.lead)
    return [first, *(Line(part, serif(), at) for part in parts[1:])]


def _listed(text: str, room: float) -> list[str]:
    lines: list[str] = []
    for entry in re.findall(r"[^、]*、|[^、]+$", text):
        longer = lines[-1] + entry if lines else entry
        if lines and serif().width(longer, BODY) <= room:
            lines[-1] = longer
        else:  # an entry that is wider than the line alone is broken as any text
            lines += break_lines(entry, serif().advances(entry, BODY), room)
    return lines


def paginate(lines: Sequence[Line], first: int) -> list[list[Line]]:
    """Spread lines over pages, of which the first has room for so many lines."""
    pages: list[list[Line]] = [[]]
    room = first
    for at, line in enumerate(lines):
        if not pages[-1] and line is BLANK:
            continue  # no page begins with an empty line
        if len(pages[-1]) + _together(lines, at) > room:
            pages.append([])
            room = LINES
            if line is BLANK:
                continue
        pages[-1].append(line)
    return pages


def _together(lines: Sequence[Line], at: int) -> int:
    """The lines from here on that must stand on one page."""
    end = at
    while lines[end].keep and end + 1 < len(lines):
        end += 1
    return end - at + 1


def draw_lines(sheet: Sheet, lines: Sequence[Line], top: float) -> None:
    """Draw the lines of a page, beginning below ``top``."""
    for number, line in enumerate(lines):
        y = top - number * LEADING - (LEADING - BODY) / 2 - BODY * _ASCENT
        if line.lead:
            sheet.text(LEFT + 2 * BODY, y, line.lead, sans(), BODY)
        sheet.text(line.x, y, line.text, line.face, BODY, line.align)


def _mark_size(title: str) -> float:
    """As large as the type area allows."""
    return min(_LARGEST_MARK, (RIGHT - LEFT) / max(1.0, serif().width(title, 1.0)))


def below_mark(title: str) -> float:
    """Where the red mark of the first page ends."""
    return TOP - _MARK_TOP - _mark_size(title)


def draw_mark(sheet: Sheet, title: str) -> None:
    """Draw the red mark of the first page."""
    size = _mark_size(title)
    y = TOP - _MARK_TOP - size * _ASCENT
    sheet.draw(f"q {_RED} rg {_RED} RG {size * 0.02:.2f} w 2 Tr")
    sheet.text((LEFT + RIGHT) / 2, y, title, serif(), size, Align.CENTER)
    sheet.draw("0 Tr Q")


def draw_red_line(sheet: Sheet, y: float) -> None:
    """The line below the mark, as wide as the type area."""
    sheet.draw(f"q {_RED} RG 1.2 w {LEFT:.2f} {y:.2f} m {RIGHT:.2f} {y:.2f} l S Q")


def draw_number(sheet: Sheet, number: int) -> None:
    """``— 1 —`` below the type area: odd pages at the right, even ones at the left."""
    y = BOTTOM - _NUMBER_DROP - SMALL * _ASCENT
    text = f"— {number} —"
    if number % 2:
        sheet.text(RIGHT - SMALL, y, text, serif(), SMALL, Align.RIGHT)
    else:
        sheet.text(LEFT + SMALL, y, text, serif(), SMALL)


def chinese_number(number: int) -> str:
    """一, 二 … 十一 … 九十九: the numbers of headings, from 1 to 99."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
