"""入户走访记录: one visit on paper. Sections: domain §6."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from reports.fonts import sans
from reports.form import Cell, FormRow, LaidRow, draw, field, paginate
from reports.page import A4, SMALLEST_SIZE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Sheet
from township.documents import ReportedNeed, ReportedSituation, VisitReport

Progress = Callable[[int, int], None]
"""Told of each report drawn and how many there are; cancels by raising."""

TITLE = "入户走访记录"
_PAPER = A4
_LABEL = 22 * MM
_THIRD = 38 * MM
_WHOLE = 180 * MM - _LABEL
_TWO_THIRDS = _WHOLE - _LABEL - _THIRD
_TALK_HEIGHT = 80 * MM
_LIST_HEIGHT = 30 * MM
_SIGNATURE_HEIGHT = 16 * MM
_INDENT = "　　"
_VOLUNTARY = "群众签字出于自愿；是否签字、评价如何，都不影响诉求办理。"
_NOTHING = "无"


def visit_report(report: VisitReport, stamp: PrintStamp) -> bytes:
    """The report as PDF, A4 portrait; a long one runs on to further pages."""
    return visit_reports((report,), stamp)


def visit_reports(
    reports: Sequence[VisitReport], stamp: PrintStamp, progress: Progress | None = None
) -> bytes:
    """Several reports in one PDF, each with its own page numbers, to be filed by household.

    An exception that ``progress`` raises ends the work and passes through.
    """
    file = PdfFile(TITLE, stamp.printed_at)
    for number, report in enumerate(reports, 1):
        _add_report(file, report, stamp)
        if progress is not None:
            progress(number, len(reports))
    return file.data()


def _add_report(file: PdfFile, report: VisitReport, stamp: PrintStamp) -> None:
    about = f"户编号：{report.household_no}　{_chinese_date(report.visited_on)}"
    heading = Heading(TITLE, f"{report.township}　{report.zone}", about, report.clear)
    pages = paginate(_rows(report), _PAPER.body_height - 2 * SMALLEST_SIZE)
    file.bookmark(f"{report.household_no} {report.head} {_chinese_date(report.visited_on)}")
    for number, rows in enumerate(pages, 1):
        sheet = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(sheet, _PAPER, heading, stamp, (number, len(pages)))
        _draw_body(sheet, rows, last=number == len(pages))
        sheet.finish()


def _draw_body(sheet: Sheet, rows: list[LaidRow], *, last: bool) -> None:
    end = draw(sheet, rows, _PAPER.left, _PAPER.body_top)
    if last:
        sheet.text(_PAPER.left, end - 1.5 * SMALLEST_SIZE, _VOLUNTARY, sans(), SMALLEST_SIZE)


def _rows(report: VisitReport) -> list[FormRow]:
    rows = [*_household_rows(report), *_contact_rows(report), *_visit_rows(report)]
    if report.carry_over:
        rows.append(_wide("上次事项", report.carry_over))
    rows += [
        _flowing("谈话内容", _paragraphs(report.talk), _TALK_HEIGHT),
        _wide("宣讲政策", "、".join(report.policies) or _NOTHING),
        _flowing("群众诉求", _listed(map(_need_text, report.needs)), _LIST_HEIGHT),
    ]
    if report.situations:
        rows.append(_wide("五情报告", _listed(map(_situation_text, report.situations))))
    return [*rows, *_closing_rows(report)]


def _household_rows(report: VisitReport) -> list[FormRow]:
    return [
        _three(
            ("责任区", report.zone), ("村民小组", report.group), ("户编号", report.household_no)
        ),
        _three(
            ("户主", report.head),
            ("家庭人口", f"{report.persons} 人"),
            ("特殊群体", "、".join(report.special_groups) or _NOTHING),
        ),
    ]


def _contact_rows(report: VisitReport) -> list[FormRow]:
    """Only on papers for which somebody said why."""
    return [_two(("住址", report.address), ("联系电话", report.phone))] if report.clear else []


def _visit_rows(report: VisitReport) -> list[FormRow]:
    present = {True: "是", False: "否", None: ""}[report.resident_present]
    how = "，".join(part for part in (report.session, report.way) if part)
    return [
        _three(
            ("走访日期", _chinese_date(report.visited_on)), ("时段方式", how), ("户内有人", present)
        ),
        _two(("走访干部", "、".join(report.cadres)), ("走访目的", report.purpose)),
    ]


def _closing_rows(report: VisitReport) -> list[FormRow]:
    following = _chinese_date(report.next_visit_on) if report.next_visit_on else ""
    return [
        _two(("群众评价", report.resident_view), ("下次走访", following)),
        _two(("群众签字\n（自愿）", ""), ("走访干部\n签字", ""), _SIGNATURE_HEIGHT),
    ]


def _three(*fields: tuple[str, str]) -> FormRow:
    widths = (_THIRD, 180 * MM - 3 * _LABEL - 2 * _THIRD, _THIRD)
    cells: list[Cell] = []
    for (label, text), width in zip(fields, widths, strict=True):
        cells += field(label, text, _LABEL, width)
    return FormRow(tuple(cells))


def _two(left: tuple[str, str], right: tuple[str, str], height: float = 0.0) -> FormRow:
    cells = (*field(*left, _LABEL, _TWO_THIRDS), *field(*right, _LABEL, _THIRD))
    return FormRow(cells, max(height, FormRow.least_height))


def _wide(label: str, text: str) -> FormRow:
    return FormRow(field(label, text, _LABEL, _WHOLE))


def _flowing(label: str, text: str, height: float) -> FormRow:
    return FormRow(field(label, text, _LABEL, _WHOLE), height, flowing=True)


def _paragraphs(text: str) -> str:
    return "\n".join(_INDENT + line.strip() for line in text.splitlines() if line.strip())


def _listed(texts: Iterable[str]) -> str:
    """The items of a list, numbered when there are several."""
    items = list(texts)
    if len(items) > 1:
        items = [f"{number}．{item}" for number, item in enumerate(items, 1)]
    return "\n".join(items) or _NOTHING


def _need_text(need: ReportedNeed) -> str:
    facts = [
        f"编号：{need.no}",
        f"分类：{need.need_class or '待定'}",
        f"承办：{need.owner}" if need.owner else "",
        f"期限：{_chinese_date(need.due_on)}" if need.due_on else "",
        f"结果：{need.result}" if need.result else "",
    ]
    return f"〔{need.topic}〕{need.text}\n" + "；".join(filter(None, facts))


def _situation_text(situation: ReportedSituation) -> str:
    text = f"【{situation.kind}·{situation.level}】{situation.summary}（编号：{situation.no}）"
    if situation.first_action:
        text += f"\n先期处置：{situation.first_action}"
    return text


def _chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
