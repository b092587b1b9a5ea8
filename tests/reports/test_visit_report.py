from dataclasses import replace

import pytest

from reports.raster import page_count, page_text
from reports.visit_report import visit_report, visit_reports
from tests.reports.documents import STAMP, TALK, VISIT
from township.documents import VisitReport


def texts(pdf: bytes) -> list[str]:
    return [page_text(pdf, index) for index in range(page_count(pdf))]


def flat(text: str) -> str:
    return "".join(text.split())


def test_all_that_the_visit_says_is_on_one_page() -> None:
    [text] = texts(visit_report(VISIT, STAMP))
    words = flat(text)
    for expected in (
        "入户走访记录",
        "内部资料",
        "责任区龙马溪村",
        "村民小组二组",
        "户编号龙马溪-2-017",
        "户主王大明",
        "家庭人口4人",
        "特殊群体空巢老人",
        "走访日期2026年5月3日",
        "时段方式上午，入户",
        "户内有人是",
        "李秀英、王𠮷明",
        "走访目的日常走访",
        "上次事项上次反映的水管漏水，村里已联系维修队。",
        "老人独自在家，血压药还有半个月。",
        "宣讲政策医保缴费、高龄津贴",
        "〔道路〕路灯不亮，晚上接孩子看不清路。",
        "编号：LMX-2026-0031；分类：A合理合法；承办：李秀英；期限：2026年6月2日",
        "【灾情·异常】屋后挡土墙有一条细缝。",
        "先期处置：提醒雨天不住后屋",
        "群众评价满意",
        "下次走访2026年6月5日",
        "群众签字",
        "第1页共1页",
    ):
        assert expected in words, expected


def test_what_did_not_happen_stays_blank() -> None:
    bare = replace(
        VISIT,
        carry_over="",
        talk="",
        policies=(),
        needs=(),
        situations=(),
        special_groups=(),
        resident_view="",
        resident_present=None,
        next_visit_on=None,
    )
    [text] = texts(visit_report(bare, STAMP))
    words = flat(text)
    assert "上次事项" not in words
    assert "五情报告" not in words
    assert "群众诉求无" in words
    assert "户内有人走访干部" in words


@pytest.mark.parametrize("times", [3, 7, 12, 20, 40])
def test_long_texts_run_on_and_lose_nothing(times: int) -> None:
    needs = tuple(replace(VISIT.needs[0], no=f"N-{n}", text=TALK) for n in range(times))
    pages = texts(visit_report(replace(VISIT, talk=TALK * times, needs=needs), STAMP))
    words = flat("".join(pages))
    assert words.count("桃叶橙") >= 2 * times - len(pages)
    assert all(f"编号：N-{n}；" in words for n in range(times))
    assert f"第{len(pages)}页共{len(pages)}页" in words
    assert words.count("群众签字（自愿）") == 1
    for text in pages:
        assert "户编号：龙马溪-2-017" in text


def test_a_batch_numbers_each_report_by_itself() -> None:
    long = replace(VISIT, head="欧阳𠮷䲜", talk=TALK * 30)
    seen: list[tuple[int, int]] = []
    pdf = visit_reports([VISIT, long], STAMP, lambda done, total: seen.append((done, total)))
    pages = texts(pdf)
    assert "第 1 页 共 1 页" in pages[0]
    assert "第 1 页 共 2 页" in pages[1]
    assert "第 2 页 共 2 页" in pages[2]
    assert "欧阳𠮷䲜" in pages[1]
    assert seen == [(1, 2), (2, 2)]


def test_same_report_same_bytes() -> None:
    def printed(report: VisitReport) -> bytes:
        return visit_report(report, STAMP)

    assert printed(VISIT) == printed(VISIT)
    assert printed(VISIT) != printed(replace(VISIT, head="王小明"))
