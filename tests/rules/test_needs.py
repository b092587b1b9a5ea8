"""Terms and conditions of needs. Source: domain §4.3; terms are the township's preset."""

from datetime import date

import pytest

from township.rules import needs

DUE = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("need_class", "due"),
    [
        (None, date(2026, 5, 31)),
        ("A", date(2026, 5, 31)),
        ("B", date(2026, 5, 16)),
        ("C", date(2026, 5, 31)),
        ("Z", date(2026, 5, 31)),  # of a newer program
    ],
)
def test_the_term_counts_from_the_day_after_raising(need_class: str | None, due: date) -> None:
    assert needs.default_due(date(2026, 5, 1), need_class) == due


@pytest.mark.parametrize(
    ("day", "state", "late", "soon"),
    [
        (date(2026, 6, 6), "doing", False, False),
        (date(2026, 6, 7), "doing", False, True),
        (date(2026, 6, 10), "done", False, True),
        (date(2026, 6, 11), "done", True, False),
        (date(2026, 6, 11), None, True, False),
        (date(2026, 6, 11), "fed_back", False, False),
        (date(2026, 6, 10), "closed", False, False),
    ],
)
def test_overdue_and_due_soon(day: date, state: str | None, late: bool, soon: bool) -> None:
    assert (needs.overdue(DUE, state, day), needs.due_soon(DUE, state, day)) == (late, soon)


def test_no_closing_before_feedback() -> None:
    assert needs.close_problem(False) == needs.NO_FEEDBACK
    assert needs.close_problem(True) is None


@pytest.mark.parametrize(
    ("reason", "law", "missing"),
    [
        ("合规", "条例第三条", set()),
        (" ", "条例第三条", {"class_reason"}),
        ("合规", None, {"law_ref"}),
        (None, "", {"class_reason", "law_ref"}),
    ],
)
def test_a_class_needs_reason_and_law(
    reason: str | None, law: str | None, missing: set[str]
) -> None:
    assert set(needs.class_problems(reason, law)) == missing


def test_a_class_needs_two_persons() -> None:
    one, other = bytes(16), bytes(range(16))
    assert "两人" in (needs.confirm_problem(one, one) or "")
    assert "还没有" in (needs.confirm_problem(None, one) or "")
    assert needs.confirm_problem(one, other) is None
