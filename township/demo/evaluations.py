"""Evaluations of the last months: one passed, one failed, one without quorum, one to be counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from township.demo.needs import Counter
from township.demo.rows import Fields, Ids, Row, row, wall
from township.demo.staff import HERO_ZONE, Staff
from township.demo.zones import Place
from township.rules import accountability as terms
from township.rules.comments import unordered
from township.rules.evaluations import FAIL, NO_QUORUM, Answers, Counts, ballots, verdict
from township.rules.settings import PRESET

_MORNING, _EVENING = 9 * 60 + 30, 17 * 60


@dataclass(frozen=True)
class _Round:
    """One evaluation: in which zone, how many days ago, and what was counted (None: not yet)."""

    zone: str
    days: int
    roster: int
    counts: Counts | None
    comments: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _counts(*answers: tuple[int, int, int, int, int]) -> Counts:
    names = PRESET.evaluation_dimensions
    return {name: Answers(*one) for name, one in zip(names, answers, strict=True)}


_ROUNDS = (
    _Round(
        HERO_ZONE,
        75,
        36,
        _counts((21, 8, 3, 2, 0), (22, 9, 2, 1, 0), (18, 9, 4, 2, 1)),
        (
            (
                "outcome",
                (
                    "二组的路灯修得快，装上就亮了。",
                    "候船棚漏雨的事今年办成了。",
                    "泥路只铺了一半，希望接着铺完。",
                    "反映的事有人回话，这一点好。",
                    "水池修好了，天旱不用错峰了。",
                    "补贴怎么算的希望再讲一遍。",
                ),
            ),
            ("style", ("平时多到组里坐坐。", "开会少一点，走户多一点。")),
        ),
    ),
    _Round("长江村", 48, 30, _counts((9, 3, 1, 1, 0), (10, 3, 1, 0, 0), (8, 4, 1, 1, 0))),
    _Round("天龙村", 9, 32, _counts((12, 9, 7, 2, 0), (11, 10, 8, 1, 0), (8, 10, 9, 3, 0))),
    _Round("西陵峡村", 2, 34, None),
)


class Evaluations:
    """Makes the evaluations that lie in the demo's time."""

    def __init__(self, staff: Staff, ids: Ids, numbers: Counter, first: date, today: date) -> None:
        self._staff = staff
        self._ids = ids
        self._numbers = numbers
        self._first = first
        self._today = today

    def rows(self, places: list[Place]) -> Iterator[Row]:
        """All rows of all evaluations; they are not yet in the order of their moments."""
        by_name = {place.name: place for place in places}
        for one in _ROUNDS:
            held_on = self._today - timedelta(days=one.days)
            if held_on >= self._first:
                yield from self._round(one, by_name[one.zone], held_on)

    def _round(self, one: _Round, place: Place, held_on: date) -> Iterator[Row]:
        at = wall(held_on, _MORNING)
        made = self._ids.new(at)
        tellers = (self._staff.clerk.id, self._staff.office("PET").id)
        fields: Fields = {
            "zone_id": place.id,
            "no": self._numbers.next(held_on.year),
            "target_kind": "zone",
            "year": held_on.year,
            "part": "h1" if held_on.month <= 6 else "h2",
            "dimensions": " ".join(PRESET.evaluation_dimensions),
            "held_on": held_on.isoformat(),
            "roster_size": one.roster,
            "issued": one.roster - 2,
            "teller_one": tellers[0],
            "teller_two": tellers[1],
            "state": "closed",
            "closed_on": held_on.isoformat(),
        }
        if one.counts is None:
            yield row("evaluation", made, self._staff.office("PGO").id, at, fields)
            return
        result = verdict(one.roster - 2, one.counts)
        approved_on = held_on + timedelta(days=1)
        fields |= {
            "state": "approved",
            "returned": ballots(one.counts),
            "result": result,
            "approved_by": self._staff.office("TOP").id,
            "approved_on": approved_on.isoformat(),
        }
        yield row("evaluation", made, self._staff.office("PGO").id, at, fields)
        about: Fields = {"zone_id": place.id, "evaluation_id": made}
        yield from self._counted(one, about, tellers, wall(held_on, _EVENING))
        if result != NO_QUORUM:
            yield from self._followed(one.counts, about, result, approved_on)

    def _counted(
        self, one: _Round, about: Fields, tellers: tuple[bytes, bytes], at: int
    ) -> Iterator[Row]:
        for teller in tellers:
            for dimension, answers in (one.counts or {}).items():
                fields = about | vars(answers) | {"dimension": dimension}
                yield row("ballot_tally", self._ids.new(at), teller, at, fields)
        for subject, lines in one.comments:
            fields = about | {"subject": subject, "text": unordered("\n".join(lines))}
            yield row("ballot_comments", self._ids.new(at), tellers[1], at, fields)

    def _followed(
        self, counts: Counts, about: Fields, result: str, approved_on: date
    ) -> Iterator[Row]:
        at, leader = wall(approved_on, _MORNING), self._staff.office("TOP").id
        for dimension, answers in counts.items():
            fields = about | vars(answers) | {"dimension": dimension}
            yield row("evaluation_total", self._ids.new(at), leader, at, fields)
        if result == FAIL:
            fields = about | {
                "opened_on": approved_on.isoformat(),
                "due_on": terms.measures_due(approved_on).isoformat(),
                "state": "open",
            }
            yield row("accountability", self._ids.new(at), leader, at, fields)
