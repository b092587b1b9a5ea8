"""The sheet of rescue codes: one page, all of them, the same bytes for the same input."""

from datetime import UTC, datetime

from reports.raster import page_count, page_text
from reports.rescue_codes import rescue_codes

CODES = [f"AB{number}D-EFGH" for number in range(10)]
AT = datetime(2026, 5, 3, 6, 5, tzinfo=UTC)


def test_one_page_with_all_codes() -> None:
    pdf = rescue_codes("zhou", CODES, AT)
    assert page_count(pdf) == 1
    text = page_text(pdf, 0)
    assert all(code in text for code in CODES)
    assert "使用者：zhou" in text and "2026-05-03 14:05" in text and "每个只能用一次" in text
    assert pdf == rescue_codes("zhou", CODES, AT)
