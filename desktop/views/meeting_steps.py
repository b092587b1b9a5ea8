"""The steps of a meeting and what their forms propose: people, places, days, half the minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from desktop.views.meeting_desk import WHO, Desk, entry
from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.codes import RESOLUTION_STATE
from township.fields import Field
from township.records import AgendaItem, Meeting, Resolution
from township.rules.meetings import Window, held_on
from township.storage.work import UnitOfWork
from township.usecases import agenda, meeting_steps, resolutions
from township.usecases.meetings import MeetingDetail
from township.usecases.township_settings import settings_of

_WHAT = ("meeting_kind", "place", "convener_id")
PLAN, RECORD, MINUTES, RESOLVE, FINISH = "plan", "record", "minutes", "resolve", "finish"


def of_window(desk: Desk, zone_id: bytes | None, window: Window) -> list[Action]:
    """What can be done about a window: enter a meeting that was held, or plan one."""
    if not desk.keeps(zone_id):
        return []
    today = held_on(desk.now)
    proposed = desk.proposed(zone_id)
    held_at = {"held_at": desk.now} if today in window else {}

    def record(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        desk.made(meeting_steps.record(work, zone_id, entry(values)))

    def plan(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        desk.made(meeting_steps.plan(work, zone_id, entry(values)))

    made = _held_form(desk, zone_id, {**proposed, **held_at})
    planned = _plan_form(desk, zone_id, proposed)
    return [
        Action(RECORD, "登记已开的会", "已登记会议，议题已列好", record, *made),
        Action(PLAN, "安排会议", "已安排会议，议题已列好", plan, *planned),
    ]


def of_meeting(desk: Desk, found: MeetingDetail, task: bytes | None) -> list[Action]:
    """What can be done with a meeting, what comes next first; ``task`` is to be finished."""
    meeting = found.meeting
    finish = _finish(desk, found, task)
    if not desk.keeps(meeting.zone_id):
        return finish
    if meeting.minutes_state == "signed":
        mine = meeting.signed_by == desk.cadre_id
        return [*finish, *([SEND_BACK] if mine else [])]
    if meeting.held_at is None:
        first = (_hold(desk, found), _topic(desk, found), RENEW)
        return [*first, *_corrections(found), _replan(desk, found), REMOVE]
    steps = [_minutes(desk, found), _resolve(desk, found)]
    if any(one.item.outcome for one in found.items) or not found.items:
        steps.reverse()
    if meeting.convener_id == desk.cadre_id:
        steps.insert(0 if found.resolutions else len(steps), SIGN)
    more = [_topic(desk, found), RENEW, *_corrections(found), _hold(desk, found, again=True)]
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
    names = ("held_at", *_WHAT, *WHO)
    chair = values.get("convener_id")
    named = {one for name in WHO for one in values.get(name) or ()}
    staff = desk.staff(zone_id, named)
    choices = {"convener_id": desk.leaders(zone_id, chair), **dict.fromkeys(WHO, staff)}
    return fields, names, choices, values


def _plan_form(desk: Desk, zone_id: bytes | None, values: Mapping[str, Any]) -> Form:
    fields = _required(Meeting.fields(), "planned_at")
    chosen = {name: value for name, value in values.items() if name not in WHO}
    chairs = desk.leaders(zone_id, values.get("convener_id"))
    return fields, ("planned_at", *_WHAT), {"convener_id": chairs}, chosen


def _hold(desk: Desk, found: MeetingDetail, *, again: bool = False) -> Action:
    meeting = found.meeting
    values: dict[str, Any] = {name: getattr(meeting, name) for name in _WHAT}
    if again:
        values |= {name: getattr(meeting, name) for name in ("held_at", *WHO)}
    else:
        planned = meeting.planned_at
        values["held_at"] = planned if planned and planned < desk.now else desk.now
        values["attending"] = tuple(one.value for one in desk.staff(meeting.zone_id))
    return Action(
        "hold",
        "改开会情况" if again else "登记开会",
        "已登记开会情况",
        lambda work, one, given: meeting_steps.hold(work, one, entry(given)),
        *_held_form(desk, meeting.zone_id, values),
    )


def _replan(desk: Desk, found: MeetingDetail) -> Action:
    meeting = found.meeting
    values = {name: getattr(meeting, name) for name in ("planned_at", *_WHAT)}
    return Action(
        "replan",
        "改时间地点",
        "已改会议安排",
        lambda work, one, given: meeting_steps.replan(work, one, entry(given)),
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
        {"reporter_id": desk.staff(found.meeting.zone_id)},
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
        named = (item.topic or "").partition("（编号")[0]  # the number is in the panel below
        topic = f"{number}．{_short(named, 14)}"
        fields[said] = replace(AgendaItem.field("outcome"), label=topic)
        values[said] = item.outcome or agenda.suggested(desk.session, item, today) or None
        names.append(said)
        if item.about_zone_id is not None:
            fields[level] = AgendaItem.field("level")
            values[level] = item.level or agenda.suggested_level(desk.session, item, today)
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
        {"owner_id": desk.staff(found.meeting.zone_id)},
        {"due_on": held + timedelta(days=settings_of(desk.session).resolution_days)},
    )


def _finish(desk: Desk, found: MeetingDetail, task: bytes | None) -> list[Action]:
    """For the unfinished resolutions of this meeting and of those before it."""
    both = (*found.resolutions, *found.carried)
    still = [one for one in both if one.state == "open" and desk.finishes(one)]
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


def _take_away(
    key: str,
    text: str,
    field: Field,
    those: Sequence[Choice],
    gone: Callable[[UnitOfWork, bytes, bytes | None], None],
    back: Callable[[UnitOfWork, bytes], None],
) -> list[Action]:
    """A step that deletes one of a list, and can be taken back."""
    if not those:
        return []
    taken: list[bytes] = []

    def run(work: UnitOfWork, meeting: bytes, given: Mapping[str, Any]) -> None:
        gone(work, meeting, given["one"])
        taken.append(given["one"])

    def undo(work: UnitOfWork, _: bytes) -> None:
        back(work, taken[-1])

    asked = {"one": replace(field, required=True)}
    return [Action(key, text, f"已{text}", run, asked, ("one",), {"one": those}, undo=undo)]


def _corrections(found: MeetingDetail) -> list[Action]:
    """What was written down wrongly is taken away and written anew, until the signature."""
    items = [Choice(one.item.id, _short(one.item.topic)) for one in found.items]
    tasks = [Choice(one.id, _short(one.text)) for one in found.resolutions if one.state == "open"]
    return [
        *_take_away(
            "drop_topic",
            "去掉议题",
            replace(AgendaItem.field("resolution_id"), label="议题"),
            items,
            meeting_steps.drop_topic,
            meeting_steps.bring_topic_back,
        ),
        *_take_away(
            "withdraw",
            "撤销议定事项",
            replace(AgendaItem.field("resolution_id"), label="议定事项"),
            tasks,
            resolutions.withdraw,
            resolutions.bring_back,
        ),
    ]


def _required(fields: Mapping[str, Field], *names: str) -> dict[str, Field]:
    """These fields as a form asks for them: what a record may lack, this step may not."""
    asked = {name: replace(fields[name], required=True) for name in names}
    return {**fields, **asked}


def _short(text: str | None, most: int = 40) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
