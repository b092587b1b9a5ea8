"""Code lists of 五情: what the law wants reported, and who was told. Source: domain §4.4, §5.2."""

from __future__ import annotations

from township.codes import CodeList

REPORT_DUTY = CodeList(
    "report_duty",
    {
        "hazard": "地质灾害险情",
        "natural": "自然灾害灾情",
        "accident": "生产安全事故",
        "traffic_fire": "道路交通、火灾事故",
        "violence": "家庭暴力",
    },
)
"""Situations that have to be told to an organ outside the township."""

TOLD = CodeList(
    "told",
    {"reporter": "报送人", "residents": "受影响的群众", "nobody": "没有受影响的群众"},
)
"""Who heard what came of a situation."""
