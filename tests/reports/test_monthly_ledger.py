from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pypdfium2
import pytest

from reports.monthly_ledger import COLUMNS, monthly_ledger
from reports.page import A3_LANDSCAPE, A4_LANDSCAPE
from reports.raster import page_count, page_text
from tests.reports.documents import STAMP, TALK, busy_row, ledger, quiet_row
from township.documents import LedgerTotals

TIANLONG = tuple(busy_row(n) if n % 5 == 0 else quiet_row(n) for n in range(1, 41))


def texts(pdf: bytes) -> list[str]:
    return [page_text(pdf, index) for index in range(page_count(pdf))]


def flat(text: str) -> str:
    return "".join(text.split())


def test_pages_name_zone_month_number_and_maker() -> None:
    pages = texts(monthly_ledger(ledger(("天龙村", TIANLONG)), STAMP))
    for number, text in enumerate(pages, 1):
        assert "屈原镇户台账月报" in text
        assert "内部资料" in text
        assert "责任区：天龙村" in text
        assert "2026年5月" in text
        assert f"第 {number} 页 共 {len(pages)} 页" in text
        assert "制表：李会计" in text
        assert "打印时间：2026-06-01 09:12" in text
        assert "编号：L20260601-0001" in text
        assert "走访发现情况" in text


def test_the_words_of_a_busy_row() -> None:
    [text] = texts(monthly_ledger(ledger(("天龙村", (busy_row(1),))), STAMP))
    words = flat(text)
    for expected in ("天龙-1-001", "王𠮷明", "空巢老人", "低保户", "李秀英", "05-20", "全家外出"):
        assert expected in words
    assert "①A类：路灯不亮。" in words
    assert "②申请大病救助。" in words
    assert "12日：老人说" in words


def test_nothing_happened_prints_nothing() -> None:
    [text] = texts(monthly_ledger(ledger(("天龙村", (quiet_row(1),))), STAMP))
    assert "1 天龙-1-001 王大明 一组 3 2" in text


def test_every_household_once_in_order_and_a_subtotal_at_the_end() -> None:
    pages = texts(monthly_ledger(ledger(("天龙村", TIANLONG)), STAMP))
    found = [word for text in pages for word in text.split() if word.startswith("天龙-1-")]
    assert found == [row.household_no for row in TIANLONG]
    assert "本村小计：40 户 136 人；本月走访 8 户 8 次，本年走访 88 次" in pages[-1]
    assert "诉求 16 件，已反馈 8 件" in pages[-1]
    assert "全镇合计" not in "".join(pages)


def test_a_village_begins_on_its_own_page_and_the_township_ends_with_a_total() -> None:
    both = ledger(("天龙村", TIANLONG[:3]), ("铺坪村", TIANLONG[3:5]))
    first, second = texts(monthly_ledger(both, STAMP))
    assert "责任区：天龙村" in first
    assert "责任区：铺坪村" in second
    assert "全镇合计：5 户 17 人" in second
    assert both.totals() == LedgerTotals(5, 17, 1, 1, 11, 1, 2, 1)
    _, second = texts(monthly_ledger(replace(both, whole=False), STAMP))
    assert "全镇" not in second and "合计：5 户 17 人" in second


def test_on_a3_more_stands_on_a_page() -> None:
    document = ledger(("天龙村", TIANLONG))
    large = monthly_ledger(document, STAMP, paper=A3_LANDSCAPE)
    assert page_count(large) < page_count(monthly_ledger(document, STAMP))
    with pypdfium2.PdfDocument(large) as opened:
        assert [round(mm * 25.4 / 72) for mm in opened.get_page_size(0)] == [420, 297]


def test_bookmarks_lead_to_the_villages() -> None:
    pdf = monthly_ledger(ledger(("天龙村", TIANLONG), ("铺坪村", TIANLONG)), STAMP)
    with pypdfium2.PdfDocument(pdf) as document:
        found = [(b.get_title(), b.get_dest().get_index()) for b in document.get_toc()]
    assert found == [("天龙村", 0), ("铺坪村", page_count(pdf) // 2)]


def test_a_month_in_which_nothing_was_recorded() -> None:
    [text] = texts(monthly_ledger(ledger(("天龙村", ())), STAMP))
    assert "本村小计：0 户 0 人" in text


def test_a_row_higher_than_a_page_runs_on_and_loses_nothing() -> None:
    row = replace(
        busy_row(1), findings=tuple((day, TALK * 6) for day, _ in busy_row(1).findings * 8)
    )
    pages = texts(monthly_ledger(ledger(("天龙村", (row, quiet_row(2)))), STAMP))
    assert len(pages) > 3
    assert all("天龙-1-001" in text for text in pages[:-1])
    assert flat("".join(pages)).count("统一收购") <= 48
    assert sum(text.count("桃叶") for text in pages) >= 40
    assert "天龙-1-002" in pages[-1]


def test_a_subtotal_never_stands_alone_on_a_page() -> None:
    for count in range(15, 30):
        rows = tuple(quiet_row(n) for n in range(1, count + 1))
        last = texts(monthly_ledger(ledger(("天龙村", rows)), STAMP))[-1]
        assert "本村小计" in last
        assert f"天龙-1-{count:03d}" in last


def test_progress_counts_pages_and_can_cancel() -> None:
    seen: list[tuple[int, int]] = []
    document = ledger(("天龙村", TIANLONG))
    pdf = monthly_ledger(document, STAMP, lambda done, total: seen.append((done, total)))
    count = page_count(pdf)
    assert seen == [(number, count) for number in range(1, count + 1)]

    def cancel(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        monthly_ledger(document, STAMP, cancel)


def test_same_ledger_same_bytes() -> None:
    document = ledger(("天龙村", TIANLONG))
    assert monthly_ledger(document, STAMP) == monthly_ledger(document, STAMP)


def test_two_printing_at_once_do_not_disturb_each_other() -> None:
    documents = [ledger(("天龙村", TIANLONG)), ledger(("铺坪村", TIANLONG[:7]))] * 3
    alone = [monthly_ledger(document, STAMP) for document in documents]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda document: monthly_ledger(document, STAMP), documents)) == alone


def test_short_words_do_not_wrap_and_columns_fill_the_paper() -> None:
    assert sum(column.width for column in COLUMNS) == pytest.approx(A4_LANDSCAPE.body_width)
    [text] = texts(monthly_ledger(ledger(("天龙村", (busy_row(1),))), STAMP))
    for word in ("天龙-1-001", "①已解决", "①05-20", "全家外出", "空巢老人"):
        assert word in text
