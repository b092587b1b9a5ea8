"""Closed code lists of 下队考核. Source: domain §5.1."""

from __future__ import annotations

from township.codes import CodeList

ASSESSMENT_PART = CodeList(
    "assessment_part", {"village": "村干部", "secretary": "村书记", "township": "镇干部"}
)

# Domain §5.1 rule 7: "unreachable" never counts against anyone.
SPOT_RESULT = CodeList(
    "spot_result",
    {"confirmed": "属实", "not_confirmed": "不符", "unreachable": "没联系上"},
)

EXPLANATION = CodeList(
    "explanation",
    {
        "leave": "请假",
        "training": "培训学习",
        "seconded": "抽调",
        "emergency": "应急任务",
        "other": "其他",
    },
)
