"""Spreadsheets: the household list and the monthly ledger as Excel and CSV.

A text never becomes a formula, whatever it begins with: in Excel it is written as a text, in CSV
it gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reports.monthly_ledger import numbered
from reports.page import INTERNAL
from township.documents import LedgerRow, MonthlyLedger
from township.usecases.exporting import HouseholdList
from township.usecases.household_rows import HouseholdRow
from township.values import CHINA, local_text

Cell = str | int | date | None

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula. Source: OWASP, CSV injection."""
_MOST = 32_767
"""Characters that a cell of Excel holds."""
_A4 = 9
_NOT_IN_XML = dict.fromkeys((0xFFFE, 0xFFFF), "\ufffd")
"""Excel calls a file damaged that holds one of them; control characters it knows to be escaped."""


@dataclass(frozen=True)
class Column:
    """A column; its width in Latin characters, a Chinese one takes the room of two."""

    head: str
    width: int


@dataclass(frozen=True)
class Export:
    """A table that leaves the program; ``exported_at`` needs a time zone."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    exported_by: str
    exported_at: datetime
    reason: str

    @property
    def signed(self) -> str:
        """Who exported it, when and why; stands in every file."""
        at = local_text(self.exported_at)
        return f"{INTERNAL}　导出人：{self.exported_by}　导出时间：{at}　事由：{self.reason}"


@dataclass(frozen=True)
class Stamp:
    """Who exports, when and why."""

    name: str
    at: datetime
    reason: str


_LIST = (
    Column("责任区", 12),
    Column("村民小组", 10),
    Column("户编号", 18),
    Column("户主", 10),
    Column("人口", 6),
    Column("特殊群体", 24),
    Column("联系干部", 14),
    Column("最近走访", 12),
    Column("本年入户", 9),
    Column("未办结诉求", 11),
)
_LEDGER = (
    Column("责任区", 12),
    Column("户编号", 18),
    Column("户主", 10),
    Column("组别", 8),
    Column("人口", 6),
    Column("特殊群体", 16),
    Column("联系干部", 12),
    Column("本月走访", 9),
    Column("本年走访", 9),
    Column("走访发现情况", 48),
    Column("诉求及分类", 36),
    Column("办理措施", 28),
    Column("办理结果", 12),
    Column("反馈日期", 12),
    Column("备注", 14),
)


def of_households(found: HouseholdList, stamp: Stamp) -> Export:
    """The household list as a table."""
    rows = [_household(row) for row in found.rows]
    return Export(f"{found.township}户名册", _LIST, rows, stamp.name, stamp.at, stamp.reason)


def of_ledger(found: MonthlyLedger, stamp: Stamp) -> Export:
    """A month's ledger as a table."""
    title = f"{found.township}户台账月报（{found.year}年{found.month}月）"
    rows = [_in_ledger(zone.zone, row) for zone in found.zones for row in zone.rows]
    return Export(title, _LEDGER, rows, stamp.name, stamp.at, stamp.reason)


def excel(export: Export) -> bytes:
    """An Excel workbook: frozen heads, widths, ready to print on A4; same input, same bytes."""
    out = io.BytesIO()
    as_they_are = dict.fromkeys(
        ("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False
    )
    book = xlsxwriter.Workbook(out, {"in_memory": True, **as_they_are})
    made = export.exported_at.astimezone(CHINA).replace(tzinfo=None)
    book.set_properties({"title": export.title, "author": export.exported_by, "created": made})
    sheet = book.add_worksheet("数据")
    styles = {
        "head": book.add_format({"bold": True, "border": 1, "bg_color": "#E6E6E6"}),
        "date": book.add_format({"border": 1, "num_format": "yyyy-mm-dd", "valign": "top"}),
        "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "guarded": book.add_format(
            {"border": 1, "text_wrap": True, "valign": "top", "quote_prefix": True}
        ),
    }
    for at, column in enumerate(export.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.head, styles["head"])
    for line, row in enumerate(export.rows, 1):
        for at, cell in enumerate(row):
            _write(sheet, line, at, cell, styles)
    _prepare_print(sheet, export)
    about = book.add_worksheet("说明")
    about.set_column(0, 0, 100)
    for line, text in enumerate((export.title, export.signed, f"共 {len(export.rows)} 户")):
        about.write_string(line, 0, text)
    book.close()
    return out.getvalue()


def csv_file(export: Export) -> bytes:
    """UTF-8 with its mark, which Excel needs to read Chinese; the last line says who and why."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerow([column.head for column in export.columns])
    writer.writerows([_in_csv(cell) for cell in row] for row in export.rows)
    writer.writerow([_in_csv(export.signed)])
    return out.getvalue().encode("utf-8-sig")


FORMS: dict[str, Callable[[Export], bytes]] = {".xlsx": excel, ".csv": csv_file}
"""How to make a file, by the end of its name."""


def is_dangerous(text: str) -> bool:
    """Might a spreadsheet take this text for a formula?"""
    return text.lstrip(" ").startswith(_DANGEROUS)


def _write(sheet: Worksheet, line: int, at: int, cell: Cell, styles: dict[str, Format]) -> None:
    if cell is None or cell == "":
        sheet.write_blank(line, at, None, styles["text"])
    elif isinstance(cell, int):
        sheet.write_number(line, at, cell, styles["text"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), styles["date"])
    else:
        text = cell.translate(_NOT_IN_XML)
        text = text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
        sheet.write_string(line, at, text, styles["guarded" if is_dangerous(cell) else "text"])


def _prepare_print(sheet: Worksheet, export: Export) -> None:
    last = max(1, len(export.rows)), len(export.columns) - 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, *last)
    sheet.print_area(0, 0, *last)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{_plain(export.title)}")
    sheet.set_footer(f"&L{_plain(export.signed)[:200]}&R第 &P 页 共 &N 页")


def _plain(text: str) -> str:
    """A text for the head or foot of a sheet, where & begins an instruction."""
    return text.replace("&", "&&")


def _in_csv(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and is_dangerous(text) else text


def _household(row: HouseholdRow) -> tuple[Cell, ...]:
    return (
        row.zone,
        row.group,
        row.no,
        row.head,
        row.persons,
        "、".join(row.special),
        "、".join(row.cadres),
        row.last_visit,
        row.visits,
        row.open_needs,
    )


def _in_ledger(zone: str, row: LedgerRow) -> tuple[Cell, ...]:
    needs = row.needs
    return (
        zone,
        row.household_no,
        row.head,
        row.group,
        row.persons,
        "、".join(row.special_groups),
        "、".join(row.cadres),
        row.visits_month,
        row.visits_year,
        "\n".join(f"{day}：{text}" for day, text in row.findings),
        numbered(f"{n.need_class}类：{n.text}" if n.need_class else n.text for n in needs),
        numbered(need.measure for need in needs),
        numbered(need.result for need in needs),
        numbered(str(need.feedback_on or "") for need in needs),
        row.remark,
    )
