"""矛盾纠纷预警单: one dispute under the colour of its level. Source: domain §6.

The word of the level stands in the band, black on white: a black-and-white printer loses
nothing. Parties appear by their role only.
"""

from __future__ import annotations

from collections.abc import Iterator

from reports.fonts import sans_bold
from reports.form import Cell, FormRow, draw, field, paginate
from reports.page import A4, SMALLEST_SIZE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from township.usecases.dispute_paper import DisputeSheet

TITLE = "矛盾纠纷预警单"
BANDS = {
    "blue": (0.13, 0.44, 0.78),
    "yellow": (0.98, 0.80, 0.10),
    "orange": (0.94, 0.52, 0.08),
    "red": (0.80, 0.12, 0.12),
}
"""Red, green and blue of each level, from 0 to 1."""
_PAPER = A4
_BAND, _GAP = 12 * MM, 3 * MM
_WORD, _WORD_SIZE = 62 * MM, 16.0
_LABEL = 24 * MM
_WHOLE = 180 * MM - _LABEL
_THIRD = 60 * MM - _LABEL
_ROOM, _SIGNATURE = 24 * MM, 15 * MM
"""Room to go on by hand, and to sign."""


def dispute_sheet(sheet: DisputeSheet, stamp: PrintStamp) -> bytes:
    """The sheet as PDF, A4 portrait; a long course runs on to further pages."""
    file = PdfFile(TITLE, stamp.printed_at)
    heading = Heading(TITLE, f"{sheet.township}　{sheet.zone}", f"纠纷编号：{sheet.no}")
    pages = paginate(_rows(sheet), _PAPER.body_height - _BAND - _GAP)
    for number, rows in enumerate(pages, 1):
        page = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(page, _PAPER, heading, stamp, (number, len(pages)))
        _draw_band(page, sheet)
        draw(page, rows, _PAPER.left, _PAPER.body_top - _BAND - _GAP)
        page.finish()
    return file.data()


def _draw_band(page: Sheet, sheet: DisputeSheet) -> None:
    bottom = _PAPER.body_top - _BAND
    page.fill(_PAPER.left, bottom, _PAPER.body_width, _BAND, BANDS.get(sheet.level, (0.5,) * 3))
    middle = (_PAPER.left + _PAPER.right) / 2
    page.fill(middle - _WORD / 2, bottom + MM, _WORD, _BAND - 2 * MM, (1.0, 1.0, 1.0))
    baseline = bottom + (_BAND - _WORD_SIZE) / 2 + _WORD_SIZE * 0.14
    word = f"{sheet.level_name}预警"
    page.text(middle, baseline, word, sans_bold(), _WORD_SIZE, Align.CENTER)


def _rows(sheet: DisputeSheet) -> Iterator[FormRow]:
    yield _three(
        ("纠纷类型", sheet.kind), ("涉及人数", f"{sheet.people} 人"), ("化解期限", sheet.due)
    )
    yield _wide("定级日期", sheet.since)
    yield _wide("发现日期\n途径", sheet.found)
    yield _wide("地点", sheet.place)
    yield _wide("当事人", "、".join(sheet.parties))
    yield _wide("纠纷情况", sheet.matter, _ROOM)
    yield _wide("研判", sheet.judgement)
    yield _wide("化解措施", "\n".join(sheet.measures), 2 * _ROOM)
    yield _wide("责任人", sheet.owner)
    yield _wide("调解人", sheet.mediators)
    yield _wide("审核、回访", sheet.review, _ROOM)
    yield _wide("结果", sheet.result, _ROOM)
    yield _three(("责任人\n签名", ""), ("审核人\n签名", ""), ("日期", ""), least=_SIGNATURE)
    yield FormRow((Cell(_NOTE, 180 * MM),), SMALLEST_SIZE * 2)


_NOTE = "等级是对事情的研判，不是对人的评价。当事人只写甲方、乙方，姓名见本机台账。"


def _wide(label: str, text: str, least: float = FormRow.least_height) -> FormRow:
    return FormRow(field(label, text, _LABEL, _WHOLE), least, flowing=least > _SIGNATURE)


def _three(*fields: tuple[str, str], least: float = FormRow.least_height) -> FormRow:
    cells: list[Cell] = []
    for label, text in fields:
        cells += field(label, text, _LABEL, _THIRD)
    return FormRow(tuple(cells), least)
