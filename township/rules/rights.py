"""Rights of residents: terms, what an answer must say, and what may be erased at request.

Source: PIPL art. 44–50; domain §4.7, §7.1. The term of 15 days is the township's preset [P].
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from township.rules.settings import PRESET, Settings

STATUTORY_REASON = (
    "户台账、走访和诉求办理记录是镇、村履行法定职责所必需，保存期限未满，依法不能提前删除；"
    "期满后按规定彻底删除。错误或不完整的内容可以随时申请更正。"
)
STATUTORY_BASIS = "个人信息保护法第十三条第一款第三项、第三十四条、第四十七条"

ERASABLE = ("phone", "id_no", "birth_date", "education", "residence")
"""Fields of a person that no duty requires, and that go when the person asks for it."""
CORRECTABLE = (
    *("name", "sex", "relation", "birth_date", "id_no", "phone", "education", "residence"),
)


@dataclass(frozen=True)
class Purpose:
    """What is processed, what for, on which basis and for how long; in words for people.

    Articles are those of 个人信息保护法.
    """

    what: str
    why: str
    basis: str
    kept: str


def due_on(received_on: date, settings: Settings = PRESET) -> date:
    """The last day for an answer; the day of receipt is not counted."""
    return received_on + timedelta(days=settings.rights_days)


def decision_problems(decision: str, reasons: str, legal_basis: str) -> dict[str, str]:
    """What an answer lacks, by field: a refusal needs its reasons. Source: PIPL art. 50."""
    problems: dict[str, str] = {}
    if not decision:
        problems["decision"] = "请选择处理决定"
    if decision in ("refused", "partly"):
        if not reasons.strip():
            problems["reasons"] = "不予办理的部分，请写明理由"
        if not legal_basis.strip():
            problems["legal_basis"] = "请写明法律依据"
    return problems


def erasable_problem(names: Collection[str]) -> str | None:
    """Why these fields of a person may not be erased alone; None when they may."""
    if not names:
        return "请选择要删除的内容"
    if set(names) <= set(ERASABLE):
        return None
    return "姓名、性别和与户主关系是户台账的必要内容，不能单独删除。可以更正，或说明理由不予删除。"


def purposes(settings: Settings = PRESET) -> tuple[Purpose, ...]:
    """What the township tells a resident about the processing. Source: PIPL art. 17, 35."""
    duty = "履行法定职责（第十三条、第三十四条）"
    consent = "本人同意，可随时撤回（第十四条、第十五条）"
    years = "自{0}起 {1} 年"
    visits = years.format("发生之日", settings.keep_visits)
    return (
        Purpose("姓名、性别、家庭关系、住址", "登记户台账，联系服务群众", duty, "在本镇居住期间"),
        Purpose("身份证号、出生日期", "办理救助、医保等需要核对身份的事项", duty, "办理所需期间"),
        Purpose("联系电话", "通知、回访", consent, "撤回同意即停止使用并删除"),
        Purpose("入户走访、工作日志", "了解情况，落实联系户责任", duty, f"{visits}，之后只留计数"),
        Purpose(
            "诉求、五情、矛盾纠纷、任务",
            "办理并反馈",
            duty,
            years.format("办结之日", settings.keep_matters),
        ),
        Purpose("特殊群体", "优先走访和帮扶", duty, years.format("退出之日", settings.keep_groups)),
        Purpose("走访照片", "说明道路、房屋等情况", consent, f"{visits}；撤回同意即删除"),
    )
