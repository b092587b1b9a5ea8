"""会议纪要 as an official paper. Source: GB/T 9704-2012 §10.3."""

from dataclasses import replace

import pytest

from reports.fonts import serif
from reports.minutes import minutes_pdf
from reports.official import (
    BLANK,
    BODY,
    LEFT,
    LINES,
    RIGHT,
    Block,
    Line,
    chinese_number,
    lines_of,
    paginate,
)
from reports.raster import page_count, page_text
from tests.reports.documents import MINUTES, STAMP, TALK, TOWNSHIP_MINUTES, ZONES
from township.documents import Minutes, MinutesItem

GOLDEN = """
内部资料
屈原镇龙马溪村民情联系会议纪要
2026年5月上半月
2026年5月14日
2026年5月14日上午9时30分，向书记在村委会会议室主持
召开2026年5月上半月民情联系会议。会议情况纪要如下。
一、议题和意见
（一）上次议定事项：装两盏路灯（李秀英，5月25日
前）。
路灯已到货，由李秀英继续办理，下次会议报告结果。
（二）灾情：二组公路内侧有少量落石，未影响通行。
由镇安办负责处置。
（三）诉求〔饮水〕四组（编号2026-001-0031）。
二、会议情况
到会人员通报了近期走访情况。
大家认为，雨季将至，“转移路线”要再走一遍；……逐户
讲清。
—1—
三、议定事项
1．5月20日前清理二组公路内侧落石。责任人：李秀英；
完成期限：2026年5月20日。
2．四组饮水池更换进水阀。责任人：谭国；完成期限：
2026年5月29日。
四、结转的未完成事项
1．装两盏路灯。责任人：李秀英；完成期限：2026年5月
25日。
出席：王𠮷明、向书记、李秀英、欧阳𠮷䲜、谭国、
郑家秀、韩春梅、周德兵
请假：谭司法
列席：陈国强
记录：李秀英
签发：向书记
2026年5月15日
—2—
"""


def text(minutes: Minutes) -> str:
    pdf = minutes_pdf(minutes, STAMP)
    return "\n".join(page_text(pdf, page) for page in range(page_count(pdf)))


def flat(words: str) -> str:
    return "".join(words.split())


def test_the_words_of_a_village_meeting() -> None:
    assert flat(text(MINUTES)) == flat(GOLDEN)


def test_the_township_reviews_thirteen_zones() -> None:
    words = flat(text(TOWNSHIP_MINUTES))
    assert words.startswith("内部资料未签发屈原镇民情联系会议纪要2026年6月（临时会议）")
    assert "2026年6月10日下午2时，向书记在镇政府二楼会议室主持召开" in words
    for number, zone in enumerate(ZONES, 1):
        assert f"（{chinese_number(number)}）{zone}：未办结诉求{number - 1}件" in words
    assert words.count("研判等级：平稳。") == 12
    assert "研判等级：橙色。林地界线纠纷超期，联村领导牵头现场踏勘。" in words
    assert "结转的未完成事项" not in words and "签发：" not in words
    assert page_count(minutes_pdf(TOWNSHIP_MINUTES, STAMP)) == 3


@pytest.mark.parametrize("times", [1, 4, 11])
def test_long_minutes_lose_nothing(times: int) -> None:
    items = tuple(MinutesItem(f"第{n}项", TALK, "") for n in range(times))
    words = flat(text(replace(MINUTES, items=items, discussion=TALK)))
    assert words.count("桃叶橙") == times + 1
    assert all(f"第{n}项。" in words for n in range(times))


@pytest.mark.parametrize("times", range(14))
def test_who_signs_never_stands_alone_on_a_page(times: int) -> None:
    minutes = replace(MINUTES, discussion="\n".join(["逐户讲清转移路线。"] * times))
    pdf = minutes_pdf(minutes, STAMP)
    last = page_text(pdf, page_count(pdf) - 1)
    assert "签发：" in last
    assert last.index("记录：") < last.index("签发："), last


def test_a_page_holds_22_lines_of_28_characters() -> None:
    assert 28 * BODY <= RIGHT - LEFT < 29 * BODY
    [first, second] = lines_of([Block("中" * 54)])
    assert (len(first.text), len(second.text)) == (28, 28)  # with the two blanks before it


def test_headings_stay_with_what_follows() -> None:
    plain = [Line(str(n), serif(), LEFT) for n in range(LINES)]
    head = Line("一、", serif(), LEFT, keep=True)
    pages = paginate([*plain[:3], head, *plain], 4)
    assert [len(page) for page in pages] == [3, LINES, 1] and pages[1][0] is head
    assert [len(page) for page in paginate([*plain[:4], BLANK, *plain], 4)] == [4, LINES]


def test_no_name_is_cut_at_the_end_of_a_line() -> None:
    names = ("欧阳长江", "向明", "谭家秀") * 12
    lines = lines_of([Block("、".join(names), lead="出席：")])
    assert len(lines) > 3 and "".join(line.text for line in lines) == "、".join(names)
    assert all(line.text.endswith("、") for line in lines[:-1])
    endless = lines_of([Block("长" * 60, lead="出席：")])
    assert "".join(line.text for line in endless) == "长" * 60


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四"), (99, "九十九")],
)
def test_numbers_of_headings(number: int, words: str) -> None:
    assert chinese_number(number) == words


def test_same_minutes_same_bytes() -> None:
    assert minutes_pdf(MINUTES, STAMP) == minutes_pdf(MINUTES, STAMP)
    assert minutes_pdf(MINUTES, STAMP) != minutes_pdf(replace(MINUTES, place="镇上"), STAMP)
