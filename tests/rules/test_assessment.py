"""Who assesses whom, when a month closes, and the draw. Source: domain §5.1 rules 3, 7, 8."""

from __future__ import annotations

from collections import Counter
from datetime import date
from hashlib import sha256
from itertools import permutations

import pytest

from tests.forbidden import in_name, in_text
from township.records import (
    AssessmentLine,
    AssessmentNote,
    AssessmentSheet,
    SpotCheck,
    Visit,
    WorkLog,
)
from township.rules import assessment as rules
from township.rules.assessment import Stage
from township.rules.settings import Settings
from township.values import Kind

CADRE = bytes(range(16))
LOGS = [sha256(f"log {number}".encode()).digest()[:16] for number in range(12)]


@pytest.mark.parametrize(
    ("roles", "part"),
    [
        ("VC", "village"),
        ("VS", "secretary"),
        ("VC VS", "secretary"),  # a secretary is on no sheet that he signs
        ("TC", "township"),
        ("PO", "township"),
        ("JO", "township"),
        ("LL", None),
        ("PGO CLK", None),
        ("", None),
    ],
)
def test_on_whose_sheet(roles: str, part: str | None) -> None:
    assert rules.part_of(roles.split()) == part


@pytest.mark.parametrize(
    ("roles", "part", "may"),
    [
        ("VS", "village", True),
        ("LL", "village", True),  # where there is no secretary
        ("PGO", "village", False),
        ("LL", "secretary", True),
        ("VC VS", "secretary", False),
        ("PGO", "township", True),
        ("TC", "township", False),
        ("TOP", "township", False),
    ],
)
def test_who_signs(roles: str, part: str, may: bool) -> None:
    assert rules.signs(roles.split(), part) is may


@pytest.mark.parametrize(
    ("month", "last", "closes"),
    [
        ((2026, 5), date(2026, 5, 31), date(2026, 6, 5)),
        ((2026, 2), date(2026, 2, 28), date(2026, 3, 5)),
        ((2028, 2), date(2028, 2, 29), date(2028, 3, 5)),
        ((2026, 12), date(2026, 12, 31), date(2027, 1, 5)),
    ],
)
def test_the_ends_of_a_month(month: tuple[int, int], last: date, closes: date) -> None:
    assert rules.last_of(*month) == last and rules.closes_on(*month) == closes
    later = Settings(assessment_close_day=8)
    assert rules.closes_on(*month, later) == closes.replace(day=8)


@pytest.mark.parametrize(
    ("today", "signed", "changed", "stage"),
    [
        (date(2026, 5, 31), False, False, Stage.RUNNING),
        (date(2026, 6, 1), False, False, Stage.TO_SIGN),
        (date(2026, 6, 5), False, False, Stage.TO_SIGN),
        (date(2026, 6, 6), False, False, Stage.OVERDUE),
        (date(2026, 6, 6), True, False, Stage.SIGNED),
        (date(2026, 6, 6), True, True, Stage.CHANGED),
    ],
)
def test_how_a_month_stands(today: date, signed: bool, changed: bool, stage: Stage) -> None:
    assert rules.stage(2026, 5, today, signed=signed, changed=changed) is stage


@pytest.mark.parametrize(
    ("today", "state", "signed", "word"),
    [
        (date(2026, 5, 20), "submitted", False, None),
        (date(2026, 6, 5), "submitted", False, None),
        (date(2026, 6, 6), "submitted", False, "关账"),
        (date(2026, 6, 2), "submitted", True, "签字"),
        (date(2026, 6, 2), "counted", False, None),
        (date(2026, 9, 1), "returned", True, None),
    ],
)
def test_until_when_the_author_may_change(
    today: date, state: str, signed: bool, word: str | None
) -> None:
    problem = rules.edit_problem(date(2026, 5, 18), state, today, signed=signed)
    assert (problem is None) if word is None else (word in (problem or ""))


def test_the_draw_is_the_same_everywhere() -> None:
    """On any laptop, in whatever order the logs lie there; another month draws others."""
    drawn = rules.draw(CADRE, 2026, 5, LOGS)
    assert len(drawn) == 2 and set(drawn) <= set(LOGS)
    orders = [list(one) for one in list(permutations(LOGS[:4]))[:6]]
    assert len({rules.draw(CADRE, 2026, 5, order) for order in orders}) == 1
    assert drawn != rules.draw(CADRE, 2026, 6, LOGS)
    assert rules.draw(CADRE, 2026, 5, []) == ()
    assert rules.draw(CADRE, 2026, 5, LOGS[:1]) == (LOGS[0],)


def test_the_draw_is_written_down_once_and_for_all() -> None:
    """The lots follow from these bytes: a change of the rule would draw others in old months."""
    lots = sorted(LOGS, key=lambda log: sha256(b"spot\0" + CADRE + b"2026-05" + log).digest())
    assert list(rules.draw(CADRE, 2026, 5, LOGS)) == lots[:2]


def test_a_later_log_moves_no_other_lot_and_what_was_asked_stays() -> None:
    """A log that is synced late may be drawn; a log that was asked about is asked once."""
    first = rules.draw(CADRE, 2026, 5, LOGS[:6])
    again = rules.draw(CADRE, 2026, 5, LOGS, checked=first)
    assert set(again) == set(first)
    one = rules.draw(CADRE, 2026, 5, LOGS, checked=first[:1])
    assert one[0] == first[0] and len(one) == 2
    every = rules.draw(CADRE, 2026, 5, LOGS, checked=LOGS[:3])
    assert set(every) == set(LOGS[:3])  # nobody is asked about more than that


def test_every_log_is_drawn_as_often_as_another() -> None:
    found: Counter[bytes] = Counter()
    for number in range(1200):
        cadre = sha256(f"cadre {number}".encode()).digest()[:16]
        found.update(rules.draw(cadre, 2026, 5, LOGS))
    assert set(found) == set(LOGS)
    assert min(found.values()) > 150 and max(found.values()) < 250  # 200 each on average


def test_there_is_no_order_no_place_no_time_of_day_and_no_picture() -> None:
    """No ranking, no check-in, no photo duty: there is no column for them. Domain §5.1, §7.6."""
    kinds = (AssessmentSheet, AssessmentLine, AssessmentNote, SpotCheck, WorkLog)
    for kind in kinds:
        for name, field in kind.fields().items():
            assert not in_name(name) and not in_text(field.label)
            assert not {"order", "place", "photo", "picture", "grade"} & set(name.split("_"))
            moment = field.kind is Kind.MOMENT
            assert not moment or (kind, name) == (AssessmentSheet, "signed_at")
    assert all("photo" not in name for name in Visit.fields())
