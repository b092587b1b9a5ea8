"""下队工作日志考核表 on paper. Columns and layout: domain §6."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pypdfium2

from reports.assessment_sheet import COLUMNS, assessment_sheet
from reports.page import A4_LANDSCAPE
from reports.raster import page_count, page_text
from tests.forbidden import in_text
from tests.reports.documents import STAMP
from township.documents import AssessedLine, AssessmentPaper

XIU = AssessedLine(
    name="李秀英",
    post="村委会委员",
    target="8.0",
    days="7.5",
    late=1,
    households=21,
    links=(14, 15),
    needs=(3, 2),
    spot_checks=(1, 0, 1),
    explained="培训学习：5月12日至14日参加县妇联培训。",
)
QUIET = replace(
    XIU, name="王𠮷明", late=0, needs=(0, 0), spot_checks=(0, 0, 0), explained="", days="8.0"
)
MAY = AssessmentPaper(
    township="屈原镇",
    unit="链子岩村村干部",
    year=2026,
    month=5,
    revision=1,
    lines=(XIU, QUIET),
    assessor="向书记",
    signed_on=date(2026, 6, 5),
)
GOLDEN = """编号：L20260601-0001
内部资料
屈原镇下队工作日志考核表
考核单位：链子岩村村干部 2026年5月　已签字
"""


def texts(pdf: bytes) -> list[str]:
    return [page_text(pdf, index) for index in range(page_count(pdf))]


def flat(text: str) -> str:
    return "".join(text.split())


def test_the_columns_of_the_rule() -> None:
    """Name, post, target, days, late, households, links, needs, spot check, explanation, sign."""
    heads = [column.head.replace("\n", "") for column in COLUMNS]
    assert heads == [
        *("序号", "姓名", "职务", "应下队（天）", "已计（天）", "其中补录", "入户（户）"),
        *("本年联系户", "诉求提出/反馈", "抽查", "情况说明（不减天数）", "本人签名"),
    ]
    assert not [head for head in heads if in_text(head)]
    assert sum(column.width for column in COLUMNS) <= A4_LANDSCAPE.body_width + 0.01


def test_a_signed_sheet() -> None:
    pdf = assessment_sheet(MAY, STAMP)
    with pypdfium2.PdfDocument(pdf) as opened:
        assert [round(mm * 25.4 / 72) for mm in opened.get_page_size(0)] == [297, 210]
    [text] = texts(pdf)
    words = flat(text)
    for part in GOLDEN.split():
        assert flat(part) in words
    assert "1李秀英村委会委员8.07.512114/153/2" in words
    assert "属实1没联系上1" in words and "不符" not in words
    assert "培训学习：5月12日至14日参加县妇联培训。" in words
    assert "2王𠮷明村委会委员8.08.02114/15" in words
    assert "考核人：向书记" in words and "考核人签名：日期：2026年6月5日" in words
    assert "第1页共1页" in words and "打印时间：2026-06-0109:12" in words
    assert assessment_sheet(MAY, STAMP) == pdf


def test_a_revision_and_a_sheet_that_nobody_signed() -> None:
    [second] = texts(assessment_sheet(replace(MAY, revision=2), STAMP))
    assert "第 2 次修订" in second
    [open_] = texts(assessment_sheet(replace(MAY, signed_on=None, assessor=""), STAMP))
    assert "未签字" in open_ and "年　　月" in open_


def test_a_long_unit_runs_on_and_signs_at_the_end() -> None:
    many = tuple(replace(QUIET, name=f"干部{number:02}") for number in range(1, 66))
    pages = texts(assessment_sheet(replace(MAY, unit="镇干部", lines=many), STAMP))
    assert len(pages) > 2
    found = [word for page in pages for word in page.split() if word.startswith("干部")]
    assert found == [line.name for line in many]
    assert ["考核人签名" in page for page in pages] == [False] * (len(pages) - 1) + [True]
    assert "干部65" in pages[-1] and f"第 {len(pages)} 页 共 {len(pages)} 页" in pages[-1]
