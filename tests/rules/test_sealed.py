"""To whom a sealed matter goes, with borders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from township.rules.sealed import (
    ELIGIBLE,
    RESERVE,
    Appointed,
    Key,
    care_ends,
    circle,
    lacking,
    minutes_text,
)

DAY = date(2026, 5, 3)
DIS, PET, TOP, ZHANG = (bytes([n]) * 16 for n in range(1, 5))


def named(cadre: bytes, role: str, subject: str = "accusation", **spans: date) -> Appointed:
    return Appointed(
        subject, cadre, spans.get("since"), spans.get("until"), frozenset(role.split())
    )


KEYS = [Key(cadre, number, f"age1{number}") for number, cadre in enumerate((DIS, PET, TOP), 2)]
BOTH = [named(DIS, "DIS"), named(PET, "PET"), named(TOP, "TOP", RESERVE)]


@pytest.mark.parametrize(
    ("accused", "readers", "recused"),
    [
        ([], {DIS, PET}, set()),
        ([ZHANG], {DIS, PET}, set()),
        ([PET], {DIS}, {PET}),
        ([PET, DIS], {TOP}, {PET, DIS}),
        ([PET, DIS, TOP], set(), {PET, DIS, TOP}),
    ],
)
def test_who_is_complained_about_never_reads(
    accused: list[bytes], readers: set[bytes], recused: set[bytes]
) -> None:
    found = circle("accusation", accused, BOTH, KEYS, DAY)
    assert set(found.readers) == readers and found.recused == recused
    assert bool(lacking(found)) is not bool(readers)


@pytest.mark.parametrize(
    ("one", "holds"),
    [
        (named(DIS, "DIS", since=DAY), True),
        (named(DIS, "DIS", since=DAY + timedelta(days=1)), False),
        (named(DIS, "DIS", until=DAY), True),
        (named(DIS, "DIS", until=DAY - timedelta(days=1)), False),
        (named(DIS, "VC"), False),
        (named(DIS, ""), False),
        (named(DIS, "DIS", "weather"), False),
    ],
)
def test_a_designation_holds_from_day_to_day_for_its_roles(one: Appointed, holds: bool) -> None:
    assert one.holds(one.subject, DAY) is holds


def test_the_reserve_does_not_stand_in_for_a_laptop_that_is_missing() -> None:
    found = circle("accusation", [], BOTH, [KEYS[2]], DAY)
    assert not found.readers and found.without_key == {DIS, PET}
    assert "还没有可用的密钥" in str(lacking(found))


def test_nobody_is_named_for_it() -> None:
    assert "还没有为这类事项指定接收人" in str(lacking(circle("box_note", [], [], KEYS, DAY)))


def test_the_service_has_no_reserve_and_health_workers_only() -> None:
    assert ELIGIBLE["care"] == {"HW"}
    found = circle("care", [], [named(TOP, "TOP", RESERVE)], KEYS, DAY)
    assert not found.readers and not found.without_key


@pytest.mark.parametrize(
    ("checked", "closed", "withdrawn", "ends"),
    [
        (DAY, None, False, date(2026, 8, 1)),
        (None, DAY, False, date(2026, 8, 1)),
        (DAY, DAY + timedelta(days=1), False, date(2026, 8, 2)),
        (None, None, False, DAY + timedelta(days=400)),
        (DAY, None, True, DAY),
    ],
)
def test_when_a_service_is_deleted(
    checked: date | None, closed: date | None, withdrawn: bool, ends: date
) -> None:
    assert care_ends(checked, closed, DAY, withdrawn=withdrawn) == ends


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 分钟"), (59, "59 分钟"), (1440, "1440 分钟"), (1441, "1 天"), (-1, "")],
)
def test_the_clock_of_a_report(minutes: int, text: str) -> None:
    noticed = datetime(2026, 5, 3, 6, tzinfo=UTC)
    assert minutes_text(noticed, noticed + timedelta(minutes=minutes)) == text
