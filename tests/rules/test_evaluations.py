"""The 80 % line, quorum, two tellers, states: in whole numbers, at their borders."""

from __future__ import annotations

from dataclasses import replace

import pytest

from township.rules import evaluations as rules
from township.rules.evaluations import FAIL, NO_QUORUM, PASS, Answers, Difference
from township.rules.settings import Settings


def answers(good: int, valid: int, fair: int = 0) -> Answers:
    return Answers(satisfied=good - fair, fair=fair, dissatisfied=valid - good)


@pytest.mark.parametrize(
    ("good", "valid", "passes", "text"),
    [
        (199, 249, False, "79.92%"),  # domain §9 scenario 13
        (200, 250, True, "80.00%"),
        (4, 5, True, "80.00%"),
        (7999, 10_000, False, "79.99%"),
        (8000, 10_000, True, "80.00%"),
        (8001, 10_000, True, "80.01%"),
        (39_999, 50_000, False, "79.99%"),  # 79.998 % would round to the line
        (2399, 3000, False, "79.97%"),
        (0, 20, False, "0.00%"),
        (20, 20, True, "100.00%"),
        (1, 3, False, "33.33%"),
        (2, 3, False, "66.67%"),
        (0, 0, False, "—"),
    ],
)
def test_the_line(good: int, valid: int, passes: bool, text: str) -> None:
    found = answers(good, valid)
    assert rules.reaches_line(found) is passes
    assert rules.rate_text(rules.rate(found)) == text


def test_fair_counts_as_good_but_unknown_and_invalid_do_not_count() -> None:
    found = Answers(satisfied=10, fair=6, dissatisfied=4, unknown=30, invalid=50)
    assert (found.good, found.valid, found.ballots) == (16, 20, 100)
    assert rules.reaches_line(found)
    assert not rules.reaches_line(replace(found, fair=5, dissatisfied=5))


def test_questions_are_pooled_not_averaged() -> None:
    """Two questions of 100 % and 59 %: the mean of the rates would pass, the answers do not."""
    counts = {"duty": answers(10, 10), "style": answers(59, 100)}
    assert rules.pooled(counts).good == 69
    assert not rules.reaches_line(rules.pooled(counts))


@pytest.mark.parametrize(
    ("issued", "returned", "enough"),
    [
        (20, 14, False),  # domain §9 scenario 13: fewer than 15
        (20, 15, True),
        (15, 15, True),
        (14, 14, False),
        (30, 19, False),
        (30, 20, True),  # exactly two thirds
        (31, 20, False),
        (31, 21, True),
        (100, 66, False),
        (100, 67, True),
    ],
)
def test_quorum(issued: int, returned: int, enough: bool) -> None:
    assert rules.has_quorum(issued, returned) is enough
    assert (returned >= rules.needed(issued)) is enough


@pytest.mark.parametrize(
    ("issued", "counts", "result"),
    [
        (100, {"duty": answers(80, 100), "style": answers(80, 100)}, PASS),
        (100, {"duty": answers(80, 100), "style": answers(79, 100)}, FAIL),
        (14, {"duty": answers(14, 14)}, NO_QUORUM),
        (20, {"duty": Answers(unknown=20)}, NO_QUORUM),  # nobody answered: no rate, no pass
        (20, {}, NO_QUORUM),
    ],
)
def test_verdict(issued: int, counts: dict[str, Answers], result: str) -> None:
    assert rules.verdict(issued, counts) == result


def test_a_township_may_set_the_quorum() -> None:
    settings = Settings(evaluation_quorum=(1, 2), evaluation_least=5)
    counts = {"duty": answers(5, 5)}
    assert rules.verdict(10, counts, settings) == PASS
    assert rules.verdict(11, counts, settings) == NO_QUORUM


def test_rates_for_information() -> None:
    found = Answers(satisfied=10, fair=6, dissatisfied=4, unknown=9)
    assert rules.rate_text(rules.satisfied_rate(found)) == "50.00%"
    assert rules.rate_text(rules.weighted_rate(found)) == "83.50%"  # (1000+450+220)/20
    assert rules.weighted_rate(Answers(unknown=3)) is None


GOOD = {"duty": Answers(10, 5, 2, 2, 1), "style": Answers(12, 3, 3, 2, 0)}


@pytest.mark.parametrize(
    ("issued", "counts", "told"),
    [
        (20, GOOD, None),
        (19, GOOD, "多于发出的 19 张"),
        (20, {"duty": GOOD["duty"]}, "每一项"),
        (20, GOOD | {"style": Answers(12, 3, 3, 1, 0)}, "合计不相同"),
        (20, GOOD | {"style": Answers(22, 3, -5, 0, 0)}, "不能小于 0"),
        (20, {"duty": Answers(), "style": Answers()}, None),
    ],
)
def test_one_count(issued: int, counts: dict[str, Answers], told: str | None) -> None:
    found = rules.count_problems(issued, ("duty", "style"), counts)
    assert not found if told is None else told in found[0]


def test_two_counts_are_told_apart_and_none_wins() -> None:
    assert rules.differences(GOOD, GOOD) == []
    other = GOOD | {"duty": Answers(9, 6, 2, 2, 1)}
    assert rules.differences(GOOD, other) == [
        Difference("duty", "satisfied", 10, 9),
        Difference("duty", "fair", 5, 6),
    ]


@pytest.mark.parametrize(
    ("state", "wanted", "told"),
    [
        ("prepared", "issued", None),
        ("issued", "closed", None),
        ("closed", "approved", None),
        ("closed", "void", None),
        ("closed", "issued", "计票中"),  # a closed box stays closed
        ("prepared", "closed", "筹备中"),
        ("issued", "approved", "已发票"),
        ("approved", "void", "已经审定"),
        ("void", "issued", "已经作废"),
        (None, "issued", "还不能"),
    ],
)
def test_states(state: str | None, wanted: str, told: str | None) -> None:
    found = rules.step_problem(state, wanted)
    assert found is None if told is None else told in (found or "")


@pytest.mark.parametrize(
    ("roster", "issued", "told"),
    [(30, 30, None), (30, 31, "多于代表人数"), (30, 0, "请填写"), (30, None, "请填写")],
)
def test_issued(roster: int, issued: int | None, told: str | None) -> None:
    found = rules.issue_problem(roster, issued)
    assert found is None if told is None else told in (found or "")
