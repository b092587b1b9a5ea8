"""五情日报 and 五情月报 as they leave the printer."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest

from reports.page import A4_LANDSCAPE
from reports.raster import page_count, page_text
from reports.situation_summary import DAY_COLUMNS, MONTH_COLUMNS, day_pdf, month_pdf
from tests.reports.documents import STAMP
from township.usecases.situation_summary import KINDS, DayRow, DaySummary, Line, MonthSummary

ROW = DayRow(
    bytes(16),
    "02:10",
    "天龙村 三组屋后",
    "灾情",
    "紧急",
    "山坡出现裂缝，石头往下掉",
    "谭小兰",
    "周安全\n05-20 02:28",
    "转移6户15人\n周安全\n05-20 02:40",
    "谭小兰\n05-20 09:00",
    "已办结",
)


def line(name: str, *counts: int, services: str = "<5", receive: str = "12 分钟") -> Line:
    ids = {kind: (bytes(16),) * n for kind, n in zip(KINDS, counts, strict=True)}
    return Line(name, ids, services, receive, "3 小时" if receive else "")


def month(*lines: Line, total: Line) -> MonthSummary:
    return MonthSummary("屈原镇", "全镇", 2026, 5, lines, total)


def text(pdf: bytes) -> str:
    return "".join(page_text(pdf, at) for at in range(page_count(pdf)))


def test_the_day() -> None:
    pdf = day_pdf(DaySummary("屈原镇", "全镇", date(2026, 5, 20), (ROW,)), STAMP)
    found = text(pdf)
    for words in ("屈原镇五情日报", "2026年5月20日", "范围：全镇", "内部资料", "合计 1 件"):
        assert words in found
    for words in ("02:10", "谭小兰", "05-20 02:28", "转移6户15人", "已办结", "制表：李会计"):
        assert words in found
    with pypdfium2.PdfDocument(pdf) as opened:
        assert [round(mm * 25.4 / 72) for mm in opened.get_page_size(0)] == [297, 210]


def test_a_day_on_which_nothing_was_reported() -> None:
    assert "当日没有五情报送" in text(
        day_pdf(DaySummary("屈原镇", "", date(2026, 5, 1), ()), STAMP)
    )


def test_many_reports_run_on() -> None:
    pdf = day_pdf(DaySummary("屈原镇", "全镇", date(2026, 5, 20), (ROW,) * 40), STAMP)
    assert page_count(pdf) > 1 and text(pdf).count("天龙村") == 40
    assert "五情日报" in page_text(pdf, 1) and "情况摘要" in page_text(pdf, 1)


def test_the_month() -> None:
    total = line("合计", 2, 1, 0, 4, services="—")
    found = text(
        month_pdf(
            month(line("龙马溪村", 2, 1, 0, 3), line("天龙村", 0, 0, 0, 1), total=total), STAMP
        )
    )
    assert "1 龙马溪村 2 1 3 <5 6 12 分钟 3 小时" in found.replace("\r\n", " ").replace("\n", " ")
    for words in ("屈原镇五情月报", "2026年5月", "孕情", "中位数", "合计 2 1 4 — 7"):
        assert words in found
    assert "没有五情报送" not in found


def test_a_month_without_reports() -> None:
    none = line("天龙村", 0, 0, 0, 0, services="", receive="")
    found = text(month_pdf(month(none, total=none), STAMP))
    assert "1 天龙村" in found and "本月没有五情报送" in found
    assert found.count("合计") == 1  # the head of the column: one zone needs no sum


@pytest.mark.parametrize("columns", [DAY_COLUMNS, MONTH_COLUMNS])
def test_columns_fill_the_paper(columns: tuple[object, ...]) -> None:
    widths = [column.width for column in columns]  # type: ignore[attr-defined]
    assert sum(widths) == pytest.approx(A4_LANDSCAPE.body_width)


def test_same_input_same_bytes() -> None:
    found = DaySummary("屈原镇", "全镇", date(2026, 5, 20), (ROW,))
    assert day_pdf(found, STAMP) == day_pdf(found, STAMP)
