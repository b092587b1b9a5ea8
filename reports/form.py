"""A form on paper: rows of labelled cells, as high as their text, over as many pages as needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reports.fonts import Typeface, sans, serif
from reports.linebreak import break_lines
from reports.page import ROW_HEIGHT, TEXT_SIZE
from reports.sheet import Align, Sheet

LEADING = 16.0
PADDING = 4.0
_ASCENT = 0.88
_THIN, _THICK = 0.4, 0.8
_CONTINUED = "（续）"
_FEWEST_LINES = 2
"""A cell is not split so that fewer lines stand alone on a page."""


@dataclass(frozen=True)
class Cell:
    """A label or what it labels; the width is in points."""

    text: str
    width: float
    label: bool = False

    @property
    def typeface(self) -> Typeface:
        """黑体 for labels, 宋体 for what people wrote."""
        return sans() if self.label else serif()

    def lines(self) -> list[str]:
        """The text in lines that fit."""
        room = self.width - 2 * PADDING
        return break_lines(self.text, self.typeface.advances(self.text, TEXT_SIZE), room)


@dataclass(frozen=True)
class FormRow:
    """Cells side by side; ``least_height`` in points leaves room to write by hand.

    ``flowing`` text begins at the top of its cell instead of standing in the middle.
    """

    cells: tuple[Cell, ...]
    least_height: float = ROW_HEIGHT + 3
    flowing: bool = False


@dataclass(frozen=True)
class LaidRow:
    """A row, or the part of one that stands on a page."""

    row: FormRow
    lines: tuple[tuple[str, ...], ...]
    height: float

    @property
    def depth(self) -> int:
        """The lines of its longest cell."""
        return max(map(len, self.lines), default=0)


def field(label: str, text: str, label_width: float, width: float) -> tuple[Cell, Cell]:
    """A label and its value; the widths are in points."""
    return Cell(label, label_width, label=True), Cell(text, width)


def paginate(rows: Iterable[FormRow], height: float) -> list[list[LaidRow]]:
    """Spread rows over pages of a height in points; a long row runs on to the next page."""
    pages: list[list[LaidRow]] = [[]]
    left = height
    for row in rows:
        rest: LaidRow | None = _lay(row)
        while rest is not None:
            part, rest = _fit(rest, left, height)
            if part is not None:
                pages[-1].append(part)
                left -= part.height
            if rest is not None:
                pages.append([])
                left = height
    return pages


def _lay(row: FormRow) -> LaidRow:
    lines = tuple(tuple(cell.lines()) for cell in row.cells)
    depth = max(map(len, lines), default=0)
    return LaidRow(row, lines, max(row.least_height, depth * LEADING + 2 * PADDING))


def _fit(laid: LaidRow, left: float, height: float) -> tuple[LaidRow | None, LaidRow | None]:
    """What of a row stands in the height that is left, and what goes to the next page."""
    if laid.height <= left:
        return laid, None
    room = int((left - 2 * PADDING) / LEADING)
    fits_alone = laid.height <= height
    too_few = room < _FEWEST_LINES or laid.depth - room < _FEWEST_LINES
    if fits_alone and (too_few or laid.depth <= 2 * _FEWEST_LINES):
        return None, laid
    if room < 1:
        return None, laid
    first = tuple(lines[:room] for lines in laid.lines)
    part = LaidRow(laid.row, first, left)
    cells = tuple(map(_continued, laid.row.cells))
    row = replace(laid.row, cells=cells, least_height=0.0)
    labels = tuple(
        tuple(cell.lines()) if cell.label else lines[room:]
        for cell, lines in zip(row.cells, laid.lines, strict=True)
    )
    depth = max(map(len, labels))
    return part, LaidRow(row, labels, max(ROW_HEIGHT, depth * LEADING + 2 * PADDING))


def _continued(cell: Cell) -> Cell:
    if not cell.label or cell.text.endswith(_CONTINUED):
        return cell
    return replace(cell, text=f"{cell.text}\n{_CONTINUED}")


def draw(sheet: Sheet, rows: Sequence[LaidRow], x: float, top: float) -> float:
    """Draw the rows of a page from their upper left corner; returns where they end."""
    y = top
    width = sum(cell.width for cell in rows[0].row.cells)
    for laid in rows:
        _draw_row(sheet, laid, x, y)
        y -= laid.height
    sheet.box(x, y, width, top - y, _THICK)
    return y


def _draw_row(sheet: Sheet, laid: LaidRow, x: float, top: float) -> None:
    for cell, lines in zip(laid.row.cells, laid.lines, strict=True):
        sheet.box(x, top - laid.height, cell.width, laid.height, _THIN)
        _draw_cell(sheet, cell, lines, x, top, laid)
        x += cell.width


def _draw_cell(
    sheet: Sheet, cell: Cell, lines: tuple[str, ...], x: float, top: float, laid: LaidRow
) -> None:
    align = Align.CENTER if cell.label else Align.LEFT
    start = x + cell.width / 2 if cell.label else x + PADDING
    middle = cell.label or not laid.row.flowing
    above = (laid.height - len(lines) * LEADING) / 2 if middle else PADDING
    baseline = top - above - (LEADING - TEXT_SIZE) / 2 - TEXT_SIZE * _ASCENT
    for number, line in enumerate(lines):
        sheet.text(start, baseline - number * LEADING, line, cell.typeface, TEXT_SIZE, align)
