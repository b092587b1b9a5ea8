"""Closed code lists: English code values, Chinese labels.

Sources are named per list; where none is named the list is the one of the township's
work system (责任区、干部下队、五情 …).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class CodeList:
    """A closed list of code values and their labels, in the order in which people see them."""

    name: str
    labels: dict[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.labels

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def label(self, code: str) -> str:
        """The Chinese label; a code from a newer program is shown as it is."""
        return self.labels.get(code, code)


ZONE_KIND = CodeList("zone_kind", {"village": "村", "community": "社区"})

# GB/T 2261.1-2003
SEX = CodeList("sex", {"1": "男", "2": "女", "0": "未知", "9": "未说明"})

# GB/T 4761-2008, the common ones; 户主 is 02, 本人 01.
RELATION = CodeList(
    "relation",
    {
        "02": "户主",
        "10": "配偶",
        "11": "夫",
        "12": "妻",
        "20": "子",
        "28": "女婿",
        "30": "女",
        "38": "儿媳",
        "40": "孙辈",
        "50": "父母",
        "51": "父",
        "52": "母",
        "60": "祖辈",
        "70": "兄弟姐妹",
        "80": "其他",
        "97": "其他亲属",
    },
)

# GB/T 4658-2006
EDUCATION = CodeList(
    "education",
    {
        "10": "研究生",
        "20": "大学本科",
        "30": "大学专科",
        "40": "中等职业",
        "60": "高中",
        "70": "初中",
        "80": "小学",
        "90": "其他",
    },
)

RESIDENCE = CodeList(
    "residence", {"home": "在家", "away_in_county": "县内外出", "away_out": "县外外出"}
)

HOUSING_SAFETY = CodeList(
    "housing_safety", {"A": "A 级", "B": "B 级", "C": "C 级（局部危险）", "D": "D 级（整体危险）"}
)

ROLE = CodeList(
    "role",
    {
        "VC": "村干部",
        "VS": "村书记",
        "LL": "联村领导",
        "TC": "机关干部",
        "PO": "公安干警",
        "JO": "司法干部",
        "PGO": "党政办",
        "PET": "综治信访办",
        "SAF": "镇安办",
        "HW": "卫健专干",
        "CHD": "儿童主任",
        "PAR": "党务干部",
        "TOP": "镇主要领导",
        "CLK": "台账管理员",
        "DIS": "纪检监督",
        "ADM": "系统管理员",
        "SEC": "安全管理员",
        "AUD": "审计管理员",
    },
)

CADRE_STATUS = CodeList("cadre_status", {"active": "在岗", "locked": "停用", "left": "离任"})

# 上访户、意见户 are computed from open matters and never stored (domain rule 4.2).
SPECIAL_GROUP = CodeList(
    "special_group",
    {
        "hardship": "困难户",
        "subsistence": "低保户",
        "empty_nest": "空巢老人",
        "left_behind": "留守儿童",
        "representative": "群众代表",
        "prosperous": "致富能手",
    },
)

SPECIAL_GROUP_SOURCE = CodeList(
    "special_group_source",
    {
        "civil_affairs": "民政名单",
        "self_report": "本人申报",
        "visit": "走访发现",
        "meeting": "会议议定",
    },
)

SESSION = CodeList("session", {"am": "上午", "pm": "下午", "eve": "晚上"})

WORK_KIND = CodeList(
    "work_kind",
    {
        "household_visit": "入户走访",
        "in_village": "驻村工作",
        "meeting": "会议",
        "emergency": "应急处置",
        "other": "其他",
    },
)

WORK_STATE = CodeList(
    "work_state",
    {"draft": "草稿", "submitted": "已提交", "counted": "已计入", "returned": "退回"},
)

VISIT_WAY = CodeList("visit_way", {"in_home": "入户", "phone": "电话", "met_outside": "户外见面"})

VISIT_PURPOSE = CodeList(
    "visit_purpose",
    {
        "routine": "日常走访",
        "special_group": "特殊群体走访",
        "follow_up": "回访",
        "policy": "政策宣讲",
        "need": "诉求办理",
        "emergency": "应急",
    },
)

POLICY = CodeList(
    "policy",
    {
        "medical": "医保缴费",
        "pension": "养老保险",
        "old_age": "高龄津贴",
        "subsistence": "低保救助",
        "housing": "危房改造",
        "resettlement": "移民后期扶持",
        "farming": "惠农补贴",
        "hazard": "地灾防范",
        "fraud": "防诈骗",
        "other": "其他政策",
    },
)

RESIDENT_OK = CodeList(
    "resident_ok",
    {"satisfied": "满意", "fair": "一般", "dissatisfied": "不满意", "not_asked": "未问"},
)

NEED_CHANNEL = CodeList(
    "need_channel",
    {
        "visit": "走访",
        "meeting": "会议",
        "box": "意见箱",
        "reception": "接访",
        "phone": "电话",
        "other": "其他",
    },
)

NEED_TOPIC = CodeList(
    "need_topic",
    {
        "water": "饮水",
        "road": "道路",
        "house": "住房",
        "land": "土地",
        "relief": "救助",
        "medical": "医疗",
        "pension": "养老",
        "school": "就学",
        "farming": "农业",
        "resettlement": "移民",
        "environment": "环境",
        "job": "就业",
        "other": "其他",
    },
)

NEED_CLASS = CodeList(
    "need_class",
    {
        "A": "A 合理合法",
        "B": "B 合理不合法",
        "C": "C 不合理不合法但确有困难",
        "D": "D 无依据且无困难",
    },
)

NEED_RESULT = CodeList(
    "need_result",
    {
        "solved": "已解决",
        "partly": "部分解决",
        "explained": "已解释",
        "relief": "已救助",
        "transferred": "已转办",
        "not_supported": "不予支持",
    },
)

NEED_STATE = CodeList(
    "need_state",
    {
        "new": "新提出",
        "classified": "已分类",
        "doing": "办理中",
        "done": "已办理",
        "fed_back": "已反馈",
        "closed": "已办结",
    },
)

RESIDENT_VIEW = CodeList(
    "resident_view", {"agree": "认可", "disagree": "不认可", "no_answer": "未表态"}
)

FEEDBACK_WAY = CodeList(
    "feedback_way", {"visit": "上门", "phone": "电话", "meeting": "会上", "letter": "书面"}
)

# 孕情 (maternal) is not in this list on purpose: it is a consented health-centre service
# and is never stored with visits or situation reports (domain rule 7.4).
SITUATION_KIND = CodeList(
    "situation_kind",
    {"livelihood": "民情", "opinion": "舆情", "police": "警情", "disaster": "灾情"},
)


SITUATION_LEVEL = CodeList(
    "situation_level", {"normal": "一般", "abnormal": "异常", "emergency": "紧急"}
)


# 测评 (domain §4.5, §5.4)
EVALUATION_TARGET = CodeList("evaluation_target", {"zone": "村（社区）班子", "cadre": "干部个人"})

EVALUATION_PART = CodeList("evaluation_part", {"year": "全年", "h1": "上半年", "h2": "下半年"})

SETTING_DECISION = CodeList("setting_decision", {"approved": "同意", "refused": "不同意"})

EVALUATION_DIMENSION = CodeList(
    "evaluation_dimension",
    {"duty": "履职情况", "style": "工作作风", "outcome": "事情办成了没有"},
)

COMMENT_GROUP = CodeList("comment_group", {**EVALUATION_DIMENSION.labels, "other": "其他意见"})

EVALUATION_STATE = CodeList(
    "evaluation_state",
    {
        "prepared": "筹备中",
        "issued": "已发票",
        "closed": "计票中",
        "approved": "已审定",
        "void": "已作废",
    },
)

EVALUATION_RESULT = CodeList(
    "evaluation_result", {"pass": "达标", "fail": "不达标", "no_quorum": "票数不足"}
)

ACCOUNTABILITY_MEASURE = CodeList(
    "accountability_measure", {"talk": "约谈", "rectify": "限期整改", "other": "其他措施"}
)

ACCOUNTABILITY_STATE = CodeList(
    "accountability_state",
    {"open": "待定措施", "decided": "整改中，待重新测评", "closed": "已了结"},
)

# --- 民情联系会议 (domain §4.5, §5.3) ---

MEETING_LEVEL = CodeList("meeting_level", {"village": "村", "township": "镇"})

MEETING_KIND = CodeList("meeting_kind", {"regular": "例会", "ad_hoc": "临时会议"})

MINUTES_STATE = CodeList("minutes_state", {"draft": "待签发", "signed": "已签发"})

RESOLUTION_STATE = CodeList(
    "resolution_state", {"open": "未完成", "done": "已完成", "dropped": "不再办理"}
)

# Domain §5.5: the level of a matter, never of a person; "calm" says that there is none.
WARNING_LEVEL = CodeList(
    "warning_level",
    {"calm": "平稳", "blue": "蓝色", "yellow": "黄色", "orange": "橙色", "red": "红色"},
)
