"""满意度测评结果: totals of one evaluation with their bars, and who counted. Source: domain §6.

No resident is named; words stand only where five or more say something (``rules.comments``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reports.bars import Bar, draw_bars, height
from reports.form import PADDING, Cell, FormRow, LaidRow, draw, field, paginate
from reports.page import A4, SMALLEST_SIZE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Sheet
from township.documents import EvaluationLine, EvaluationSheet

TITLE = "群众满意度测评结果"
LINE = 8_000
_PAPER = A4
_LABEL = 24 * MM
_WHOLE = 180 * MM - _LABEL
_THIRD = 60 * MM - _LABEL
_QUESTION = 40 * MM
_SIGNATURE = 15 * MM


def evaluation_sheet(sheet: EvaluationSheet, stamp: PrintStamp) -> bytes:
    """The sheet as PDF, A4 portrait; many comments run on to further pages."""
    file = PdfFile(TITLE, stamp.printed_at)
    heading = Heading(TITLE, f"{sheet.township}　{sheet.zone}", f"测评编号：{sheet.no}")
    bars = [Bar(one.question, one.hundredths, one.rate, one.reached) for one in sheet.lines]
    chart = FormRow(field("满意率", "", _LABEL, _WHOLE), height(bars)) if bars else None
    pages = paginate(_rows(sheet, chart), _PAPER.body_height - 2 * SMALLEST_SIZE)
    for number, rows in enumerate(pages, 1):
        page = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(page, _PAPER, heading, stamp, (number, len(pages)))
        draw(page, rows, _PAPER.left, _PAPER.body_top)
        if chart is not None:
            _draw_chart(page, rows, chart, bars)
        page.finish()
    return file.data()


def _draw_chart(page: Sheet, rows: Sequence[LaidRow], chart: FormRow, bars: Sequence[Bar]) -> None:
    top = _PAPER.body_top
    for laid in rows:
        if laid.row is chart:
            draw_bars(page, bars, LINE, _PAPER.left + _LABEL, top, _WHOLE - PADDING)
        top -= laid.height


def _rows(sheet: EvaluationSheet, chart: FormRow | None) -> list[FormRow]:
    rows = [
        _wide("测评对象", sheet.target),
        _three(
            ("测评时段", sheet.period),
            ("测评日期", _day(sheet.held_on)),
            ("代表人数", f"{sheet.roster} 人"),
        ),
        _three(
            ("发出票数", f"{sheet.issued} 张"),
            ("收回票数", f"{sheet.returned} 张"),
            ("测评结果", sheet.verdict),
        ),
        _wide("结果说明", sheet.explained),
    ]
    if chart is not None:
        rows += [_head(sheet.answers), *map(_line, sheet.lines), chart]
    if sheet.information:
        rows.append(_wide("仅供参考", "；".join(f"{a}：{b}" for a, b in sheet.information)))
    if sheet.measures:
        rows.append(_wide("问责", sheet.measures))
    return [*rows, *_comments(sheet), *_signatures(sheet)]


def _head(answers: Iterable[str]) -> FormRow:
    names = ("测评内容", *answers, "有效", "满意率")
    return _columns(names)


def _line(one: EvaluationLine) -> FormRow:
    return _columns((one.question, *map(str, one.answers), str(one.valid), one.rate))


def _columns(texts: Sequence[str]) -> FormRow:
    first, *others = texts
    width = (180 * MM - _QUESTION) / len(others)
    cells = (Cell(first, _QUESTION, label=True), *(Cell(t, width, label=True) for t in others))
    return FormRow(cells)


def _comments(sheet: EvaluationSheet) -> list[FormRow]:
    rows = [
        FormRow(field(name, "\n".join(f"· {line}" for line in lines), _LABEL, _WHOLE), flowing=True)
        for name, lines in sheet.comments
    ]
    if sheet.hidden_comments:
        told = f"另有 {sheet.hidden_comments} 条意见。同类不足 5 条的不列出，以免认出提出的人。"
        rows.append(_wide("未列出", told))
    return rows


def _signatures(sheet: EvaluationSheet) -> list[FormRow]:
    one, two = sheet.tellers
    return [
        _three(
            (f"计票人甲\n{one}", ""),
            (f"计票人乙\n{two}", ""),
            (f"审定人\n{sheet.approver}", ""),
            least=_SIGNATURE,
        ),
        _wide("审定日期", _day(sheet.approved_on)),
    ]


def _wide(label: str, text: str) -> FormRow:
    return FormRow(field(label, text, _LABEL, _WHOLE))


def _three(*fields: tuple[str, str], least: float = FormRow.least_height) -> FormRow:
    cells: list[Cell] = []
    for label, text in fields:
        cells += field(label, text, _LABEL, _THIRD)
    return FormRow(tuple(cells), least)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
