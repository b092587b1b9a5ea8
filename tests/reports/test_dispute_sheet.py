"""矛盾纠纷预警单: its words, its colour, and no name of a party. Source: domain §6."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from reports.dispute_sheet import BANDS, dispute_sheet
from reports.raster import page_count, page_text
from tests.forbidden import in_text
from tests.reports.documents import STAMP
from township.dispute_codes import DISPUTE_LEVEL
from township.usecases.dispute_paper import DisputeSheet

SHEET = DisputeSheet(
    township="屈原镇",
    zone="龙马溪村",
    no="2026-007-0012",
    level="yellow",
    level_name="黄色",
    since="2026-05-31 起（原蓝色，超期未化解已升级）",
    kind="山林土地",
    people=4,
    found="2026-05-01　走访",
    place="二组橙园",
    parties=("甲方（个人或农户）", "乙方（个人或农户）"),
    matter="甲方与乙方因橙园边界的三棵树归属争吵，尚未动手。",
    judgement="建议途径：人民调解。定级理由：反复发生，涉及土地",
    measures=(
        "2026-05-02 首次接触：两家分别谈过，都愿意调解",
        "2026-05-09 现场查看：丈量了边界",
        "2026-05-20 调解：双方各让一步，还有一棵树没有谈拢",
    ),
    owner="向书记",
    mediators="李秀英、谭司法",
    due="2026-06-20",
    review="",
    result="",
)
GOLDEN = """编号：L20260601-0001
内部资料
矛盾纠纷预警单
屈原镇 龙马溪村
纠纷编号：2026-007-0012
黄色预警
纠纷类型 山林土地 涉及人数 4 人 化解期限 2026-06-20
定级日期 2026-05-31 起（原蓝色，超期未化解已升级）
发现日期 途径 2026-05-01 走访
地点 二组橙园
当事人 甲方（个人或农户）、乙方（个人或农户）
纠纷情况 甲方与乙方因橙园边界的三棵树归属争吵，尚未动手。
研判 建议途径：人民调解。定级理由：反复发生，涉及土地
化解措施 2026-05-02 首次接触：两家分别谈过，都愿意调解
2026-05-09 现场查看：丈量了边界
2026-05-20 调解：双方各让一步，还有一棵树没有谈拢
责任人 向书记 调解人 李秀英、谭司法
审核、回访 结果 责任人 签名 审核人 签名 日期
等级是对事情的研判，不是对人的评价。当事人只写甲方、乙方，姓名见本机台账。
制表：李会计 审核： 第 1 页 共 1 页 打印时间：2026-06-01 09:12"""


def texts(pdf: bytes) -> list[str]:
    if shots := os.environ.get("SHOTS"):
        Path(shots, "dispute-sheet.pdf").write_bytes(pdf)
    return [page_text(pdf, index) for index in range(page_count(pdf))]


def flat(text: str) -> str:
    return "".join(text.split())


def test_all_that_the_sheet_says() -> None:
    pdf = dispute_sheet(SHEET, STAMP)
    with pypdfium2.PdfDocument(pdf) as opened:
        assert [round(mm * 25.4 / 72) for mm in opened.get_page_size(0)] == [210, 297]
    [page] = texts(pdf)
    words, golden = flat(page), [flat(line) for line in GOLDEN.splitlines()]
    assert [line for line in golden if line not in words] == []
    assert len(words) == len("".join(golden)), "and nothing else"
    assert not in_text(page)


@pytest.mark.parametrize("level", tuple(DISPUTE_LEVEL))
def test_the_band_has_the_colour_and_the_word(level: str) -> None:
    """The word is black on white, so that it is read on black-and-white paper too."""
    pdf = dispute_sheet(replace(SHEET, level=level, level_name=DISPUTE_LEVEL.label(level)), STAMP)
    assert f"{DISPUTE_LEVEL.label(level)}预警" in page_text(pdf, 0)
    with pypdfium2.PdfDocument(pdf) as opened:
        page = opened[0].render().to_pil().convert("RGB")
    at = round(297 * 72 / 25.4 - (297 - 20) * 72 / 25.4 + 36 + 17)
    red, green, blue = page.getpixel((60, at))
    shown = tuple(round(part * 255) for part in BANDS[level])
    assert all(abs(one - two) <= 2 for one, two in zip((red, green, blue), shown, strict=True))
    middle = [page.getpixel((x, at)) for x in range(page.width // 2 - 60, page.width // 2 + 60)]
    assert min(middle) < (90, 90, 90) and max(middle) > (240, 240, 240)


def test_a_long_course_runs_on() -> None:
    many = tuple(f"2026-05-{day:02} 调解：{'双方各自陈述，' * 8}" for day in range(1, 17))
    pages = texts(dispute_sheet(replace(SHEET, measures=many), STAMP))
    assert len(pages) == 2 and "2026-05-16" in "".join(pages)
    assert all("黄色预警" in page and "2026-007-0012" in page for page in pages)
