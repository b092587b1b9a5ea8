"""What the panel says of one report: its course, who was alerted, what the law asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from township.rules.situations import STEPS, Escalation, Step, span_text
from township.usecases.situation_followup import Evacuation
from township.usecases.situation_routing import contacts
from township.usecases.situations import SituationDetail
from township.values import local_text

Facts = tuple[tuple[str, str], ...]
_WHO = {"LL": "联村领导", "TOP": "镇主要领导"}
_COUNTS = (
    ("households_affected", "受影响 {} 户"),
    ("persons_affected", "受影响 {} 人"),
    ("persons_injured", "受伤 {} 人"),
    ("to_evacuate", "需转移 {} 人"),
    ("mu_affected", "受灾 {} 亩"),
    ("loss_yuan", "估计损失 {} 元"),
)


def facts(
    session: Session, found: SituationDetail, moved: Evacuation, now: datetime, me: bytes
) -> Facts:
    """Captions and texts in their order for the person ``me``; empty ones are not shown."""
    one, shown = found.situation, found.situation.shown
    return (
        ("请先打电话", _call(session, found, me)),
        ("情况摘要", shown("summary")),
        ("应办时间", _due(found)),
        ("时钟有误", _clock(found)),
        ("地点", found.where),
        ("发生 · 发现时间", f"{shown('happened_at')} · {shown('found_at')}"),
        ("情况", _counts(found)),
        ("接手单位 · 帮助了谁", " · ".join(filter(None, (shown("organ"), shown("served"))))),
        ("先期处置", shown("first_action")),
        ("报送对象", found.name(one.report_to)),
        ("报送", f"{shown('reported_at')} {found.name(one.reported_by)}".strip()),
        ("接收", f"{shown('received_at')} {found.name(one.received_by)}".strip()),
        ("处置", f"{shown('responded_at')} {found.name(one.responded_by)}".strip()),
        ("处置意见", shown("response")),
        ("超时提醒", "\n".join(_alerts(found, now))),
        ("反馈", " · ".join(filter(None, _feedback(found)))),
        ("依法报告", "\n".join(_outside(found, now))),
        ("转移人员", _moved(moved)),
        ("办结时间", shown("closed_at")),
    )


def _call(session: Session, found: SituationDetail, me: bytes) -> str:
    """Whom else to telephone while an emergency waits."""
    one = found.situation
    if one.level != "emergency" or found.step not in (Step.RECEIVE, Step.RESPOND):
        return ""
    people = [who for who in (one.report_to, one.reported_by) if who and who != me]
    return "\n".join(str(who) for who in contacts(session, people))


def _due(found: SituationDetail) -> str:
    if found.due_at is None:
        normal = found.situation.level == "normal" and found.step in (Step.RECEIVE, Step.RESPOND)
        return "下次村民情联系会议" if normal else ""
    return local_text(found.due_at) + ("（已超时，请先打电话）" if found.late else "")


def _clock(found: SituationDetail) -> str:
    one = found.situation
    if one.clocked_at is not None and one.reported_at is not None:
        off = span_text(abs(one.clocked_at - one.reported_at))
        return f"报送的电脑时钟相差 {off}，报送时间已按镇服务器改正；发生、发现时间请向报送人核对。"
    if found.clock_wrong:
        return "报送时间晚于现在，报送的电脑时钟不准；期限按已到处理，请打电话核对。"
    return ""


def _counts(found: SituationDetail) -> str:
    values = ((text, getattr(found.situation, name)) for name, text in _COUNTS)
    return "，".join(text.format(value) for text, value in values if value is not None)


def _alerts(found: SituationDetail, now: datetime) -> Iterator[str]:
    for one in found.escalations:
        yield f"{local_text(one.at)} 提醒{_WHO[one.role]}：没有{STEPS[one.step]}{_after(one, now)}"


def _after(one: Escalation, now: datetime) -> str:
    if one.answered_at is None:
        return f"（至今又过 {span_text(now - one.at)}）"
    return f"（{span_text(one.answered_at - one.at)}后{STEPS[one.step]}）"


def _feedback(found: SituationDetail) -> Iterator[str]:
    one = found.situation
    yield one.shown("fed_back_at")
    yield one.shown("told")
    yield found.name(one.fed_back_by)
    yield one.shown("feedback")


def _outside(found: SituationDetail, now: datetime) -> Iterator[str]:
    one = found.situation
    if one.report_duty is None:
        return
    yield f"{one.shown('report_duty')}：{found.report_rule}"
    if one.external_at is not None:
        told = ("external_at", "external_organ", "external_person", "external_ref")
        yield " ".join(filter(None, map(one.shown, told)))
    elif found.report_due is not None:
        late = "，已过" if found.report_due < now else ""
        yield f"还没有登记（{local_text(found.report_due)} 前{late}）"


def _moved(moved: Evacuation) -> str:
    if not moved.moved:
        return ""
    lines = [moved.in_words(), *(one.text for one in moved.moved)]
    if moved.kept_until is not None:
        lines.append(f"名单保留到 {moved.kept_until}，之后清除")
    return "\n".join(lines)
