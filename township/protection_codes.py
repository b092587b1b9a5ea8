"""Code lists of what protects people: looks and their reasons, sealed matters, rights."""

from __future__ import annotations

from township.codes import CodeList

# Domain §7.3: each look at what is masked has a reason, and a text of the person's own.
ACCESS_REASON = CodeList(
    "access_reason",
    {
        "relief": "办理救助申请",
        "identity": "核对身份",
        "rescue": "紧急救援",
        "own_request": "应本人要求",
        "other": "其他",
    },
)

ACCESS_ACT = CodeList(
    "access_act",
    {
        "unmask": "查看遮盖内容",
        "print": "打印",
        "export": "导出",
        "my_record": "打印本人信息",
        "open_sealed": "打开密件",
        "purge": "到期清理",
        "erase": "依法删除",
        "refused": "无权被拒",
    },
)

# Domain §2, class X: what is sealed to designated persons.
SEALED_SUBJECT = CodeList(
    "sealed_subject",
    {
        "accusation": "检举控告干部",
        "box_note": "意见箱来信反映干部",
        "child_harm": "未成年人受到侵害",
        "care": "孕情服务（本人愿意）",
    },
)

# A designation names one of these subjects, or who takes over when all others are recused.
DESIGNATION = CodeList("designation", {**SEALED_SUBJECT.labels, "reserve": "都须回避时接收"})

SEALED_ACT = CodeList(
    "sealed_act",
    {
        "report": "首次记录",
        "note": "补充",
        "decision": "处理",
        "closing": "办结",
        "withdrawn": "本人不再愿意",
    },
)

# Domain §7.4: a service of the health centre to a woman who asked for it.
CARE_HELP = CodeList(
    "care_help",
    {"booking": "预约建册", "ride": "产检交通", "visit": "上门访视", "other": "其他帮助"},
)

CARE_STAGE = CodeList(
    "care_stage",
    {
        "booked": "已建册",
        "w16": "16–20 周检查",
        "w21": "21–24 周检查",
        "w28": "28–36 周检查",
        "w37": "37–40 周检查",
        "home": "出院后访视",
        "d42": "42 天检查",
    },
)

# 未成年人保护法 art. 11: whom to report harm to a child to, at once.
REPORT_ORGAN = CodeList(
    "report_organ", {"police": "公安（110）", "civil": "民政", "education": "教育", "other": "其他"}
)

# PIPL art. 44–50 (查阅复制、更正、删除、解释、撤回同意)
RIGHTS_KIND = CodeList(
    "rights_kind",
    {
        "copy": "查阅、复制",
        "correct": "更正、补充",
        "delete": "删除",
        "explain": "解释说明",
        "withdraw": "撤回同意",
    },
)

RIGHTS_DECISION = CodeList(
    "rights_decision", {"granted": "已办理", "partly": "部分办理", "refused": "不予办理"}
)

CONSENT_ITEM = CodeList(
    "consent_item", {"contact": "联系电话", "photo": "走访照片", "health": "健康服务联系"}
)

CONSENT_STATE = CodeList(
    "consent_state", {"given": "同意", "refused": "不同意", "withdrawn": "已撤回"}
)

# PIPL art. 31: a guardian decides for a child under 14
CONSENT_BY = CodeList("consent_by", {"self": "本人", "guardian": "监护人"})

ERASURE_REASON = CodeList(
    "erasure_reason",
    {
        "expired": "保存期满",
        "request": "本人申请删除",
        "withdrawn": "撤回同意",
        "corrected": "更正后清除旧值",
    },
)
