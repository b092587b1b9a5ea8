"""密件阅办单: one sealed matter on paper, for its reader's hands only."""

from __future__ import annotations

from collections.abc import Iterator

from reports.fonts import sans
from reports.form import FormRow, LaidRow, draw, field, paginate
from reports.page import A4, SMALLEST_SIZE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Sheet
from township.documents import SealedSheet

TITLE = "密件阅办单"
_PAPER = A4
_LABEL = 34 * MM
_WHOLE = 180 * MM - _LABEL
_WARNING = "密件：仅限指定人员本人阅办，不得复印、拍照、转交他人；用后锁入密件柜。"


def sealed_sheet(sheet: SealedSheet, stamp: PrintStamp) -> bytes:
    """The matter as PDF, A4 portrait; a long one runs on to further pages."""
    file = PdfFile(TITLE, stamp.printed_at)
    heading = Heading(TITLE, f"【密件】{sheet.township}", f"编号：{sheet.no}　{sheet.subject}")
    pages = paginate(_rows(sheet), _PAPER.body_height - 2 * SMALLEST_SIZE)
    for number, rows in enumerate(pages, 1):
        page = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(page, _PAPER, heading, stamp, (number, len(pages)))
        _draw_body(page, rows)
        page.finish()
    return file.data()


def _draw_body(page: Sheet, rows: list[LaidRow]) -> None:
    end = draw(page, rows, _PAPER.left, _PAPER.body_top)
    page.text(_PAPER.left, end - 1.5 * SMALLEST_SIZE, _WARNING, sans(), SMALLEST_SIZE)


def _rows(sheet: SealedSheet) -> Iterator[FormRow]:
    for part in sheet.parts:
        for caption, text in part.facts:
            yield FormRow(field(caption.replace(" · ", "\n"), text, _LABEL, _WHOLE), flowing=True)
