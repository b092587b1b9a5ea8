"""The steps of a meeting and what their forms propose: people, places, days, half the minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.codes import RESOLUTION_STATE
from township.fields import Field
from township.records import AgendaItem, Cadre, Meeting, Resolution
from township.rules.meetings import Window, held_on
from township.rules.permissions import Act, may
from township.rules.settings import PRESET
from township.storage.work import UnitOfWork
from township.usecases import agenda, meeting_steps, resolutions
from township.usecases.meeting_people import OFFICES, leaders, people
from township.usecases.meeting_steps import MeetingEntry
from township.usecases.meetings import MeetingDetail

_PLACES = {True: "村委会会议室", False: "镇政府会议室"}
_WHAT = ("meeting_kind", "place", "convener_id")
_WHO = ("attending", "on_leave", "observing")
PLAN, RECORD, MINUTES, RESOLVE, FINISH = "plan", "record", "minutes", "resolve", "finish"


@dataclass(frozen=True)
class Desk:
    """Who works when; ``made`` is told of a meeting that a step has made."""

    session: Session
    cadre_id: bytes
    now: datetime
    made: Callable[[bytes], None]

    def keeps(self, zone_id: bytes | None) -> bool:
        """May this person keep the meetings of a zone, or of the township (None)?"""
        cadre = self.session.get(Cadre, self.cadre_id)
        roles = frozenset(cadre.roles) if cadre else frozenset()
        return may(roles, Act.CREATE, "meeting") and bool(zone_id or roles & OFFICES)


def of_window(desk: Desk, zone_id: bytes | None, window: Window) -> list[Action]:
    """What can be done about a window: enter a meeting that was held, or plan one."""
    if not desk.keeps(zone_id):
        return []
    today = held_on(desk.now)
    proposed = _proposed(desk, zone_id)
    held_at = {"held_at": desk.now} if today in window else {}

    def record(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        desk.made(meeting_steps.record(work, zone_id, _entry(values)))

    def plan(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        desk.made(meeting_steps.plan(work, zone_id, _entry(values)))

    made = _held_form(desk, zone_id, {**proposed, **held_at})
    planned = _plan_form(desk, zone_id, proposed)
    return [
        Action(RECORD, "登记已开的会", "已登记会议，议题已列好", record, *made),
        Action(PLAN, "安排会议", "已安排会议，议题已列好", plan, *planned),
    ]


def of_meeting(desk: Desk, found: MeetingDetail, task: bytes | None) -> list[Action]:
    """What can be done with a meeting, what comes next first; ``task`` is to be finished."""
    meeting = found.meeting
    finish = _finish(found, task)
    if not desk.keeps(meeting.zone_id):
        return finish
    if meeting.minutes_state == "signed":
        mine = meeting.signed_by == desk.cadre_id
        return [*finish, *([SEND_BACK] if mine else [])]
    if meeting.held_at is None:
        return [_hold(desk, found), _topic(desk, found), RENEW, _replan(desk, found), REMOVE]
    steps = [_minutes(desk, found), _resolve(desk, found)]
    if any(one.item.outcome for one in found.items) or not found.items:
        steps.reverse()
    if meeting.convener_id == desk.cadre_id:
        steps.insert(0 if found.resolutions else len(steps), SIGN)
    more = [_topic(desk, found), RENEW, _hold(desk, found, again=True)]
    return [*steps, *finish, *more, *([] if found.resolutions else [REMOVE])]


RENEW = Action(
    "renew",
    "补充新议题",
    "新出现的议题已补上",
    lambda work, one, _: _nothing(meeting_steps.renew_agenda(work, one)),
)
SIGN = Action(
    "sign", "签发纪要", "会议纪要已签发", lambda work, one, _: meeting_steps.sign(work, one)
)
SEND_BACK = Action(
    "send_back",
    "退回修改",
    "纪要已退回，可以修改",
    lambda work, one, _: meeting_steps.send_back(work, one),
)
REMOVE = Action(
    "remove",
    "删除这次会议",
    "已删除会议",
    lambda work, one, _: meeting_steps.remove(work, one),
    undo=meeting_steps.bring_back,
)
Form = tuple[Mapping[str, Field], Sequence[str], Mapping[str, Sequence[Choice]], Mapping[str, Any]]
"""Fields, their order, choices and proposed values."""


def _held_form(desk: Desk, zone_id: bytes | None, values: Mapping[str, Any]) -> Form:
    fields = _required(Meeting.fields(), "held_at", "attending")
    names = ("held_at", *_WHAT, *_WHO)
    staff = _staff(desk, zone_id)
    choices = {"convener_id": _leaders(desk, zone_id), **dict.fromkeys(_WHO, staff)}
    return fields, names, choices, values


def _plan_form(desk: Desk, zone_id: bytes | None, values: Mapping[str, Any]) -> Form:
    fields = _required(Meeting.fields(), "planned_at")
    chosen = {name: value for name, value in values.items() if name not in _WHO}
    return fields, ("planned_at", *_WHAT), {"convener_id": _leaders(desk, zone_id)}, chosen


def _hold(desk: Desk, found: MeetingDetail, *, again: bool = False) -> Action:
    meeting = found.meeting
    values: dict[str, Any] = {name: getattr(meeting, name) for name in _WHAT}
    if again:
        values |= {name: getattr(meeting, name) for name in ("held_at", *_WHO)}
    else:
        planned = meeting.planned_at
        values["held_at"] = planned if planned and planned < desk.now else desk.now
        values["attending"] = tuple(one.value for one in _staff(desk, meeting.zone_id))
    return Action(
        "hold",
        "改开会情况" if again else "登记开会",
        "已登记开会情况",
        lambda work, one, given: meeting_steps.hold(work, one, _entry(given)),
        *_held_form(desk, meeting.zone_id, values),
    )


def _replan(desk: Desk, found: MeetingDetail) -> Action:
    meeting = found.meeting
    values = {name: getattr(meeting, name) for name in ("planned_at", *_WHAT)}
    return Action(
        "replan",
        "改时间地点",
        "已改会议安排",
        lambda work, one, given: meeting_steps.replan(work, one, _entry(given)),
        *_plan_form(desk, meeting.zone_id, values),
    )


def _topic(desk: Desk, found: MeetingDetail) -> Action:
    return Action(
        "topic",
        "加议题",
        "已加议题",
        lambda work, one, given: meeting_steps.add_topic(
            work, one, given["topic"] or "", given["reporter_id"]
        ),
        AgendaItem.fields(),
        ("topic", "reporter_id"),
        {"reporter_id": _staff(desk, found.meeting.zone_id)},
    )


def _minutes(desk: Desk, found: MeetingDetail) -> Action:
    """One box for each item, with what is known written in; zones under review a level too."""
    fields: dict[str, Field] = {"discussion": Meeting.field("discussion")}
    values: dict[str, Any] = {"discussion": found.meeting.discussion}
    names = []
    today = held_on(found.meeting.held_at or desk.now)
    for number, one in enumerate(found.items, 1):
        item, place = one.item, one.item.id.hex()
        said, level = f"outcome.{place}", f"level.{place}"
        topic = f"{number}．{_short(item.topic, 14)}"
        fields[said] = replace(AgendaItem.field("outcome"), label=topic)
        values[said] = item.outcome or agenda.suggested(desk.session, item, today) or None
        names.append(said)
        if item.about_zone_id is not None:
            fields[level] = AgendaItem.field("level")
            values[level] = item.level
            names.append(level)
    items = [one.item for one in found.items]

    def write(work: UnitOfWork, meeting: bytes, given: Mapping[str, Any]) -> None:
        said = {
            item.id: (given[f"outcome.{item.id.hex()}"], given.get(f"level.{item.id.hex()}"))
            for item in items
        }
        meeting_steps.write_minutes(work, meeting, said, given["discussion"])

    names.append("discussion")
    return Action(MINUTES, "记会议意见", "已记下会议意见", write, fields, names, start=values)


def _resolve(desk: Desk, found: MeetingDetail) -> Action:
    held = held_on(found.meeting.held_at or desk.now)
    return Action(
        RESOLVE,
        "加议定事项",
        "已记下议定事项，到期前会提醒责任人",
        lambda work, one, given: _nothing(
            resolutions.resolve(work, one, given["text"] or "", given["owner_id"], given["due_on"])
        ),
        Resolution.fields(),
        ("text", "owner_id", "due_on"),
        {"owner_id": _staff(desk, found.meeting.zone_id)},
        {"due_on": held + timedelta(days=PRESET.resolution_days)},
    )


def _finish(found: MeetingDetail, task: bytes | None) -> list[Action]:
    """For the unfinished resolutions of this meeting and of those before it."""
    still = [one for one in (*found.resolutions, *found.carried) if one.state == "open"]
    if not still:
        return []
    field = replace(AgendaItem.field("resolution_id"), label="议定事项", required=True)
    chosen = next((one.id for one in still if one.id == task), still[0].id)
    ends = [Choice(code, RESOLUTION_STATE.label(code)) for code in ("done", "dropped")]
    return [
        Action(
            FINISH,
            "登记完成情况",
            "已登记完成情况",
            lambda work, _, given: resolutions.finish(
                work, given["resolution_id"], given["result"] or "", given["state"] or "done"
            ),
            {"resolution_id": field, **_required(Resolution.fields(), "result")},
            ("resolution_id", "state", "result"),
            {
                "resolution_id": [Choice(one.id, _short(one.text), "") for one in still],
                "state": ends,
            },
            {"resolution_id": chosen, "state": "done"},
        )
    ]


def _proposed(desk: Desk, zone_id: bytes | None) -> dict[str, Any]:
    """As last time, with the main leader in the chair and everybody there."""
    where = Meeting.zone_id.is_(None) if zone_id is None else Meeting.zone_id == zone_id
    last = desk.session.scalar(
        select(Meeting.place)
        .where(where, Meeting.deleted_at.is_(None))
        .order_by(Meeting.held_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    chairs = _leaders(desk, zone_id)
    mine = [one.value for one in chairs if one.value == desk.cadre_id]
    return {
        "meeting_kind": "regular",
        "place": last or _PLACES[zone_id is not None],
        "convener_id": next(iter(mine or (one.value for one in chairs)), None),
        "attending": tuple(one.value for one in _staff(desk, zone_id)),
    }


def _staff(desk: Desk, zone_id: bytes | None) -> list[Choice]:
    found = people(desk.session, zone_id, held_on(desk.now))
    return [Choice(one.id, one.label) for one in found]


def _leaders(desk: Desk, zone_id: bytes | None) -> list[Choice]:
    on = held_on(desk.now)
    found = leaders(desk.session, zone_id, on) or people(desk.session, zone_id, on)
    return [Choice(one.id, one.label) for one in found]


def _entry(given: Mapping[str, Any]) -> MeetingEntry:
    return MeetingEntry(
        meeting_kind=given["meeting_kind"] or "",
        place=given["place"] or "",
        convener_id=given["convener_id"],
        planned_at=given.get("planned_at"),
        held_at=given.get("held_at"),
        **{name: given.get(name) or () for name in _WHO},
    )


def _required(fields: Mapping[str, Field], *names: str) -> dict[str, Field]:
    """These fields as a form asks for them: what a record may lack, this step may not."""
    asked = {name: replace(fields[name], required=True) for name in names}
    return {**fields, **asked}


def _short(text: str | None, most: int = 40) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
