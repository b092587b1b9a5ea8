"""户台账月报: all households of a month, village by village. Columns: domain §6."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reports.page import A4_LANDSCAPE, Heading, Paper, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from reports.table import Column, LongTable, Row, TablePage
from township.documents import LedgerNeed, LedgerRow, LedgerTotals, MonthlyLedger, ZoneLedger

Progress = Callable[[int, int], None]
"""Told of each page drawn and how many there are; cancels by raising."""

COLUMNS = (
    Column("序号", 9 * MM),
    Column("户编号", 22 * MM, names=True),
    Column("户主", 15 * MM, names=True),
    Column("组别", 9 * MM),
    Column("人口", 9 * MM),
    Column("特殊\n群体", 16 * MM),
    Column("联系\n干部", 13 * MM),
    Column("本月\n走访", 9 * MM),
    Column("本年\n走访", 9 * MM),
    Column("走访发现情况", 47 * MM, Align.LEFT),
    Column("诉求及分类", 38 * MM, Align.LEFT),
    Column("办理措施", 27 * MM, Align.LEFT),
    Column("办理\n结果", 15 * MM),
    Column("反馈\n日期", 14 * MM),
    Column("备注", 15 * MM),
)
"""The columns on A4; blank cells mean that nothing happened."""


def monthly_ledger(
    ledger: MonthlyLedger,
    stamp: PrintStamp,
    progress: Progress | None = None,
    paper: Paper = A4_LANDSCAPE,
) -> bytes:
    """The ledger as PDF, landscape, each village on pages of its own.

    Wider paper gives wider columns of text. An exception that ``progress`` raises ends the
    work and passes through.
    """
    title = f"{ledger.township}户台账月报"
    file = PdfFile(f"{title}（{ledger.year}年{ledger.month}月）", stamp.printed_at)
    table = LongTable(_columns(paper, ledger.clear))
    pages = list(_pages(ledger, table, paper))
    bookmarked, month = None, f"{ledger.year}年{ledger.month}月"
    for number, (zone, page) in enumerate(pages, 1):
        if zone != bookmarked:
            file.bookmark(zone)
            bookmarked = zone
        sheet = Sheet(file, (paper.width, paper.height))
        heading = Heading(title, f"责任区：{zone}", month, ledger.clear)
        draw_frame(sheet, paper, heading, stamp, (number, len(pages)))
        table.draw(sheet, page, paper.left, paper.body_top)
        sheet.finish()
        if progress is not None:
            progress(number, len(pages))
    return file.data()


def _columns(paper: Paper, clear: bool) -> tuple[Column, ...]:
    """The columns, those of text as wide as the paper allows; ``clear``: with telephones."""
    texts = [column for column in COLUMNS if column.align is Align.LEFT]
    spare = (paper.body_width - sum(column.width for column in COLUMNS)) / len(texts)
    wide = [replace(c, width=c.width + spare) if c in texts else c for c in COLUMNS]
    if clear:
        wide[1] = replace(wide[1], head="户编号\n联系电话")
    return tuple(wide)


def _pages(
    ledger: MonthlyLedger, table: LongTable, paper: Paper
) -> Iterator[tuple[str, TablePage]]:
    last = ledger.zones[-1] if len(ledger.zones) > 1 else None
    for zone in ledger.zones:
        rows = list(zone_rows(zone))
        if zone is last:
            rows.append(_total_row("全镇合计" if ledger.whole else "合计", ledger.totals()))
        for page in table.paginate(rows, paper.body_height):
            yield zone.zone, page


_KEPT = "本村小计（明细已到期清理，按清理前统计）"


def zone_rows(zone: ZoneLedger) -> Iterator[Row]:
    """The printed rows of a village, its subtotal last."""
    for number, row in enumerate(zone.rows, 1):
        yield Row(_cells(number, row))
    yield _total_row("本村小计" if zone.kept is None else _KEPT, zone.totals())


def _cells(number: int, row: LedgerRow) -> tuple[str, ...]:
    needs = row.needs
    return (
        str(number),
        "\n".join(filter(None, (row.household_no, row.phone))),
        row.head,
        row.group,
        str(row.persons),
        "\n".join(row.special_groups),
        "\n".join(row.cadres),
        str(row.visits_month or ""),
        str(row.visits_year or ""),
        "\n".join(f"{day.day}日：{text}" for day, text in row.findings),
        numbered(map(_need_text, needs)),
        numbered(need.measure for need in needs),
        numbered(need.result for need in needs),
        numbered(f"{n.feedback_on:%m-%d}" if n.feedback_on else "" for n in needs),
        row.remark,
    )


def _need_text(need: LedgerNeed) -> str:
    return f"{need.need_class}类：{need.text}" if need.need_class else need.text


def numbered(texts: Iterable[str]) -> str:
    """One text as it is; several under ①, ② …, so that the columns can be read across."""
    all_texts = list(texts)
    if len(all_texts) < 2:
        return "".join(all_texts)
    return "\n".join(f"{chr(ord('①') + i)}{text}" for i, text in enumerate(all_texts) if text)


def _total_row(label: str, totals: LedgerTotals) -> Row:
    text = (
        f"{label}：{totals.households} 户 {totals.persons} 人；"
        f"本月走访 {totals.households_visited} 户 {totals.visits_month} 次，"
        f"本年走访 {totals.visits_year} 次；记录情况 {totals.findings} 条；"
        f"诉求 {totals.needs} 件，已反馈 {totals.fed_back} 件"
    )
    return Row((text,), total=True)
