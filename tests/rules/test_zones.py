"""Who serves in a zone, its card and its box. Sources: domain §4.1, §4.7, §9 scenario 1."""

from __future__ import annotations

from datetime import date

import pytest

from township.rules import zones
from township.rules.settings import Settings
from township.rules.zones import Service

DAY = date(2026, 5, 12)
SINCE = date(2026, 1, 1)


def staff(text: str) -> list[Service]:
    """One person for each role that is named."""
    return [Service(bytes([at]), role, SINCE, None) for at, role in enumerate(text.split())]


WHOLE = "LL VS VC VC VC VC VC TC TC TC PO JO"


@pytest.mark.parametrize(
    ("roles", "gaps"),
    [
        (WHOLE, ()),
        ("LL VC TC TC PO JO", ()),
        ("LL VS TC TC PO JO", ()),  # the secretary is a cadre of the village
        ("LL VC TC TC PO", ("缺司法干部",)),
        ("LL VC TC TC JO", ("缺公安干警",)),
        ("VC TC TC PO JO", ("缺联村领导",)),
        ("LL TC TC PO JO", ("缺村干部",)),
        ("LL VC PO JO", ("缺机关干部",)),
        ("LL VC TC PO JO", ("机关干部只有 1 名，应有 2–3 名",)),
        ("LL VC TC TC TC TC PO JO", ("机关干部有 4 名，应有 2–3 名",)),
        ("LL LL VC TC TC PO JO", ("联村领导有 2 名，应有 1 名",)),
        ("LL VC TC TC PO PO JO JO", ("公安干警有 2 名，应有 1 名", "司法干部有 2 名，应有 1 名")),
        ("LL VC TC TC PO JO HW", ()),  # others may serve too
        ("", ("缺联村领导", "缺村干部", "缺机关干部", "缺公安干警", "缺司法干部")),
    ],
)
def test_composition(roles: str, gaps: tuple[str, ...]) -> None:
    assert zones.gaps(staff(roles), DAY) == gaps


def test_the_township_may_ask_for_more_cadres() -> None:
    asked = Settings(zone_cadres_least=3, zone_cadres_most=3)
    assert zones.gaps(staff("LL VC TC TC PO JO"), DAY, asked) == ("机关干部只有 2 名，应有 3 名",)


@pytest.mark.parametrize(
    ("begin", "end", "lacks"),
    [
        (None, None, False),
        (DAY, None, False),  # both ends count
        (SINCE, DAY, False),
        (SINCE, date(2026, 5, 11), True),
        (date(2026, 5, 13), None, True),
    ],
)
def test_at_any_date(begin: date | None, end: date | None, lacks: bool) -> None:
    here = [*staff("LL VC TC TC PO"), Service(b"j", "JO", begin, end)]
    assert (zones.gaps(here, DAY) == ("缺司法干部",)) is lacks


def test_one_person_with_two_spells_is_one() -> None:
    again = [Service(b"j", "JO", SINCE, None), Service(b"j", "JO", DAY, None)]
    assert zones.gaps([*staff("LL VC TC TC PO"), *again], DAY) == ()


def test_gaps_to_come() -> None:
    leaving = Service(b"j", "JO", SINCE, date(2026, 5, 31))
    here = [*staff("LL VC TC TC PO"), leaving]
    assert zones.coming_gaps(here, DAY) == ((date(2026, 6, 1), "缺司法干部"),)
    follows = Service(b"k", "JO", date(2026, 6, 1), None)
    assert zones.coming_gaps([*here, follows], DAY) == ()
    later = Service(b"k", "JO", date(2026, 6, 5), None)
    assert zones.coming_gaps([*here, later], DAY) == ((date(2026, 6, 1), "缺司法干部"),)


@pytest.mark.parametrize(
    ("held", "begin", "fine"),
    [
        ((SINCE, None), DAY, False),
        ((SINCE, DAY), DAY, False),  # the last day is served
        ((SINCE, date(2026, 5, 11)), DAY, True),
        ((date(2026, 6, 1), None), DAY, False),
        ((None, None), DAY, False),
    ],
)
def test_nobody_is_twice_in_a_role(
    held: tuple[date | None, date | None], begin: date, fine: bool
) -> None:
    problem = zones.overlap_problem([Service(b"a", "JO", *held)], b"a", "JO", begin)
    assert (problem is None) is fine
    if not fine:
        assert "先结束原来的任职" in str(problem)


def test_other_roles_and_persons_do_not_overlap() -> None:
    held = [Service(b"a", "VC", SINCE, None)]
    assert zones.overlap_problem(held, b"a", "VS", DAY) is None
    assert zones.overlap_problem(held, b"b", "VC", DAY) is None
    before = date(2025, 12, 31)
    assert zones.overlap_problem(held, b"a", "VC", date(2025, 1, 1), before) is None
    assert "早于" in str(zones.overlap_problem([], b"a", "VC", DAY, SINCE))


@pytest.mark.parametrize(
    ("printed", "serving", "hotline", "told"),
    [
        ("ab", "ab", "1", None),
        ("ab", "a", "1", "1 人已不在岗"),
        ("a", "ab", "1", "1 人新上岗"),
        ("ab", "cd", "1", "2 人已不在岗，2 人新上岗"),
        ("a", "a", "2", "服务热线变了"),
    ],
)
def test_a_card_is_stale(printed: str, serving: str, hotline: str, told: str | None) -> None:
    found = zones.stale(
        {one.encode() for one in printed}, {one.encode() for one in serving}, ("1", hotline)
    )
    assert found == (told and f"联系卡已过期：{told}。请制作新版")


@pytest.mark.parametrize(
    ("one", "two", "author", "field"),
    [
        (b"a", b"b", b"a", None),
        (b"a", b"b", b"b", None),
        (b"a", b"a", b"a", "opener_two"),
        (b"a", None, b"a", "opener_two"),
        (b"a", b"b", b"c", "opener_one"),
    ],
)
def test_two_different_people_open_a_box(
    one: bytes | None, two: bytes | None, author: bytes, field: str | None
) -> None:
    assert list(zones.openers_problem(one, two, author)) == ([field] if field else [])


def test_when_a_box_is_to_be_opened_and_answered() -> None:
    """[P]: every 30 days, answers within 15."""
    assert zones.box_due(DAY, SINCE) == date(2026, 6, 11)
    assert zones.box_due(None, SINCE) == date(2026, 1, 31)
    assert zones.answer_due(DAY) == date(2026, 5, 27)


def test_receipts() -> None:
    made = {zones.new_code() for _ in range(200)}
    assert len(made) == 200 and all(zones.code_problem(one) is None for one in made)
    assert not set("".join(made)) & set("0O1IL2Z5S")
    for bad in ("", "ABC", "ABCDEFG0", "abcdefgh", "ABCDEFGHJ"):
        assert "8 位" in str(zones.code_problem(bad))
