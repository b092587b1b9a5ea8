"""A long table, straight to the page: wrapping cells, rows as high as they need.

Laid out in one pass over the rows, so that the number of pages is known before the first is
drawn. The lines of a cell and the operators that draw them are worked out once per text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.fonts import EmbeddedTypeface, sans_bold, serif
from reports.linebreak import break_lines
from reports.page import ROW_HEIGHT, SMALLEST_SIZE
from reports.sheet import Align, Sheet

SIZE = SMALLEST_SIZE
LEADING = 11.5
PADDING = 2.5
_ASCENT = 0.88
_THIN, _THICK = 0.4, 0.8
_HEAD_GREY, _TOTAL_GREY = 0.9, 0.94

Lines = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column; its width is in points.

    ``names`` says that it tells which row this is: it stands again where a row runs on.
    """

    head: str
    width: float
    align: Align = Align.CENTER
    names: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of a row, one per column.

    A total has one text that runs over all columns; it is shaded and never begins a page
    unless the row before it comes along.
    """

    cells: Sequence[str]
    total: bool = False


@dataclass(frozen=True, slots=True)
class _LaidRow:
    cells: list[tuple[int, Lines]]
    """The filled cells: column and lines."""
    height: float
    total: bool


@dataclass(frozen=True, slots=True)
class TablePage:
    """The rows that share a page."""

    rows: list[_LaidRow]


class LongTable:
    """A table in one document. Lengths in points."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.width = sum(column.width for column in columns)
        self._lines: list[dict[str, Lines]] = [{} for _ in columns]
        self._drawn: list[dict[Lines, str]] = [{} for _ in columns]
        self._head = [tuple(column.head.split("\n")) for column in columns]
        self._head_height = _row_height(max(map(len, self._head)))
        edges = [0.0]
        for column in columns:
            edges.append(edges[-1] + column.width)
        self._edges = edges

    def paginate(self, rows: Iterable[Row], height: float) -> list[TablePage]:
        """Spread rows over pages with ``height`` for the table, its head included."""
        room = height - self._head_height
        most_lines = int((room - 2 * PADDING) / LEADING)
        pages: list[TablePage] = []
        page: list[_LaidRow] = []
        left = room
        for row in rows:
            laid_rows = [self._lay_total(row)] if row.total else self._lay(row, most_lines)
            for laid in laid_rows:
                if laid.height > left and page:
                    carried = [page.pop()] if laid.total and len(page) > 1 else []
                    pages.append(TablePage(page))
                    page = carried
                    left = room - sum(each.height for each in carried)
                page.append(laid)
                left -= laid.height
        if page:
            pages.append(TablePage(page))
        return pages

    def height(self, page: TablePage) -> float:
        """How high the table is on a page, its head included."""
        return self._head_height + sum(row.height for row in page.rows)

    def _lay(self, row: Row, most_lines: int) -> list[_LaidRow]:
        cells = [
            (place, self._lines[place].get(text) or self._break(place, text))
            for place, text in enumerate(row.cells)
            if text
        ]
        highest = max((len(lines) for _, lines in cells), default=1)
        if highest <= most_lines:
            return [_LaidRow(cells, _row_height(highest), False)]
        return [
            self._piece(cells, start, min(most_lines, highest - start))
            for start in range(0, highest, most_lines)
        ]

    def _piece(self, cells: list[tuple[int, Lines]], start: int, count: int) -> _LaidRow:
        """The part of a high row that stands on one page."""
        parts = [
            (place, lines if self.columns[place].names else lines[start : start + count])
            for place, lines in cells
        ]
        return _LaidRow([part for part in parts if part[1]], _row_height(count), False)

    def _lay_total(self, row: Row) -> _LaidRow:
        text = row.cells[0]
        advances = sans_bold().advances(text, SIZE)
        lines = tuple(break_lines(text, advances, self.width - 2 * PADDING))
        return _LaidRow([(0, lines)], _row_height(len(lines)), True)

    def _break(self, place: int, text: str) -> Lines:
        room = self.columns[place].width - 2 * PADDING
        lines = tuple(break_lines(text, serif().advances(text, SIZE), room))
        self._lines[place][text] = lines
        return lines

    def draw(self, sheet: Sheet, page: TablePage, x: float, top: float) -> None:
        """Draw a page of the table with its upper left corner at ``x``, ``top``."""
        bounds = [top, top - self._head_height]
        for row in page.rows:
            bounds.append(bounds[-1] - row.height)
        sheet.shade(x, bounds[1], self.width, self._head_height, _HEAD_GREY)
        self._draw_grid(sheet, x, bounds)
        self._draw_head(sheet, x, top)
        self._draw_rows(sheet, page.rows, x, bounds[1:])
        for row, upper in zip(page.rows, bounds[1:], strict=False):
            if row.total:
                self._draw_total(sheet, row, x, upper)
        sheet.box(x, bounds[-1], self.width, top - bounds[-1], _THICK)

    def _draw_grid(self, sheet: Sheet, x: float, bounds: list[float]) -> None:
        right, top, bottom = x + self.width, bounds[0], bounds[-1]
        across = [(x, y, right, y) for y in bounds[1:-1]]
        down = [(x + edge, top, x + edge, bottom) for edge in self._edges[1:-1]]
        sheet.lines(across + down, _THIN)

    def _draw_total(self, sheet: Sheet, row: _LaidRow, x: float, top: float) -> None:
        sheet.shade(x, top - row.height, self.width, row.height, _TOTAL_GREY)
        sheet.lines([(x, top, x + self.width, top)], _THIN)
        lines = row.cells[0][1]
        y = _first_baseline(top, row.height, len(lines))
        for number, line in enumerate(lines):
            sheet.text(x + PADDING, y - number * LEADING, line, sans_bold(), SIZE)

    def _draw_head(self, sheet: Sheet, x: float, top: float) -> None:
        for column, edge, lines in zip(self.columns, self._edges, self._head, strict=False):
            y = _first_baseline(top, self._head_height, len(lines))
            for number, line in enumerate(lines):
                middle = x + edge + column.width / 2
                sheet.text(middle, y - number * LEADING, line, sans_bold(), SIZE, Align.CENTER)

    def _draw_rows(
        self, sheet: Sheet, rows: list[_LaidRow], x: float, bounds: Sequence[float]
    ) -> None:
        face = sheet.embedded(serif())
        starts = [f"1 0 0 1 {x + edge + PADDING:.2f}" for edge in self._edges]
        operators = ["BT", face.font(SIZE), f"{LEADING:g} TL"]
        for row, top in zip(rows, bounds, strict=False):
            if row.total:
                continue
            height = row.height
            for place, lines in row.cells:
                drawn = self._drawn[place].get(lines) or self._cell(place, lines, face)
                y = _first_baseline(top, height, len(lines))
                operators.append(f"{starts[place]} {y:.2f} Tm {drawn}")
        operators.append("ET")
        sheet.draw("\n".join(operators))

    def _cell(self, place: int, lines: Lines, face: EmbeddedTypeface) -> str:
        """The operators that draw a cell from the start of its first baseline."""
        column = self.columns[place]
        if column.align is Align.LEFT:
            drawn = " T* ".join(face.show(line, SIZE) for line in lines)
        else:
            room = column.width - 2 * PADDING
            parts = []
            before, drop = 0.0, 0.0
            for line in lines:
                offset = (room - face.typeface.width(line, SIZE)) * column.align.value
                parts.append(f"{offset - before:.2f} {drop:g} Td {face.show(line, SIZE)}")
                before, drop = offset, -LEADING
            drawn = " ".join(parts)
        self._drawn[place][lines] = drawn
        return drawn


def _row_height(lines: int) -> float:
    return max(ROW_HEIGHT, lines * LEADING + 2 * PADDING)


def _first_baseline(top: float, height: float, lines: int) -> float:
    """The baseline of the first of some lines in the middle of a row."""
    return top - (height - lines * LEADING) / 2 - (LEADING - SIZE) / 2 - SIZE * _ASCENT
