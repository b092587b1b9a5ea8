"""The working-form layout: paper, margins, title, mark and foot. Source: domain §6."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.fonts import sans, sans_bold
from reports.sheet import MM, Align, Sheet
from township.values import local_text

INTERNAL = "内部资料"
"""The mark on papers with data of class I or R."""
CLEAR = "含个人信息，注意保密"
"""The mark beside it on papers that hold what is masked otherwise. Source: domain §6."""

TITLE_SIZE = 18.0
TEXT_SIZE = 10.5
SMALLEST_SIZE = 9.0
ROW_HEIGHT = 7 * MM
_FOOT_BASELINE = 9 * MM
_HEADING_HEIGHT = 36.0


@dataclass(frozen=True)
class Paper:
    """A sheet and its margins of 20 mm at the top and 15 mm elsewhere; lengths in points."""

    width: float
    height: float

    left: float = 15 * MM
    bottom: float = 15 * MM

    @property
    def right(self) -> float:
        """The right edge of the type area."""
        return self.width - 15 * MM

    @property
    def top(self) -> float:
        """The upper edge of the type area."""
        return self.height - 20 * MM

    @property
    def body_top(self) -> float:
        """Where the body begins, below title and caption."""
        return self.top - _HEADING_HEIGHT

    @property
    def body_width(self) -> float:
        """The width of the type area."""
        return self.right - self.left

    @property
    def body_height(self) -> float:
        """The height that is left for the body of a page."""
        return self.body_top - self.bottom


A4 = Paper(210 * MM, 297 * MM)
A4_LANDSCAPE = Paper(297 * MM, 210 * MM)
A3_LANDSCAPE = Paper(420 * MM, 297 * MM)


@dataclass(frozen=True)
class PrintStamp:
    """Who prints when, under which number; stands on every page.

    ``printed_at`` needs a time zone and is shown in China's; ``checked_by`` is left open for
    a signature by hand when empty.
    """

    printed_at: datetime
    made_by: str
    print_no: str
    checked_by: str = ""


@dataclass(frozen=True)
class Heading:
    """What stands above the body of a page: title, a caption at either side, and the mark."""

    title: str
    left: str = ""
    right: str = ""
    clear: bool = False
    """Whether the paper holds what is masked otherwise, and says so."""
    mark: str = INTERNAL


def draw_frame(
    sheet: Sheet, paper: Paper, heading: Heading, stamp: PrintStamp, page: tuple[int, int]
) -> None:
    """Draw all of a page but its body; ``page`` is its number and how many there are."""
    baseline = paper.top - TITLE_SIZE * 0.88
    middle = (paper.left + paper.right) / 2
    sheet.text(middle, baseline, heading.title, sans_bold(), TITLE_SIZE, Align.CENTER)
    above = paper.top + 5 * MM
    sheet.text(paper.left, above, f"编号：{stamp.print_no}", sans(), SMALLEST_SIZE)
    mark = f"{heading.mark}　{CLEAR}" if heading.clear else heading.mark
    sheet.text(paper.right, above, mark, sans_bold(), TEXT_SIZE, Align.RIGHT)
    caption = paper.body_top + 4.5
    sheet.text(paper.left, caption, heading.left, sans(), SMALLEST_SIZE)
    sheet.text(paper.right, caption, heading.right, sans(), SMALLEST_SIZE, Align.RIGHT)
    _draw_foot(sheet, paper, stamp, page)


def _draw_foot(sheet: Sheet, paper: Paper, stamp: PrintStamp, page: tuple[int, int]) -> None:
    number, count = page
    people = f"制表：{stamp.made_by}　审核：{stamp.checked_by}"
    printed = f"打印时间：{local_text(stamp.printed_at)}"
    y, face, size = _FOOT_BASELINE, sans(), SMALLEST_SIZE
    middle = (paper.left + paper.right) / 2
    sheet.text(paper.left, y, people, face, size)
    sheet.text(middle, y, f"第 {number} 页 共 {count} 页", face, size, Align.CENTER)
    sheet.text(paper.right, y, printed, face, size, Align.RIGHT)
