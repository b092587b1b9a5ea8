"""联系户 and 特殊群体. Sources: domain §5.1 rule 6, §4.2, §9 scenario 5."""

from __future__ import annotations

from datetime import date

import pytest

from township.rules import links


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [
        (("VC",), 15),
        (("VS",), 15),
        (("VS", "VC"), 15),
        (("TC",), 10),
        (("LL",), 10),
        (("TC", "VC"), 15),
        (("PO",), 0),
        (("JO", "PO"), 0),
        ((), 0),
    ],
)
def test_target(roles: tuple[str, ...], wanted: int) -> None:
    assert links.target(roles) == wanted


@pytest.mark.parametrize(
    ("on", "line"),
    [
        (date(2026, 1, 1), 0),
        (date(2026, 1, 25), 1),
        (date(2026, 7, 2), 7),
        (date(2026, 12, 30), 14),
        (date(2026, 12, 31), 15),
        (date(2028, 12, 31), 15),  # a leap year
    ],
)
def test_the_line_through_the_year(on: date, line: int) -> None:
    assert links.pro_rata(15, on) == line


@pytest.mark.parametrize(
    ("visited", "today", "judged"),
    [
        (0, date(2026, 12, 30), None),
        (14, date(2026, 12, 31), False),
        (15, date(2026, 12, 31), True),
        (15, date(2027, 1, 1), True),
        (15, date(2026, 1, 1), None),
    ],
)
def test_judged_on_the_last_day_only(visited: int, today: date, judged: bool | None) -> None:
    assert links.judged(visited, 15, 2026, today) is judged


@pytest.mark.parametrize(("cadres", "many"), [(0, False), (2, False), (3, True)])
def test_too_many_cadres(cadres: int, many: bool) -> None:
    assert links.too_many(cadres) is many


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"scope": "老人", "goal": "照看", "channel": "电话"}, ""),
        ({"scope": "老人", "goal": "照看", "channel": " "}, "沟通渠道"),
        ({"scope": None, "goal": "照看", "channel": ""}, "对象范围、沟通渠道"),
        ({}, "对象范围、目标任务、沟通渠道"),
    ],
)
def test_three_clears(values: dict[str, str | None], missing: str) -> None:
    assert links.unclear(values) == missing
    for problem in links.missing_clears(values).values():
        assert problem.startswith("“三个清楚”还差")
