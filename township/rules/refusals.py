"""What people read when their roles do not allow something: what it was, and who can help."""

from __future__ import annotations

from township.codes import ROLE
from township.records import record_kinds
from township.rules.permissions import Act, Reach, Roles, may, reach


def refusal(roles: Roles, act: Act, kind: str) -> str:
    """For people: what their roles do not allow, and who can help."""
    saves = act in _SAVING
    if not roles & set(ROLE):
        doing = "保存" if saves else _DOING[act]
        return f"这个账号在镇里没有角色，不能{doing}。请联系镇党政办设定角色后再试。"
    return f"{_cannot(roles, act, kind)}{'，没有保存' * saves}。{_who_can(act, kind)}"


def not_offered(roles: Roles, act: Act, kind: str) -> str:
    """For people, before they try: what their roles do not allow, and who can help."""
    if not roles & set(ROLE):
        return "这个账号在镇里没有角色。请联系镇党政办设定角色。"
    return f"{_cannot(roles, act, kind)}。{_who_can(act, kind)}"


_DOING = {
    Act.SEE: "查看",
    Act.CREATE: "新增",
    Act.EDIT: "修改",
    Act.MOVE: "迁移",
    Act.APPROVE: "审核确认",
    Act.UNMASK: "查看遮盖的",
    Act.PRINT: "打印",
    Act.EXPORT: "导出",
}
_SAVING = frozenset({Act.CREATE, Act.EDIT, Act.MOVE, Act.APPROVE})


def _cannot(roles: Roles, act: Act, kind: str) -> str:
    mine = "、".join(ROLE.label(role) for role in ROLE if role in roles)
    whose = "别人填写的" if reach(roles, act, kind) is Reach.OWN else ""
    return f"{mine}不能{_DOING[act]}{whose}{record_kinds()[kind].label}"


def _who_can(act: Act, kind: str) -> str:
    others = "、".join(ROLE.label(role) for role in ROLE if may([role], act, kind))
    if others:
        return f"请由{others}办理。"
    return "这类记录只由镇里生成。" if act in _SAVING else "暂时还没有开放给任何人。"
