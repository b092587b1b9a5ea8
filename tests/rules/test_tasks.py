"""Tasks: whom an open one reaches, and what a new one needs. Source: domain §5.7."""

from datetime import date

import pytest

from township.rules import special_groups, tasks

DUE = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("today", "who"),
    [
        (date(2026, 5, 1), {"owner"}),
        (DUE, {"owner"}),  # on its last day it is not late
        (date(2026, 5, 21), {"owner", "giver"}),
        (date(2026, 5, 22), {"owner", "giver"}),
        (date(2026, 5, 23), {"owner", "giver", "leader"}),
    ],
)
def test_whom_an_open_task_reaches(today: date, who: set[str]) -> None:
    assert tasks.reaches(DUE, today) == who


@pytest.mark.parametrize(
    ("text", "owner", "due", "wrong"),
    [
        ("量水管", b"1", DUE, set()),
        (" ", b"1", DUE, {"text"}),
        (None, None, None, {"text", "owner_id", "due_on"}),
        ("量水管", b"1", date(2026, 5, 4), {"due_on"}),
        ("量水管", b"1", date(2026, 5, 5), set()),
    ],
)
def test_what_a_task_needs(
    text: str | None, owner: bytes | None, due: date | None, wrong: set[str]
) -> None:
    assert tasks.problems(text, owner, due, date(2026, 5, 5)).keys() == wrong


def test_the_proposed_term() -> None:
    assert tasks.default_due(date(2026, 5, 5)) == DUE


@pytest.mark.parametrize(
    ("kind", "own", "days"),
    [("empty_nest", None, 30), ("left_behind", None, 30), ("subsistence", None, 90),
     ("subsistence", 45, 45), (None, None, 90)],
)  # fmt: skip
def test_how_often_a_household_is_contacted(kind: str | None, own: int | None, days: int) -> None:
    """Domain §4.2: every 30 days for old people alone and left-behind children, 90 others."""
    assert special_groups.every(kind, own) == days


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, date(2026, 1, 31)),
        (date(2025, 12, 1), date(2026, 1, 31)),  # before the row began
        (date(2026, 3, 1), date(2026, 3, 31)),
    ],
)
def test_the_next_contact_follows_from_the_last(last: date | None, due: date) -> None:
    assert special_groups.next_contact(date(2026, 1, 1), last, 30) == due
