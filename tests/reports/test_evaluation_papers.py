"""测评票 and 满意度测评结果: their words, and that a slip is like every other."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.ballots import ballots
from reports.evaluation_sheet import evaluation_sheet
from reports.raster import page_count, page_text
from tests.reports.documents import STAMP
from township.documents import BallotPaper, EvaluationLine, EvaluationSheet

ANSWERS = ("满意", "基本满意", "不满意", "不了解", "无效")
SLIPS = BallotPaper(
    "屈原镇",
    "龙马溪村",
    "龙马溪村班子",
    "2026 年上半年",
    ("履职情况", "工作作风", "事情办成了没有"),
    ANSWERS[:-1],
    10,
)
SHEET = EvaluationSheet(
    township="屈原镇",
    zone="龙马溪村",
    target="龙马溪村班子",
    no="2026-007-0001",
    period="2026 年上半年",
    held_on=date(2026, 5, 20),
    roster=90,
    issued=85,
    returned=83,
    answers=ANSWERS,
    lines=(
        EvaluationLine("履职情况", (50, 17, 16, 0, 0), 83, "80.72%", 8072, True),
        EvaluationLine("工作作风", (48, 18, 17, 0, 0), 83, "79.52%", 7952, False),
        EvaluationLine("事情办成了没有", (46, 20, 17, 0, 0), 83, "79.52%", 7952, False),
        EvaluationLine("合计", (144, 55, 50, 0, 0), 249, "79.92%", 7992, False),
    ),
    line_text="80.00%",
    verdict="不达标",
    explained="满意和基本满意 199 项 ÷ 有效 249 项 = 79.92%，低于 80.00% 的标准。",
    information=(("仅“满意”的比例", "57.83%"), ("加权满意率（100、75、55）", "85.44%")),
    comments=(("事情办成了没有", tuple(f"第 {n} 件事还没有办完" for n in range(5))),),
    hidden_comments=3,
    tellers=("周敏", "何访"),
    approver="郑镇长",
    approved_on=date(2026, 5, 21),
    measures="须在 2026-06-05 前确定问责措施。",
)


def texts(pdf: bytes) -> list[str]:
    if shots := os.environ.get("SHOTS"):
        Path(shots, f"{len(pdf)}.pdf").write_bytes(pdf)
    return [page_text(pdf, index) for index in range(page_count(pdf))]


def flat(text: str) -> str:
    return "".join(text.split())


def test_slips_four_to_a_sheet_and_all_alike() -> None:
    pages = texts(ballots(SLIPS, STAMP.printed_at))
    assert len(pages) == 3
    assert pages[0] == pages[1], "nothing tells one sheet from another"
    assert [page.count("群众满意度测评票") for page in pages] == [4, 4, 2]
    words = flat(pages[0])
    one = words[: len(words) // 4]
    assert words == one * 4, "nothing tells one slip from another"
    assert one == (
        "群众满意度测评票屈原镇2026年上半年测评对象：龙马溪村班子"
        "每项只在一个方框里打“√”。不选或多选的项作无效处理。"
        "满意基本满意不满意不了解履职情况工作作风事情办成了没有"
        "意见和建议（可不填）不记名：请不要写姓名，不要做记号，填好后自己投入票箱。"
    )
    for trace in (STAMP.print_no, STAMP.made_by, "页", "编号", "2026-06"):
        assert trace not in words


def test_the_result_sheet_says_all_of_it() -> None:
    [page] = texts(evaluation_sheet(SHEET, STAMP))
    words = flat(page)
    for expected in (
        "群众满意度测评结果",
        "测评编号：2026-007-0001",
        "测评对象龙马溪村班子",
        "测评日期2026年5月20日代表人数90人",
        "发出票数85张收回票数83张测评结果不达标",
        "满意和基本满意199项÷有效249项=79.92%，低于80.00%的标准。",
        "测评内容满意基本满意不满意不了解无效有效满意率",
        "履职情况501716008380.72%",
        "合计1445550002 4979.92%".replace(" ", ""),
        "标准80.00%",
        "仅“满意”的比例：57.83%",
        "问责须在2026-06-05前确定问责措施。",
        "·第4件事还没有办完",
        "另有3条意见。同类不足5条的不列出",
        "计票人甲周敏",
        "计票人乙何访",
        "审定人郑镇长",
        "第1页共1页",
    ):
        assert expected in words, expected


def test_without_a_result_there_is_no_table_and_no_bar() -> None:
    bare = replace(
        SHEET,
        lines=(),
        information=(),
        comments=(),
        hidden_comments=0,
        verdict="票数不足",
        explained="收回 14 张。",
        measures="",
    )
    [page] = texts(evaluation_sheet(bare, STAMP))
    words = flat(page)
    assert "票数不足" in words
    for absent in ("满意率", "标准", "仅供参考", "未列出", "问责"):
        assert absent not in words


@pytest.mark.parametrize("count", [40, 200])
def test_many_comments_run_on(count: int) -> None:
    lines = tuple(f"第 {n} 条：希望把通往橙园的路接着修完。" for n in range(count))
    pages = texts(evaluation_sheet(replace(SHEET, comments=(("其他意见", lines),)), STAMP))
    assert len(pages) > 1
    assert all(f"第{n}条" in flat("".join(pages)) for n in range(count))
    assert flat("".join(pages)).count("计票人甲") == 1


def test_same_sheet_same_bytes() -> None:
    assert evaluation_sheet(SHEET, STAMP) == evaluation_sheet(SHEET, STAMP)
    assert ballots(SLIPS, STAMP.printed_at) == ballots(SLIPS, STAMP.printed_at)
