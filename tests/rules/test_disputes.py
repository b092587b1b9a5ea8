"""Disputes: terms by level, rising when overdue, and what the law says of an end.

Sources: domain §5.5 (table of levels), 人民调解法 arts. 17, 26, 33.
"""

from datetime import date, timedelta

import pytest

from township.rules import disputes as rules
from township.rules.disputes import Course, standing
from township.rules.settings import Settings

FOUND = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("level", "today", "now", "due", "risen", "overdue"),
    [
        ("blue", date(2026, 5, 31), "blue", date(2026, 5, 31), 0, False),  # the last day
        ("blue", date(2026, 6, 1), "yellow", date(2026, 6, 20), 1, False),
        ("blue", date(2026, 6, 20), "yellow", date(2026, 6, 20), 1, False),
        ("blue", date(2026, 6, 21), "orange", date(2026, 7, 5), 2, False),
        ("blue", date(2026, 7, 12), "red", date(2026, 7, 12), 3, False),
        ("blue", date(2026, 7, 13), "red", date(2026, 7, 12), 3, True),
        ("yellow", date(2026, 5, 21), "yellow", date(2026, 5, 21), 0, False),
        ("yellow", date(2026, 5, 22), "orange", date(2026, 6, 5), 1, False),  # scenario 12
        ("orange", date(2026, 5, 17), "red", date(2026, 5, 23), 1, False),
        ("red", date(2026, 5, 8), "red", date(2026, 5, 8), 0, False),
        ("red", date(2026, 5, 9), "red", date(2026, 5, 8), 0, True),
        ("violet", date(2026, 5, 2), "blue", date(2026, 5, 31), 0, False),  # of a newer program
    ],
)
def test_an_overdue_matter_rises_one_step(
    level: str, today: date, now: str, due: date, risen: int, overdue: bool
) -> None:
    """Domain §5.5: level rises one step when overdue; 30, 20, 15, 7 days."""
    found = standing(Course(level, FOUND), today)
    assert (found.level, found.due_on, found.risen, found.overdue) == (now, due, risen, overdue)


def test_an_agreed_term_counts_before_the_first_rise() -> None:
    course = Course("yellow", FOUND, due_on=date(2026, 6, 30))
    assert standing(course, date(2026, 6, 30)).level == "yellow"
    assert standing(course, date(2026, 7, 1)).due_on == date(2026, 7, 15)


def test_the_clock_stops_with_the_agreement() -> None:
    course = Course("blue", FOUND, stopped_on=date(2026, 5, 20))
    assert standing(course, date(2027, 1, 1)).level == "blue"
    late = Course("blue", FOUND, stopped_on=date(2026, 6, 2))
    assert standing(late, date(2027, 1, 1)).level == "yellow"


def test_terms_are_settings() -> None:
    short = Settings(dispute_days=(5, 4, 3, 2))
    assert standing(Course("blue", FOUND), date(2026, 5, 7), short).level == "yellow"


@pytest.mark.parametrize(
    ("level", "due"),
    [
        ("blue", date(2026, 5, 4)),
        ("yellow", date(2026, 5, 3)),
        ("orange", date(2026, 5, 2)),
        ("red", FOUND),
    ],
)
def test_the_first_contact(level: str, due: date) -> None:
    """Domain §5.5: three days, two, one; a red one at once."""
    assert rules.contact_due(FOUND, level) == due


@pytest.mark.parametrize(
    ("people", "level"),
    [(2, "blue"), (4, "blue"), (5, "yellow"), (9, "yellow"), (10, "orange"), (29, "orange"),
     (30, "red"), (300, "red")],
)  # fmt: skip
def test_people_alone_make_a_level(people: int, level: str) -> None:
    """Domain §5.5: five people yellow, ten orange, thirty red."""
    assert rules.proposed(people) == level


def test_levels_have_an_order() -> None:
    assert rules.higher("blue") == "yellow" and rules.higher("red") == "red"
    assert rules.is_lower("yellow", "orange") and not rules.is_lower("red", "red")
    assert rules.CRITERIA.keys() == set(rules.LEVELS)


def test_thirty_days_for_judicial_confirmation() -> None:
    """人民调解法 art. 33: within thirty days from the agreement."""
    assert rules.confirm_until(date(2026, 6, 1)) == date(2026, 7, 1)
    assert rules.revisit_on(date(2026, 6, 1)) == date(2026, 7, 1)


def test_no_mediation_after_a_refusal() -> None:
    """人民调解法 art. 17."""
    assert rules.mediation_problem(None) is None
    assert "不得调解" in (rules.mediation_problem(FOUND) or "")


def test_rising_never_passes_today() -> None:
    for days in range(120):
        today = FOUND + timedelta(days)
        found = standing(Course("blue", FOUND), today)
        assert found.since <= today and (found.overdue or today <= found.due_on)
