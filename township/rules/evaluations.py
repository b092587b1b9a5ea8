"""满意度 and the 80 % line, in whole numbers. Sources: domain §4.5, §5.4.

Nothing is rounded before it is compared; a rate under the line never prints as the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields

from township.codes import EVALUATION_STATE
from township.rules.settings import PRESET, Settings

LINE = 8_000
"""80.00 % in hundredths. Source: township rule, "under 80 % → accountability"."""

PASS, FAIL, NO_QUORUM = "pass", "fail", "no_quorum"

STEPS: Mapping[str, tuple[str, ...]] = {
    "prepared": ("issued", "void"),
    "issued": ("closed", "void"),
    "closed": ("approved", "void"),
    "approved": (),
    "void": (),
}
"""From state to state. A closed box is never opened again: a late ballot would stand out."""


@dataclass(frozen=True)
class Answers:
    """The answers to one question, or to several together."""

    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0
    unknown: int = 0
    invalid: int = 0

    @property
    def ballots(self) -> int:
        """All ballots that were counted."""
        return sum(astuple(self))

    @property
    def valid(self) -> int:
        """Answered, without 不了解 and invalid ones."""
        return self.satisfied + self.fair + self.dissatisfied

    @property
    def good(self) -> int:
        """满意 and 基本满意."""
        return self.satisfied + self.fair

    def __add__(self, other: Answers) -> Answers:
        return Answers(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


ANSWERS = tuple(field.name for field in fields(Answers))
"""The names of the answers in the order of the ballot."""

Counts = Mapping[str, Answers]
"""Answers by question."""


def pooled(counts: Counts) -> Answers:
    """All questions together: whole numbers can be compared, averages of rates cannot."""
    return sum(counts.values(), Answers())


def reaches_line(answers: Answers) -> bool:
    """Whether (满意 + 基本满意) / valid is 80 % or more; False when nothing is valid."""
    return answers.valid > 0 and 5 * answers.good >= 4 * answers.valid


def rate(answers: Answers) -> int | None:
    """The rate in hundredths of a per cent, for people to read; None when nothing is valid."""
    found = _hundredths(answers.good, answers.valid)
    return found if found is None or reaches_line(answers) else min(found, LINE - 1)


def satisfied_rate(answers: Answers) -> int | None:
    """满意 alone, in hundredths of a per cent; for information only."""
    return _hundredths(answers.satisfied, answers.valid)


def weighted_rate(answers: Answers, settings: Settings = PRESET) -> int | None:
    """满意, 基本满意 and 不满意 by weight, in hundredths; for information only."""
    weights = settings.evaluation_weights
    given = (answers.satisfied, answers.fair, answers.dissatisfied)
    total = sum(weight * count for weight, count in zip(weights, given, strict=True))
    return _hundredths(total, 100 * answers.valid)


def rate_text(hundredths: int | None) -> str:
    """7992 → 79.92 %; a dash when there is no rate."""
    return "—" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02d}%"


def has_quorum(issued: int, returned: int, settings: Settings = PRESET) -> bool:
    """Whether enough ballots came back: two thirds of those issued, and 15."""
    part, whole = settings.evaluation_quorum
    return returned >= settings.evaluation_least and whole * returned >= part * issued


def needed(issued: int, settings: Settings = PRESET) -> int:
    """The least number of ballots that must come back."""
    part, whole = settings.evaluation_quorum
    return max(settings.evaluation_least, -(-part * issued // whole))


def verdict(issued: int, counts: Counts, settings: Settings = PRESET) -> str:
    """The result of agreed counts; no result without quorum or without a valid answer."""
    answers = pooled(counts)
    if not has_quorum(issued, ballots(counts), settings) or not answers.valid:
        return NO_QUORUM
    return PASS if reaches_line(answers) else FAIL


def ballots(counts: Counts) -> int:
    """How many ballots were counted: the same for each question."""
    return max((answers.ballots for answers in counts.values()), default=0)


def count_problems(issued: int, dimensions: Iterable[str], counts: Counts) -> list[str]:
    """What is wrong with one teller's count, in Chinese."""
    wanted = list(dimensions)
    if set(counts) != set(wanted):
        return ["每一项测评内容都要填写票数，没有的填 0。"]
    if any(number < 0 for answers in counts.values() for number in astuple(answers)):
        return ["票数不能小于 0。"]
    sums = {counts[dimension].ballots for dimension in wanted}
    if len(sums) > 1:
        return ["各项的合计不相同：每张票在每一项都要计一次，空白和涂改的计入“无效”。"]
    if max(sums, default=0) > issued:
        return [f"合计 {max(sums)} 张，多于发出的 {issued} 张。请重新点票。"]
    return []


@dataclass(frozen=True)
class Difference:
    """Where two tellers do not agree: both numbers, and neither counts."""

    dimension: str
    answer: str
    one: int
    two: int


def differences(one: Counts, two: Counts) -> list[Difference]:
    """All numbers in which two counts differ, in the order of the ballot."""
    found = []
    for dimension in dict.fromkeys([*one, *two]):
        first, second = one.get(dimension, Answers()), two.get(dimension, Answers())
        found += [
            Difference(dimension, name, getattr(first, name), getattr(second, name))
            for name in ANSWERS
            if getattr(first, name) != getattr(second, name)
        ]
    return found


def step_problem(state: str | None, wanted: str) -> str | None:
    """Why an evaluation cannot go to a state now, in Chinese; None when it can."""
    if wanted in STEPS.get(state or "", ()):
        return None
    if state == "approved":
        return "这次测评已经审定，不能再改动。"
    if state == "void":
        return "这次测评已经作废。请新建一次测评。"
    now = EVALUATION_STATE.label(state or "")
    return f"这次测评现在是“{now}”，还不能变为“{EVALUATION_STATE.label(wanted)}”。"


def issue_problem(roster: int | None, issued: int | None) -> str | None:
    """Why so many ballots cannot have been issued, in Chinese; None when they can."""
    if not issued:
        return "请填写发出的票数"
    if roster is not None and issued > roster:
        return f"发出 {issued} 张，多于代表人数 {roster}。每名代表只发一张票。"
    return None


def _hundredths(part: int, whole: int) -> int | None:
    """part / whole in hundredths of a per cent, half up; None for nothing."""
    return None if whole <= 0 else (20_000 * part + whole) // (2 * whole)
