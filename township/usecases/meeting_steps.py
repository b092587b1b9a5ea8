"""民情联系会议: planning a meeting, writing down what was said and decided, signing it.

One page is enough: ``record`` makes a meeting with its attendance in one step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from township.codes import ROLE
from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import AgendaItem, Cadre, Meeting, Resolution
from township.rules import meetings as rules
from township.storage.work import UnitOfWork
from township.usecases import agenda
from township.usecases.meeting_people import OFFICES, leaders
from township.values import CHINA

SIGNED = "会议纪要已经签发，不能再改动。要更正请先由签发人退回。"


@dataclass(frozen=True)
class MeetingEntry:
    """What the form gives; ``held_at`` is empty while the meeting is only planned."""

    meeting_kind: str
    place: str
    convener_id: bytes | None
    planned_at: datetime | None = None
    held_at: datetime | None = None
    attending: tuple[bytes, ...] = ()
    on_leave: tuple[bytes, ...] = ()
    observing: tuple[bytes, ...] = ()


def plan(work: UnitOfWork, zone_id: bytes | None, entry: MeetingEntry) -> bytes:
    """Make a meeting of a zone, or of the township (None), with its agenda; returns its id.

    A regular meeting gets all that is open on its agenda, an ad hoc one only what is added.
    Raises InvalidInput or NotAllowed.
    """
    _may_keep(work, zone_id)
    _check(work, zone_id, entry)
    meeting = Meeting(
        zone_id=zone_id,
        level=rules.VILLAGE if zone_id else rules.TOWNSHIP,
        minutes_state="draft",
    )
    work.add(meeting)
    _fill(meeting, entry)
    if entry.meeting_kind == "regular":
        today = day_of(entry.held_at or work.clock())
        for item in agenda.add(
            work.session, meeting, agenda.proposal(work.session, zone_id, today)
        ):
            work.add(item)
    return meeting.id


def record(work: UnitOfWork, zone_id: bytes | None, entry: MeetingEntry) -> bytes:
    """Make a meeting that was held, with its attendance. Raises InvalidInput or NotAllowed."""
    _check_held(work, entry)
    return plan(work, zone_id, entry)


def hold(work: UnitOfWork, meeting_id: bytes, entry: MeetingEntry) -> None:
    """Write down that a planned meeting was held, or correct its attendance.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    meeting = _draft(work, meeting_id)
    _check(work, meeting.zone_id, entry)
    _check_held(work, entry)
    _fill(meeting, entry)


def replan(work: UnitOfWork, meeting_id: bytes, entry: MeetingEntry) -> None:
    """Another time or place. Raises NotFound, InvalidInput or NotAllowed."""
    meeting = _draft(work, meeting_id)
    _check(work, meeting.zone_id, entry)
    meeting.planned_at, meeting.place = entry.planned_at, entry.place
    meeting.meeting_kind, meeting.convener_id = entry.meeting_kind, entry.convener_id


def add_topic(
    work: UnitOfWork, meeting_id: bytes, topic: str, reporter: bytes | None = None
) -> None:
    """Put a topic on the agenda. Raises NotFound, InvalidInput or NotAllowed."""
    meeting = _draft(work, meeting_id)
    if not topic.strip():
        raise InvalidInput({"topic": "请写明议题"})
    proposed = agenda.Proposed(topic.strip(), reporter_id=reporter)
    for item in agenda.add(work.session, meeting, [proposed]):
        work.add(item)


def drop_topic(work: UnitOfWork, meeting_id: bytes, item_id: bytes | None) -> None:
    """Take an item off the agenda; what it points to comes on the next one if it is still open.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    meeting = _draft(work, meeting_id)
    if item_id is None:
        raise InvalidInput({"item_id": "请选择议题"})
    item = work.session.get(AgendaItem, item_id)
    if item is None or item.deleted_at is not None or item.meeting_id != meeting.id:
        raise NotFound("这项议题不在这次会议里，可能已被删除。")
    work.delete(item)


def bring_topic_back(work: UnitOfWork, item_id: bytes) -> None:
    """Undo ``drop_topic``. Raises NotFound."""
    item = work.session.get(AgendaItem, item_id)
    if item is None:
        raise NotFound("这项议题不在本机。")
    work.restore(item)


def renew_agenda(work: UnitOfWork, meeting_id: bytes) -> int:
    """Add what has come up since the agenda was made; returns how many items.

    Raises NotFound or NotAllowed.
    """
    meeting = _draft(work, meeting_id)
    items = agenda.add(
        work.session, meeting, agenda.lacking(work.session, meeting, day_of(work.clock()))
    )
    for item in items:
        work.add(item)
    return len(items)


def write_minutes(
    work: UnitOfWork,
    meeting_id: bytes,
    said: Mapping[bytes, tuple[str | None, str | None]],
    discussion: str | None,
) -> None:
    """What was said to each item (text and level), and otherwise.

    Raises NotFound or NotAllowed.
    """
    meeting = held_meeting(work, meeting_id)
    for item_id, (outcome, level) in said.items():
        item = work.session.get(AgendaItem, item_id)
        if item is None or item.deleted_at is not None or item.meeting_id != meeting.id:
            raise NotFound("有一项议题已被删除，请重新打开后再填。")
        item.outcome, item.level = outcome, level
    meeting.discussion = discussion


def sign(work: UnitOfWork, meeting_id: bytes) -> None:
    """Sign the minutes: nothing in them changes any more. Raises NotFound or NotAllowed."""
    meeting = _draft(work, meeting_id)
    if problem := rules.sign_problem(meeting.held_at, meeting.convener_id, work.author):
        raise NotAllowed(problem)
    meeting.minutes_state = "signed"
    meeting.signed_by, meeting.signed_at = work.author, work.clock()


def send_back(work: UnitOfWork, meeting_id: bytes) -> None:
    """Take the signature back, to correct the minutes. Raises NotFound or NotAllowed."""
    meeting = _meeting(work, meeting_id)
    if meeting.minutes_state != "signed":
        raise NotAllowed("会议纪要还没有签发，可以直接修改。")
    if meeting.signed_by != work.author:
        raise NotAllowed("会议纪要由签发人退回，请联系签发人。")
    meeting.minutes_state = "draft"
    meeting.signed_by, meeting.signed_at = None, None


def remove(work: UnitOfWork, meeting_id: bytes) -> None:
    """Delete a meeting that was entered by mistake, with its agenda.

    Raises NotFound, and NotAllowed once it is signed or has decided something.
    """
    meeting = _draft(work, meeting_id)
    decided = work.session.scalar(
        select(func.count()).where(
            Resolution.meeting_id == meeting.id, Resolution.deleted_at.is_(None)
        )
    )
    if decided:
        raise NotAllowed("这次会议已有议定事项，不能删除。")
    for item in _items(work, meeting.id):
        if item.deleted_at is None:
            work.delete(item)
    work.delete(meeting)


def bring_back(work: UnitOfWork, meeting_id: bytes) -> None:
    """Undo ``remove``. Raises NotFound."""
    meeting = work.session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound("这次会议不在本机。")
    for item in _items(work, meeting_id):
        if item.deleted_at == meeting.deleted_at:
            work.restore(item)
    work.restore(meeting)


def _items(work: UnitOfWork, meeting_id: bytes) -> list[AgendaItem]:
    return list(work.session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting_id)))


def _fill(meeting: Meeting, entry: MeetingEntry) -> None:
    meeting.meeting_kind, meeting.place = entry.meeting_kind, entry.place.strip()
    meeting.convener_id = entry.convener_id
    if entry.held_at is None:
        meeting.planned_at = entry.planned_at
        return
    meeting.held_at = entry.held_at
    chair = (entry.convener_id,) if entry.convener_id else ()
    there, away, guests = rules.attendance(
        (*chair, *entry.attending),
        (one for one in entry.on_leave if one not in chair),
        (one for one in entry.observing if one not in chair),
    )
    meeting.attending, meeting.on_leave, meeting.observing = there, away, guests


def _check(work: UnitOfWork, zone_id: bytes | None, entry: MeetingEntry) -> None:
    problems = {}
    if not entry.place.strip():
        problems["place"] = "请填写会议地点"
    if entry.held_at is None and entry.planned_at is None:
        problems["planned_at"] = "请填写计划时间"
    when = day_of(entry.held_at or entry.planned_at or work.clock())
    chosen = [one.id for one in leaders(work.session, zone_id, when)]
    if entry.convener_id is None or (chosen and entry.convener_id not in chosen):
        role = rules.MAIN_LEADER[rules.VILLAGE if zone_id else rules.TOWNSHIP]
        problems["convener_id"] = f"会议由主要负责人主持，请选择{ROLE.label(role)}"
    if problems:
        raise InvalidInput(problems)


def _check_held(work: UnitOfWork, entry: MeetingEntry) -> None:
    if entry.held_at is None:
        raise InvalidInput({"held_at": "请填写开会时间"})
    if entry.held_at > work.clock():
        raise InvalidInput({"held_at": "开会时间不能晚于现在；还没开的会请先安排"})
    if not entry.attending:
        raise InvalidInput({"attending": "请选择出席人员"})


def _meeting(work: UnitOfWork, meeting_id: bytes) -> Meeting:
    found = work.session.get(Meeting, meeting_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这次会议不在本机，可能已被删除。")
    _may_keep(work, found.zone_id)
    return found


def _draft(work: UnitOfWork, meeting_id: bytes) -> Meeting:
    found = _meeting(work, meeting_id)
    if found.minutes_state == "signed":
        raise NotAllowed(SIGNED)
    return found


def held_meeting(work: UnitOfWork, meeting_id: bytes) -> Meeting:
    """A meeting that was held and is not signed. Raises NotFound or NotAllowed."""
    found = _draft(work, meeting_id)
    if found.held_at is None:
        raise NotAllowed("请先登记开会情况，再记会议意见和议定事项。")
    return found


def roles_of(work: UnitOfWork) -> frozenset[str]:
    """The roles of the author."""
    cadre = work.session.get(Cadre, work.author)
    return frozenset(cadre.roles) if cadre else frozenset()


def _may_keep(work: UnitOfWork, zone_id: bytes | None) -> None:
    """A zone's meetings are kept by those who may write there, the township's by its offices."""
    if zone_id is None and not roles_of(work) & OFFICES:
        raise NotAllowed("全镇的会议由镇党政办、台账管理员或镇主要领导登记，请联系他们。")


def day_of(moment: datetime) -> date:
    """A moment's day in China."""
    return moment.astimezone(CHINA).date()
