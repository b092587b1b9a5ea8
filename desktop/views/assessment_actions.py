"""What an assessor or linked leader may do about a unit's or a cadre's month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.fields import Field
from township.records import AssessmentNote, SpotCheck, WorkLog
from township.rules import assessment as rules
from township.rules.assessment import Stage
from township.storage.work import UnitOfWork
from township.usecases import assessment_steps as steps
from township.usecases.assessments import CadreMonth, Drawn, UnitMonth
from township.usecases.field_days import WorkDay

SIGN, CONSENT, SEND_BACK, EXPLAIN, ASK = "sign", "consent", "send_back", "explain", "ask"
PRINT_OLD = "print_old."
"""Begins the keys of the buttons that print a sheet of before; its id follows."""
_LOG: Field = replace(SpotCheck.field("work_log_id"), label="哪一天", required=True)


def of_unit(found: UnitMonth, month: tuple[int, int]) -> list[Action]:
    """Signing, and printing what was signed before."""
    made = []
    over = found.stage in (Stage.TO_SIGN, Stage.OVERDUE, Stage.CHANGED)
    if found.may_sign and over:
        number = len(found.sheets) + 1
        text = f"重新签字（第 {number} 次修订）" if found.sheets else "签字"

        def sign(work: UnitOfWork, _: bytes, __: Mapping[str, Any]) -> None:
            steps.sign(work, found.unit, *month)

        made.append(Action(SIGN, text, f"{found.title}{month[1]}月考核表已签字", sign))
    for sheet in found.sheets[:-1]:
        made.append(
            Action(PRINT_OLD + sheet.id.hex(), f"打印第 {sheet.revision} 次签字的表", "", _nothing)
        )
    return made


def of_cadre(row: CadreMonth, month: tuple[int, int], today: date) -> list[Action]:
    """Consent, sending back, explaining, and asking about drawn logs; what waits comes first."""
    made = []
    if row.asks and row.to_ask:
        made.append(_ask(row, today))
    if row.assesses:
        made += [*_consent(row.waiting), _explain(row, month), *_send_back(row.days.values())]
    return made


def day_label(day: WorkDay) -> str:
    """A day in a list: 5月14日 上午、下午 入户走访."""
    return f"{day.on.month}月{day.on.day}日 {day.sessions} {day.kind}"


def drawn_label(one: Drawn, names: Mapping[bytes, str]) -> str:
    """A drawn log in words: its day and the households that can be asked."""
    homes = "、".join(names.get(home, "") for home in one.households)
    return f"{one.on.month}月{one.on.day}日 {homes}"


def _consent(waiting: list[WorkDay]) -> list[Action]:
    """One key stroke for a single day; of several one is picked."""
    if not waiting:
        return []

    def consent(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        steps.consent(work, given.get("log") or waiting[0].log_id)

    if len(waiting) == 1:
        day = waiting[0].on
        return [Action(CONSENT, f"同意{day.month}月{day.day}日补录", "已同意，这一天计入", consent)]
    choices = [Choice(one.log_id, day_label(one)) for one in waiting]
    return [
        Action(
            CONSENT,
            f"同意补录（{len(waiting)} 天）",
            "已同意，这一天计入",
            consent,
            {"log": _LOG},
            ("log",),
            {"log": choices},
            {"log": waiting[0].log_id},
        )
    ]


def _send_back(days: Iterable[WorkDay]) -> list[Action]:
    able = sorted(
        (one for one in days if one.state in ("submitted", "counted")), key=lambda one: one.on
    )
    if not able:
        return []
    note = replace(WorkLog.field("assess_note"), label="退回原因", required=True)
    first = next((one for one in able if one.result.late), able[-1])

    def send_back(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        steps.send_back(work, given["log"], given["note"] or "")

    return [
        Action(
            SEND_BACK,
            "退回日志",
            "已退回，本人改正后重新提交",
            send_back,
            {"log": _LOG, "note": note},
            ("log", "note"),
            {"log": [Choice(one.log_id, day_label(one)) for one in able]},
            {"log": first.log_id},
        )
    ]


def _explain(row: CadreMonth, month: tuple[int, int]) -> Action:
    cadre = row.line.cadre_id
    fields = {
        name: replace(AssessmentNote.field(name), required=False) for name in ("reason", "text")
    }
    label, _, text = row.line.explained.partition("：")
    codes = AssessmentNote.field("reason").codes
    reason = next((one for one in codes or () if codes and codes.label(one) == label), None)

    def explain(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        steps.explain(work, cadre, *month, given["reason"], given["text"])

    return Action(
        EXPLAIN,
        "改情况说明" if text else "写情况说明",
        "已记下情况说明",
        explain,
        fields,
        ("reason", "text"),
        None,
        {"reason": reason, "text": text or None},
    )


def _ask(row: CadreMonth, today: date) -> Action:
    fields = {"log": _LOG, **SpotCheck.fields()}
    choices = [
        Choice(one.log_id, f"{one.on.month}月{one.on.day}日　{len(one.households)} 户")
        for one in row.to_ask
    ]

    def ask(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        steps.spot_check(work, given["log"], given["result"], given["asked_on"], given["note"])

    return Action(
        ASK,
        "登记抽查",
        "已登记抽查",
        ask,
        fields,
        ("log", "result", "asked_on", "note"),
        {"log": choices},
        {"log": row.to_ask[0].log_id, "asked_on": today},
    )


def _nothing(_: UnitOfWork, __: bytes, ___: Mapping[str, Any]) -> None:
    """The page prints; nothing is saved."""


STAGES = {
    Stage.RUNNING: "月份未满",
    Stage.TO_SIGN: "待签字",
    Stage.OVERDUE: "超期未签",
    Stage.SIGNED: "已签字",
    Stage.CHANGED: "签后有改动",
}
LEVELS = {
    rules.VILLAGE: "由村书记签字",
    rules.SECRETARY: "由联村领导签字",
    rules.TOWNSHIP: "由党政办签字",
}
