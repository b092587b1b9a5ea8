"""The forms of 五情: a new report by kind, and the steps that can be taken with one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.situation_turns import to_dispute, to_need
from desktop.views.step_form import Action
from desktop.views.task_step import give_task
from desktop.views.widgets.choice import Choice
from township.codes import SITUATION_KIND
from township.fields import Field
from township.records import Cadre, Dispute, Evacuee, Group, Household, Need, Situation
from township.rules.permissions import Act
from township.rules.situations import Step
from township.situation_codes import REPORT_DUTY
from township.storage.work import UnitOfWork
from township.usecases import situation_followup, situation_reports, situations
from township.usecases.situation_followup import Evacuation
from township.usecases.situations import SituationDetail
from township.usecases.work_month import household_names
from township.usecases.zones import held_zones
from township.values import CHINA

MATERNAL = "maternal"
OUTSIDE, MOVE_OUT, BACK = "outside", "move_out", "back"
_TOLD = {
    "livelihood": "",
    "opinion": "只记群众关心的话题，不记是谁说的。",
    "police": "请先拨打 110。这里只登记哪个单位接手、帮助了谁，不写案情。",
    "disaster": "有人员伤亡或险情时，请先打电话；用“紧急情况”登记更快。",
}
_DUTIES = {"police": ("violence", "traffic_fire"), "disaster": tuple(REPORT_DUTY)[:4]}


@dataclass(frozen=True)
class Desk:
    """Who works when (by the township's time); ``made`` is told of a new report."""

    session: Session
    cadre_id: bytes
    now: datetime
    made: Callable[[bytes], None]


def new_reports(desk: Desk) -> list[Action]:
    """One form for each kind; 孕情 leads to the consented service and is never a report."""
    places = place_choices(desk.session, desk.cadre_id)
    made = [_new(desk, kind, places) for kind in SITUATION_KIND]
    care = Action(MATERNAL, "孕情", "", lambda *_: None, act=Act.SEE)
    return [*made, care]


def of_report(desk: Desk, found: SituationDetail, moved: Evacuation) -> list[Action]:
    """What can be done with a report, what comes next first."""
    one = found.situation
    steps = [_step(found)] if found.step else []
    if one.report_duty and one.external_at is None:
        at = 1 if found.step in (Step.RECEIVE, Step.RESPOND) else 0
        steps.insert(at, outside(desk))
    homes = _homes(desk, one) if found.step else []
    if one.situation_kind == "disaster" and found.step:
        steps.append(_move_out(desk, homes))
        away = [Choice(line.id, line.who, "") for line in moved.moved if not line.back]
        steps += [_back(away)] if away else []
    if not found.step:
        return steps
    today = desk.now.astimezone(CHINA).date()
    task = give_task(desk.session, desk.cadre_id, "situation", one.zone_id, today)
    became = {other.kind for other in found.became}
    steps += [] if Need.kind() in became else [to_need(one)]
    steps += [] if Dispute.kind() in became else [to_dispute(desk.session, one, homes)]
    return [*steps, task]


def place_choices(session: Session, cadre_id: bytes) -> list[Choice]:
    """The groups of the zones that this laptop holds, the person's own zones first."""
    cadre = session.get(Cadre, cadre_id)
    own: Collection[bytes] = (cadre.zones or ()) if cadre else ()
    zones = sorted(held_zones(session), key=lambda zone: zone[0] not in own)
    groups = session.scalars(
        select(Group).where(Group.deleted_at.is_(None)).order_by(Group.number, Group.name)
    ).all()
    found = []
    for zone, name in zones:
        found += [Choice(one.id, f"{name} {one.name}") for one in groups if one.zone_id == zone]
        found.append(Choice(zone, f"{name}（不分组）"))
    return found


def where_field() -> Field:
    """Zone and group in one line."""
    return replace(Situation.field("group_id"), label="责任区、村民小组", required=True)


def outside(desk: Desk) -> Action:
    """Note the report that the law wants."""
    fields = dict(Situation.fields())
    for name in situation_reports.EXTERNAL[:3]:
        fields[name] = replace(fields[name], required=True)
    return Action(
        OUTSIDE,
        "登记依法报告",
        "已登记依法报告",
        situation_reports.tell_outside,
        fields,
        situation_reports.EXTERNAL,
        start={"external_at": desk.now},
    )


def _new(desk: Desk, kind: str, places: Sequence[Choice]) -> Action:
    fields = {"where": where_field(), **Situation.fields()}
    if kind == "opinion":
        fields["summary"] = replace(fields["summary"], label="话题（大家在议论什么）")
    if kind == "police":
        fields["organ"] = replace(fields["organ"], required=True)
    fields["happened_at"] = replace(fields["happened_at"], required=False)
    names = ("where", *situation_reports.ASKED[kind])
    duties = [Choice(one, REPORT_DUTY.label(one)) for one in _DUTIES.get(kind, ())]
    start: dict[str, Any] = {"level": "normal", "found_at": desk.now}
    if len(places) == 1:
        start["where"] = places[0].value

    def run(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        desk.made(situation_reports.report(work, kind, values))

    return Action(
        f"new.{kind}",
        SITUATION_KIND.label(kind),
        f"已报送{SITUATION_KIND.label(kind)}，同步后送到",
        run,
        fields,
        names,
        {"where": places, "report_duty": duties},
        start,
        _side_by_side(names),
        act=Act.CREATE,
        told=_TOLD[kind],
    )


_PAIRS = (
    ("households_affected", "persons_affected"),
    ("persons_injured", "to_evacuate"),
    ("mu_affected", "loss_yuan"),
)


def _side_by_side(names: Sequence[str]) -> list[list[str]]:
    """Numbers in pairs, everything else on a line of its own."""
    rows: list[list[str]] = []
    for name in names:
        pair = next((one for one in _PAIRS if name in one), None)
        if pair is None:
            rows.append([name])
        elif name == pair[0]:
            rows.append(list(pair))
    return rows


def _step(found: SituationDetail) -> Action:
    if found.step is Step.FEED_BACK:
        return _feed_back(found.situation)
    return ACTIONS[found.step or Step.CLOSE]


ACTIONS = {
    Step.RECEIVE: Action(
        "receive", "接收", "已接收", lambda work, one, _: situations.receive(work, one)
    ),
    Step.RESPOND: Action(
        "respond",
        "登记处置",
        "已登记处置意见",
        lambda work, one, values: situations.respond(work, one, values["response"] or ""),
        Situation.fields(),
        ("response",),
    ),
    Step.CLOSE: Action("close", "办结", "五情已办结", lambda w, one, _: situations.close(w, one)),
}


def _feed_back(one: Situation) -> Action:
    fields = {
        "told": replace(Situation.field("told"), required=True),
        "feedback": Situation.field("feedback"),
    }
    return Action(
        "feed_back",
        "登记反馈",
        "已登记反馈",
        lambda work, record, values: situations.feed_back(
            work, record, values["told"], values["feedback"]
        ),
        fields,
        ("told", "feedback"),
        told="请先把处置结果告诉报送人和受影响的群众，再登记。",
        start={"feedback": (one.response or "")[:200]},
    )


def _move_out(desk: Desk, homes: Sequence[Choice]) -> Action:
    fields = dict(Evacuee.fields())
    fields["home_id"] = replace(fields["home_id"], label="户（不知道户的可以不选）")
    fields["names"] = replace(fields["names"], label="姓名（选了户的可以不写）")
    return Action(
        MOVE_OUT,
        "登记转移人员",
        "已登记转移人员",
        lambda work, record, values: _nothing(situation_followup.move_out(work, record, values)),
        fields,
        ("home_id", "names", "persons", "to_place", "moved_at"),
        {"home_id": homes},
        {"moved_at": desk.now},
        told="名单只用于这次转移安置，办结 30 天后清除。",
    )


def _homes(desk: Desk, one: Situation) -> list[Choice]:
    """The households of the zone, those of the group first."""
    homes = desk.session.scalars(
        select(Household.id)
        .where(Household.zone_id == one.zone_id, Household.deleted_at.is_(None))
        .order_by(Household.group_id != one.group_id, Household.no)
    ).all()
    named = household_names(desk.session, homes, by=desk.cadre_id)
    return [Choice(home, named[home][0]) for home in homes if home in named]


def _back(away: Sequence[Choice]) -> Action:
    field = replace(Evacuee.field("home_id"), label="已返回的", required=True)
    return Action(
        BACK,
        "登记返回",
        "已登记返回",
        lambda work, _, values: situation_followup.bring_back(work, values["one"]),
        {"one": field},
        ("one",),
        {"one": away},
        {"one": away[0].value},
    )


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
