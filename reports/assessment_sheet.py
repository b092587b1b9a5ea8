"""下队工作日志考核表: one unit's month, to be signed. Columns: domain §6; none for an order."""

from __future__ import annotations

from datetime import date

from reports.fonts import serif
from reports.page import A4_LANDSCAPE, TEXT_SIZE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from reports.table import Column, LongTable, Row
from township.documents import AssessedLine, AssessmentPaper

TITLE = "下队工作日志考核表"
_PAPER = A4_LANDSCAPE
_FIXED = (
    Column("序号", 9 * MM),
    Column("姓名", 17 * MM, names=True),
    Column("职务", 36 * MM, Align.LEFT),
    Column("应下队\n（天）", 14 * MM),
    Column("已计\n（天）", 13 * MM),
    Column("其中\n补录", 12 * MM),
    Column("入户\n（户）", 13 * MM),
    Column("本年\n联系户", 15 * MM),
    Column("诉求提出\n/反馈", 16 * MM),
    Column("抽查", 22 * MM),
)
_SIGNATURE = Column("本人签名", 24 * MM)
_EXPLAINED = "情况说明（不减天数）"
COLUMNS = (
    *_FIXED,
    Column(
        _EXPLAINED,
        _PAPER.body_width - sum(one.width for one in _FIXED) - _SIGNATURE.width,
        Align.LEFT,
    ),
    _SIGNATURE,
)
_BLOCK = 30 * MM
"""Room below the table for rule and signatures: who signs never stands alone on a page."""
_RULE = (
    "两个及以上时段计 1 天，一个时段计 0.5 天；电话联系不计天数。"
    "抽查没联系上的，对本人没有影响。本表用于每月谈话，各行不分先后。"
)


def assessment_sheet(paper: AssessmentPaper, stamp: PrintStamp) -> bytes:
    """The sheet as PDF, A4 landscape; the same paper and stamp give the same bytes."""
    file = PdfFile(f"{TITLE}（{paper.unit}，{paper.year}年{paper.month}月）", stamp.printed_at)
    table = LongTable(COLUMNS)
    rows = [Row(_cells(number, line)) for number, line in enumerate(paper.lines, 1)]
    pages = table.paginate(rows, _PAPER.body_height - _BLOCK)
    month = f"{paper.year}年{paper.month}月　{version(paper)}"
    heading = Heading(f"{paper.township}{TITLE}", f"考核单位：{paper.unit}", month)
    for number, page in enumerate(pages, 1):
        sheet = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(sheet, _PAPER, heading, stamp, (number, len(pages)))
        table.draw(sheet, page, _PAPER.left, _PAPER.body_top)
        if number == len(pages):
            _draw_end(sheet, paper, _PAPER.body_top - table.height(page))
        sheet.finish()
    return file.data()


def version(paper: AssessmentPaper) -> str:
    """Which signature this is: a correction is told as such."""
    if paper.signed_on is None:
        return "未签字"
    return f"第 {paper.revision} 次修订" if paper.revision > 1 else "已签字"


def _cells(number: int, line: AssessedLine) -> tuple[str, ...]:
    return (
        str(number),
        line.name,
        line.post,
        line.target,
        line.days,
        str(line.late or ""),
        str(line.households or ""),
        f"{line.links[0]}/{line.links[1]}",
        "/".join(map(str, line.needs)) if any(line.needs) else "",
        _spots(line.spot_checks),
        line.explained,
        "",
    )


def _spots(counts: tuple[int, int, int]) -> str:
    names = ("属实", "不符", "没联系上")
    return "\n".join(f"{name} {count}" for name, count in zip(names, counts, strict=True) if count)


def _draw_end(sheet: Sheet, paper: AssessmentPaper, end: float) -> None:
    """The rule by which was counted, and the lines to sign on."""
    face, size = serif(), TEXT_SIZE
    sheet.text(_PAPER.left, end - 7 * MM, _RULE, face, size)
    y = end - 20 * MM
    day = _day(paper.signed_on) if paper.signed_on else "　　　年　　月　　日"
    third = _PAPER.body_width / 3
    for at, (label, text) in enumerate(
        (("考核人：", paper.assessor), ("考核人签名：", ""), ("日期：", day))
    ):
        x = _PAPER.left + at * third
        sheet.text(x, y, label, face, size)
        begin = x + face.width(label, size) + 2
        sheet.text(begin + 4, y, text, face, size)
        sheet.lines([(begin, y - 3, x + third - 10 * MM, y - 3)], 0.4)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
