"""When records may go: each kind at the borders of its term."""

from datetime import date, timedelta

import pytest

from township.records import record_kinds
from township.rules.retention import PURGED, Facts, ended_by, expired, kept_until
from township.rules.settings import PRESET, Settings


@pytest.mark.parametrize(
    ("kind", "ended_on", "last"),
    [
        ("visit", date(2023, 5, 10), date(2026, 5, 10)),
        ("visit", date(2024, 2, 29), date(2027, 2, 28)),  # no such day: the last of its month
        ("visit", date(2023, 2, 28), date(2026, 2, 28)),
        ("need", date(2024, 2, 29), date(2029, 2, 28)),
        ("need", date(2021, 12, 31), date(2026, 12, 31)),
        ("work_log", date(2023, 1, 1), date(2026, 1, 1)),
        ("attachment", date(2023, 1, 1), date(2026, 1, 1)),
        ("household_link", date(2022, 12, 31), date(2025, 12, 31)),
        ("spot_check", date(2023, 6, 4), date(2026, 6, 4)),
        ("assessment_note", date(2022, 12, 31), date(2025, 12, 31)),
        ("need_progress", date(2021, 3, 1), date(2026, 3, 1)),
        ("situation", date(2021, 3, 1), date(2026, 3, 1)),
        ("dispute", date(2021, 3, 1), date(2026, 3, 1)),
        ("dispute_party", date(2021, 3, 1), date(2026, 3, 1)),
        ("dispute_step", date(2024, 2, 29), date(2029, 2, 28)),
        ("task", date(2021, 3, 1), date(2026, 3, 1)),
        ("evacuee", date(2026, 1, 31), date(2026, 3, 2)),  # 30 days, over the end of February
        ("special_group_member", date(2024, 2, 29), date(2025, 2, 28)),
        ("rights_request", date(2023, 7, 1), date(2026, 7, 1)),
        ("consent", date(2023, 7, 1), date(2026, 7, 1)),
        ("conflict", date(2025, 7, 1), date(2026, 7, 1)),
    ],
)
def test_the_last_day_of_keeping(kind: str, ended_on: date, last: date) -> None:
    facts = Facts(kind, ended_on)
    assert kept_until(facts) == last
    assert not expired(facts, last)  # exactly on the day it is still kept
    assert expired(facts, last + timedelta(1))


@pytest.mark.parametrize(
    "facts",
    [
        Facts("need", date(2000, 1, 1), done=False),  # open, however old
        Facts("conflict", date(2000, 1, 1), done=False),
        Facts("visit", None),
        Facts("household", date(2000, 1, 1)),  # the ledger itself has no end
        Facts("person", date(2000, 1, 1)),
        Facts("erasure", date(2000, 1, 1)),
        Facts("month_summary", date(2000, 1, 1)),
        Facts("weather", date(2000, 1, 1)),  # a kind of a newer program
    ],
)
def test_what_is_open_or_has_no_end_stays(facts: Facts) -> None:
    assert kept_until(facts) is None and not expired(facts, date(2100, 1, 1))


def test_a_township_may_set_other_terms() -> None:
    facts = Facts("visit", date(2023, 5, 10))
    assert kept_until(facts, Settings(keep_visits=5)) == date(2028, 5, 10)


@pytest.mark.parametrize("kind", PURGED)
def test_a_database_is_asked_for_the_same_days(kind: str) -> None:
    """Around 29 February and the ends of years, day by day."""
    for start in (date(2027, 2, 20), date(2028, 2, 20), date(2026, 12, 25)):
        for step in range(20):
            today = start + timedelta(step)
            border = ended_by(kind, today)
            assert border is not None
            assert expired(Facts(kind, border), today, PRESET)
            assert not expired(Facts(kind, border + timedelta(1)), today, PRESET)


def test_only_kinds_that_exist_have_terms() -> None:
    assert set(PURGED) <= record_kinds().keys()
    assert ended_by("household", date(2026, 1, 1)) is None
