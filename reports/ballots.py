"""测评票: anonymous slips, four on a sheet of A4 with lines to cut along. Source: domain §6.

A slip bears no number, no page, no time and no name of who printed it: all slips are alike, so
that a slip in the box cannot be told from any other.
"""

from __future__ import annotations

from datetime import datetime

from reports.fonts import sans, sans_bold, serif
from reports.linebreak import break_lines
from reports.page import A4, SMALLEST_SIZE, TEXT_SIZE
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from township.documents import BallotPaper

TITLE = "群众满意度测评票"
PER_SHEET = 4
_WIDTH, _HEIGHT = A4.width / 2, A4.height / 2
_MARGIN = 9 * MM
_ROOM = _WIDTH - 2 * _MARGIN
_QUESTION = 26 * MM
_ROW = 10 * MM
_BOX = 4 * MM
_HOW = "每项只在一个方框里打“√”。不选或多选的项作无效处理。"
_SECRET = "不记名：请不要写姓名，不要做记号，填好后自己投入票箱。"
_WORDS = "意见和建议（可不填）"


def ballots(paper: BallotPaper, printed_at: datetime) -> bytes:
    """The slips as PDF; the moment stands in the file only, not on paper."""
    file = PdfFile(TITLE, printed_at)
    for first in range(0, paper.count, PER_SHEET):
        sheet = Sheet(file, (A4.width, A4.height))
        _draw_cuts(sheet)
        for place in range(min(PER_SHEET, paper.count - first)):
            _draw_slip(sheet, paper, place % 2 * _WIDTH, A4.height - place // 2 * _HEIGHT)
        sheet.finish()
    return file.data()


def _draw_cuts(sheet: Sheet) -> None:
    sheet.draw("[4 3] 0 d")
    across = (0.0, _HEIGHT, A4.width, _HEIGHT)
    sheet.lines([across, (_WIDTH, 0.0, _WIDTH, A4.height)], 0.5)
    sheet.draw("[] 0 d")


def _draw_slip(sheet: Sheet, paper: BallotPaper, left: float, top: float) -> None:
    x, y, middle = left + _MARGIN, top - _MARGIN - 14, left + _WIDTH / 2
    sheet.text(middle, y, TITLE, sans_bold(), 15, Align.CENTER)
    y -= 17
    place = f"{paper.township}　{paper.period}"
    sheet.text(middle, y, place, sans(), SMALLEST_SIZE, Align.CENTER)
    y = _draw_wrapped(sheet, x, y - 19, f"测评对象：{paper.target}", TEXT_SIZE)
    y = _draw_wrapped(sheet, x, y - 3, _HOW, SMALLEST_SIZE)
    y = _draw_questions(sheet, paper, x, y + SMALLEST_SIZE - 4)
    sheet.text(x, y - 15, _WORDS, sans(), SMALLEST_SIZE)
    end = top - _HEIGHT + _MARGIN + 14
    sheet.box(x, end, _ROOM, y - 20 - end, 0.4)
    sheet.text(middle, end - 12, _SECRET, sans(), SMALLEST_SIZE - 0.5, Align.CENTER)


def _draw_wrapped(sheet: Sheet, x: float, y: float, text: str, size: float) -> float:
    """Lines from a first baseline; returns the baseline that comes next."""
    for line in break_lines(text, serif().advances(text, size), _ROOM):
        sheet.text(x, y, line, serif(), size)
        y -= size * 1.4
    return y


def _draw_questions(sheet: Sheet, paper: BallotPaper, x: float, top: float) -> float:
    """The table of questions with a box for each answer; returns where it ends."""
    width = (_ROOM - _QUESTION) / len(paper.answers)
    head = 7 * MM
    y = top - head
    sheet.shade(x, y, _ROOM, head, 0.92)
    for at, answer in enumerate(paper.answers):
        middle = x + _QUESTION + (at + 0.5) * width
        sheet.text(middle, y + 6.5, answer, sans(), SMALLEST_SIZE, Align.CENTER)
    for question in paper.questions:
        y -= _ROW
        _draw_question(sheet, question, x, y)
        for at in range(len(paper.answers)):
            middle = x + _QUESTION + (at + 0.5) * width
            sheet.box(middle - _BOX / 2, y + (_ROW - _BOX) / 2, _BOX, _BOX, 0.7)
    height = head + _ROW * len(paper.questions)
    sheet.box(x, y, _ROOM, height, 0.7)
    rows = [(x, y + n * _ROW, x + _ROOM, y + n * _ROW) for n in range(1, len(paper.questions) + 1)]
    columns = [x + _QUESTION + at * width for at in range(len(paper.answers))]
    sheet.lines([*rows, *((at, y, at, y + height) for at in columns)], 0.4)
    return y


def _draw_question(sheet: Sheet, question: str, x: float, y: float) -> None:
    room = _QUESTION - 6
    lines = break_lines(question, sans().advances(question, SMALLEST_SIZE), room)
    first = y + _ROW / 2 + (len(lines) - 1) * 5.5 - 3.2
    for number, line in enumerate(lines):
        sheet.text(x + 3, first - number * 11, line, sans(), SMALLEST_SIZE)
