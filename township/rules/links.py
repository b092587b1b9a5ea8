"""联系户: how many, how far, and when it is judged; and the 三个清楚 of special groups: pure.

Source: township rule (15 households a year for village cadres, 10 for the township's), domain
§5.1 rule 6, §4.2. The line through the year is for orientation: it is judged on 31 December.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from township.rules.settings import PRESET, Settings

_VILLAGE = frozenset({"VC", "VS"})
_TOWNSHIP = frozenset({"TC", "LL"})
LINKERS = _VILLAGE | _TOWNSHIP
"""Roles in a zone that have linked households."""
CLEARS: Mapping[str, str] = {"scope": "对象范围", "goal": "目标任务", "channel": "沟通渠道"}
"""三个清楚. Source: domain §4.2."""


def target(roles: Collection[str], settings: Settings = PRESET) -> int:
    """How many households somebody with these roles in zones links with in a year; 0: none."""
    held = frozenset(roles)
    if held & _VILLAGE:
        return settings.village_links
    return settings.township_links if held & _TOWNSHIP else 0


def pro_rata(wanted: int, on: date) -> int:
    """So many of them would have been visited by a day if they were spread over the year."""
    first, last = date(on.year, 1, 1), date(on.year, 12, 31)
    return wanted * ((on - first).days + 1) // ((last - first).days + 1)


def judged(visited: int, wanted: int, year: int, today: date) -> bool | None:
    """Was the year's target reached? None before its last day: nobody is judged by the line."""
    return visited >= wanted if today >= date(year, 12, 31) else None


def too_many(cadres: int, settings: Settings = PRESET) -> bool:
    """多头联系: has a household more linked cadres in a year than it should?"""
    return cadres > settings.links_of_home


def missing_clears(values: Mapping[str, str | None]) -> dict[str, str]:
    """Which of the 三个清楚 are empty, as problems by field."""
    return {
        name: f"“三个清楚”还差{label}，请填写后再保存"
        for name, label in CLEARS.items()
        if not (values.get(name) or "").strip()
    }


def unclear(values: Mapping[str, str | None]) -> str:
    """The same in one line; empty when all is clear."""
    return "、".join(CLEARS[name] for name in missing_clears(values))
