"""测评: what the panel tells of one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

from township.codes import COMMENT_GROUP, EVALUATION_DIMENSION
from township.rules import evaluations as rules
from township.rules.evaluations import Answers, Counts
from township.usecases.ballot_counts import difference_text
from township.usecases.evaluation_papers import ANSWER_LABELS, explained
from township.usecases.evaluations import EvaluationDetail

Fact = tuple[str, str]
_TWICE = "连续两次不达标：请镇党委研究；村委会成员的职务按村民委员会组织法第三十三条处理。"


def facts(found: EvaluationDetail, *, holds_counts: bool) -> list[Fact]:
    """Caption and text of all that is known; ``holds_counts``: this is an office's laptop."""
    one, shown = found.evaluation, found.evaluation.shown
    told: list[Fact] = []
    if one.state == "closed":
        told += _counting(found) if holds_counts else [("计票", "由镇机关两人分别计票")]
    if one.state == "approved":
        told += _result(found)
    told += _following(found)
    told += [
        ("测评时段 · 测评日期", f"{found.period} · {one.held_on}"),
        ("代表人数 · 发出 · 收回", _numbers(found)),
        ("测评内容", shown("dimensions")),
        ("计票人甲 · 乙", f"{found.name(one.teller_one)} · {found.name(one.teller_two)}"),
        ("收票日期", shown("closed_on")),
        ("审定", f"{shown('approved_on')} {found.name(one.approved_by)}".strip()),
        ("作废原因", shown("void_reason")),
    ]
    if one.state == "approved":
        told += _comments(found)
    return told


def _numbers(found: EvaluationDetail) -> str:
    one = found.evaluation
    numbers = (one.roster_size, one.issued, one.returned)
    return " · ".join("—" if number is None else str(number) for number in numbers)


def _counting(found: EvaluationDetail) -> Iterator[Fact]:
    """Who has counted; numbers only when both have, so that nobody copies."""
    counts = found.counting
    states = ("已录入" if one else "还没有录入" for one in (counts.one, counts.two))
    yield "计票", "甲{}，乙{}".format(*states)
    if counts.differences:
        lines = "\n".join(map(difference_text, counts.differences))
        yield "两人不一致", f"谁的都不算，请一起重新点票后各自更正。\n{lines}"
    if counts.agreed is not None:
        issued, agreed = found.evaluation.issued or 0, counts.agreed
        verdict = found.evaluation.field("result").show(
            rules.verdict(issued, agreed, found.settings)
        )
        yield "两人一致，待审定", f"{_answers(agreed)}\n审定后的结果：{verdict}"


def _result(found: EvaluationDetail) -> Iterator[Fact]:
    one, pooled = found.evaluation, rules.pooled(found.totals)
    yield "测评结果", f"{one.shown('result')}。{explained(found)}"
    if found.totals:
        yield "各项", _answers(found.totals)
        alone = rules.rate_text(rules.satisfied_rate(pooled))
        weighted = rules.rate_text(rules.weighted_rate(pooled, found.settings))
        yield "仅供参考", f"仅“满意” {alone}；加权满意率 {weighted}"


def _comments(found: EvaluationDetail) -> Iterator[Fact]:
    for subject, lines in found.comments.groups:
        yield f"意见：{COMMENT_GROUP.label(subject)}", "\n".join(f"· {line}" for line in lines)
    if found.comments.hidden:
        yield (
            "没有列出的意见",
            f"{found.comments.hidden} 条。同类不足 5 条的不列出，以免认出提出的人。",
        )


def _following(found: EvaluationDetail) -> Iterator[Fact]:
    if found.failed_before and found.evaluation.result == rules.FAIL:
        yield "注意", _TWICE
    one = found.accountability
    if one is None:
        return
    yield "问责", f"{one.shown('state')}（{one.opened_on} 开始）"
    if one.state == "open":
        yield "确定措施期限", str(one.due_on)
        return
    yield "问责措施", f"{one.shown('measures')}\n{one.measure_text or ''}".strip()
    yield "决定", f"{one.decided_on} {found.name(one.decided_by)}"
    yield "重新测评期限", one.shown("due_again_on")
    yield "了结日期", one.shown("closed_on")


def _answers(counts: Counts) -> str:
    lines = [_line(EVALUATION_DIMENSION.label(name), one) for name, one in counts.items()]
    return "\n".join([*lines, _line("合计", rules.pooled(counts))])


def _line(name: str, one: Answers) -> str:
    labelled = zip(ANSWER_LABELS, astuple(one), strict=True)
    numbers = " ".join(f"{label}{number}" for label, number in labelled)
    return f"{name}　{rules.rate_text(rules.rate(one))}\n{numbers}"
