"""五情日报 and 五情月报, A4 landscape. Columns: domain §6."""

from __future__ import annotations

from collections.abc import Sequence

from reports.page import A4_LANDSCAPE, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from reports.table import Column, LongTable, Row
from township.codes import SITUATION_KIND
from township.usecases.situation_summary import (
    KINDS,
    SERVICES,
    DaySummary,
    Line,
    MonthSummary,
)

DAY_COLUMNS = (
    Column("时间", 12 * MM),
    Column("责任区、地点", 31 * MM, Align.LEFT),
    Column("类别", 11 * MM),
    Column("等级", 11 * MM),
    Column("情况摘要", 67 * MM, Align.LEFT),
    Column("报送人", 16 * MM),
    Column("接收人\n时间", 24 * MM),
    Column("处置", 55 * MM, Align.LEFT),
    Column("反馈人\n时间", 24 * MM),
    Column("状态", 16 * MM),
)
MONTH_COLUMNS = (
    Column("序号", 12 * MM),
    Column("责任区", 39 * MM),
    *(Column(SITUATION_KIND.label(kind), 27 * MM) for kind in KINDS),
    Column(SERVICES.replace("（", "\n（"), 32 * MM),
    Column("合计", 22 * MM),
    Column("接收用时\n（中位数）", 27 * MM),
    Column("处置用时\n（中位数）", 27 * MM),
)
_NONE = "当日没有五情报送。"
_EMPTY = "本月没有五情报送。"


def day_pdf(found: DaySummary, stamp: PrintStamp) -> bytes:
    """The reports of a day."""
    on = found.on
    rows = [Row(_day_cells(found, at)) for at in range(len(found.rows))]
    rows.append(Row((f"合计 {len(rows)} 件" if rows else _NONE,), total=True))
    heading = Heading(
        f"{found.township}五情日报", f"范围：{found.zones}", f"{on.year}年{on.month}月{on.day}日"
    )
    return _drawn(DAY_COLUMNS, rows, heading, stamp)


def month_pdf(found: MonthSummary, stamp: PrintStamp) -> bytes:
    """The matrix of a month: an empty cell means that nothing was reported."""
    rows = [Row(_month_cells(str(at), one)) for at, one in enumerate(found.lines, 1)]
    if len(found.lines) > 1:
        rows.append(Row(_month_cells("", found.total)))
    if found.empty:
        rows.append(Row((_EMPTY,), total=True))
    heading = Heading(
        f"{found.township}五情月报", f"范围：{found.zones}", f"{found.year}年{found.month}月"
    )
    return _drawn(MONTH_COLUMNS, rows, heading, stamp)


def _drawn(
    columns: Sequence[Column], rows: Sequence[Row], heading: Heading, stamp: PrintStamp
) -> bytes:
    paper = A4_LANDSCAPE
    file = PdfFile(f"{heading.title}（{heading.right}）", stamp.printed_at)
    table = LongTable(tuple(columns))
    pages = table.paginate(rows, paper.body_height)
    for number, page in enumerate(pages, 1):
        sheet = Sheet(file, (paper.width, paper.height))
        draw_frame(sheet, paper, heading, stamp, (number, len(pages)))
        table.draw(sheet, page, paper.left, paper.body_top)
        sheet.finish()
    return file.data()


def _day_cells(found: DaySummary, at: int) -> tuple[str, ...]:
    one = found.rows[at]
    return (
        one.time,
        one.place,
        one.kind,
        one.level,
        one.summary,
        one.reporter,
        one.received,
        one.response,
        one.feedback,
        one.state,
    )


def _month_cells(number: str, line: Line) -> tuple[str, ...]:
    counts = (str(len(line.ids[kind]) or "") for kind in KINDS)
    all_ = str(len(line.all) or "")
    return (number, line.name, *counts, line.services, all_, line.receive, line.respond)
