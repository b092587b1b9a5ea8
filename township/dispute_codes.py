"""Code lists of tasks and disputes: English values, Chinese labels. Domain §3, §4.3, §4.6."""

from __future__ import annotations

from township.codes import RESOLUTION_STATE, WARNING_LEVEL, CodeList

# --- 任务 (domain §4.3) ---

TASK_SOURCE = CodeList(
    "task_source",
    {
        "visit": "走访",
        "need": "诉求",
        "situation": "五情",
        "dispute": "矛盾纠纷",
        "other": "其他",
    },
)

TASK_STATE = CodeList("task_state", RESOLUTION_STATE.labels)

# --- 矛盾纠纷 (domain §4.6, §5.5) ---

DISPUTE_FOUND = CodeList(
    "dispute_found",
    {
        "visit": "走访",
        "meeting": "会议",
        "box": "意见箱",
        "petition": "信访",
        "police": "公安移交",
        "other": "其他",
    },
)

# 婚姻家庭 is 家庭 here: nothing about a marriage is kept.
DISPUTE_TYPE = CodeList(
    "dispute_type",
    {
        "family": "家庭",
        "neighbour": "邻里",
        "homestead": "宅基地",
        "forest_land": "山林土地",
        "requisition": "征地补偿",
        "resettlement": "移民安置",
        "labour": "劳资",
        "construction": "工程施工",
        "damages": "损害赔偿",
        "debt": "债务",
        "environment": "环境",
        "other": "其他",
    },
)

# The level of a matter, never of a person.
DISPUTE_LEVEL = CodeList(
    "dispute_level",
    {code: label for code, label in WARNING_LEVEL.labels.items() if code != "calm"},
)

DISPUTE_CHANNEL = CodeList(
    "dispute_channel",
    {
        "mediation": "人民调解",
        "administrative": "行政处理",
        "arbitration": "仲裁",
        "court": "诉讼",
        "police": "公安处理",
    },
)

DISPUTE_AGREEMENT = CodeList("dispute_agreement", {"oral": "口头协议", "written": "书面协议"})

DISPUTE_RESULT = CodeList(
    "dispute_result",
    {
        "settled": "调解成功",
        "ended_to_court": "终止调解，走仲裁或诉讼",
        "ended_other": "终止调解，走其他途径",
        "withdrawn": "当事人撤回",
    },
)

DISPUTE_STATE = CodeList(
    "dispute_state",
    {"open": "调处中", "agreed": "已达成协议", "ended": "已终止调解", "closed": "已办结"},
)

DISPUTE_STEP = CodeList(
    "dispute_step",
    {
        "contact": "接触当事人",
        "inspect": "现场查看",
        "mediate": "组织调解",
        "police": "通报公安",
        "daily": "每日情况",
        "other": "其他",
    },
)

PARTY_KIND = CodeList("party_kind", {"person": "个人或农户", "organisation": "单位"})
