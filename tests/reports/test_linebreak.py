from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.fonts import serif
from reports.linebreak import NO_END, NO_START, break_lines, may_break


def lines(text: str, em: float) -> list[str]:
    """Break to a width in full-width characters; ASCII counts half."""
    return break_lines(text, [0.5 if c.isascii() else 1.0 for c in text], em)


@pytest.mark.parametrize(
    ("text", "em", "expected"),
    [
        ("", 4, []),
        ("饮水池漏水", 8, ["饮水池漏水"]),
        ("饮水池漏水", 5, ["饮水池漏水"]),
        ("饮水池漏水", 3, ["饮水池", "漏水"]),
        ("老人在家，药还有半月。", 4, ["老人在", "家，药还", "有半月。"]),
        ("他说：“好。”走了", 6, ["他说：", "“好。”走了"]),
        ("他说“水好”吗", 3, ["他说", "“水", "好”吗"]),
        ("担心——如果再降", 3, ["担", "心——", "如果再", "降"]),
        ("收不回来……希望", 5, ["收不回", "来……希望"]),
        ("补助1250元整", 3, ["补助", "1250元", "整"]),
        ("涨了3.5%左右吧", 3, ["涨了", "3.5%左", "右吧"]),
        ("电话0717-2881234可查", 6, ["电话", "0717-2881234", "可查"]),
        ("编号LMX-2026-0031", 4, ["编号", "LMX-2026", "-0031"]),
        ("约￥300元", 2, ["约", "￥30", "0元"]),
        ("甲 乙", 1, ["甲", "乙"]),
        ("甲乙 。", 2.5, ["甲", "乙 。"]),
        ("甲（ 乙", 2.5, ["甲", "（ 乙"]),
        ("甲乙　丙丁", 2, ["甲乙", "丙丁"]),
        ("一行\n二行\n\n四行", 9, ["一行", "二行", "", "四行"]),
        ("　　段落开头空两格", 6, ["　　段落开头", "空两格"]),
        ("。。。。", 2, ["。。", "。。"]),
        ("天", 0.5, ["天"]),
        ("天地", 0.5, ["天", "地"]),
        ("葛\U000e0100城市", 3, ["葛\U000e0100城", "市"]),
    ],
)
def test_lines(text: str, em: float, expected: list[str]) -> None:
    assert lines(text, em) == expected


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("好", "。", False),
        ("“", "好", False),
        ("好", "“", True),
        ("。", "好", True),
        ("1", "2", False),
        ("a", "b", False),
        ("5", "月", True),
        ("—", "—", False),
        ("…", "…", False),
        ("é", "t", False),
        ("葛", "\U000e0100", False),
    ],
)
def test_may_break(before: str, after: str, allowed: bool) -> None:
    assert may_break(before, after) is allowed


SIGNS = "天地人龙马溪王𠮷明，。；：“”（）《》！？、—…%￥ab123.-"
MIXED = st.text(alphabet=SIGNS + " ", max_size=120)
UNSPACED = st.text(alphabet=SIGNS, max_size=120)


@given(MIXED, st.floats(9, 300))
def test_every_line_fits_and_nothing_is_lost(text: str, width: float) -> None:
    face = serif()
    broken = break_lines(text, face.advances(text, 9), width)
    assert "".join("".join(broken).split()) == "".join(text.split())
    assert all(face.width(line, 9) <= width + 1e-3 or len(line) == 1 for line in broken)


@given(UNSPACED, st.floats(9, 300))
def test_a_forbidden_start_or_end_only_where_no_other_break_was_possible(
    text: str, width: float
) -> None:
    broken = break_lines(text, serif().advances(text, 9), width)
    for line, following in pairwise(broken):
        if following[:1] in NO_START or line[-1:] in NO_END:
            places = pairwise(line)
            assert not any(may_break(a, b) for a, b in places)


@given(st.text(alphabet="天地，。“”", max_size=200))
def test_ordinary_prose_never_starts_a_line_with_a_closing_mark(text: str) -> None:
    around = {"“": "“路"} | {mark: f"路{mark}" for mark in "，。”"}
    prose = "".join(around.get(mark, mark) for mark in text)  # no marks stand in a row
    for line in lines(prose, 6)[1:]:
        assert line[0] not in NO_START
