"""The agenda of a meeting, built from what is open: resolutions, situations, needs, zones.

What an item says about a need leaves its text out: that is restricted, an agenda is not. Where
the need itself lies on the laptop, its text is shown beside the item (``sources``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from township.records import (
    AgendaItem,
    Cadre,
    Dispute,
    Group,
    Household,
    Meeting,
    Need,
    Resolution,
    Situation,
    Task,
)
from township.rules import needs as need_rules
from township.rules.disputes import LEVELS
from township.rules.tasks import OPEN
from township.usecases.dispute_list import Owners, ZoneDisputes, open_by_zone, standing_of
from township.usecases.needs import UNANSWERED, due_day
from township.usecases.township_settings import settings_of
from township.usecases.zones import all_zones

_MOST = 80
"""So many characters of another record's text go into a topic."""
_URGENT = case((Situation.level == "emergency", 0), (Situation.level == "abnormal", 1), else_=2)


@dataclass(frozen=True)
class Proposed:
    """An item to be: its topic and what it points to."""

    topic: str
    need_id: bytes | None = None
    situation_id: bytes | None = None
    resolution_id: bytes | None = None
    dispute_id: bytes | None = None
    task_id: bytes | None = None
    about_zone_id: bytes | None = None
    reporter_id: bytes | None = None


def proposal(session: Session, zone_id: bytes | None, today: date) -> list[Proposed]:
    """What a regular meeting of a zone, or of the township (None), has to talk about.

    Unfinished resolutions and open disputes come back until they are done. A need, situation or
    task comes once, and again while it is urgent. The township reviews all zones, one line each.
    """
    found = list(_resolutions(session, zone_id))
    if zone_id is None:
        return [*found, *_reviews(session, today)]
    return [
        *found,
        *_disputes(session, zone_id, today),
        *_situations(session, zone_id),
        *_needs(session, zone_id, today),
        *_tasks(session, zone_id, today),
    ]


def lacking(session: Session, meeting: Meeting, today: date) -> list[Proposed]:
    """What of the proposal is not on a meeting's agenda yet."""
    there = session.execute(
        select(
            AgendaItem.need_id,
            AgendaItem.situation_id,
            AgendaItem.resolution_id,
            AgendaItem.dispute_id,
            AgendaItem.task_id,
            AgendaItem.about_zone_id,
        ).where(AgendaItem.meeting_id == meeting.id, AgendaItem.deleted_at.is_(None))
    )
    known = {one for row in there for one in row if one is not None}
    return [one for one in proposal(session, meeting.zone_id, today) if not _points(one) & known]


def add(session: Session, meeting: Meeting, proposed: Sequence[Proposed]) -> list[AgendaItem]:
    """Items at the end of a meeting's agenda, not yet in the session."""
    last = session.scalar(
        select(func.max(AgendaItem.position)).where(AgendaItem.meeting_id == meeting.id)
    )
    return [
        AgendaItem(zone_id=meeting.zone_id, meeting_id=meeting.id, position=at, **vars(one))
        for at, one in enumerate(proposed, (last or 0) + 1)
    ]


def _points(one: Proposed) -> set[bytes]:
    beside = (one.dispute_id, one.task_id, one.about_zone_id)
    ids = (one.need_id, one.situation_id, one.resolution_id, *beside)
    return {found for found in ids if found is not None}


def unfinished(zone_id: bytes | None) -> ColumnElement[bool]:
    """Open resolutions of a zone, or of the township."""
    place = Resolution.zone_id.is_(None) if zone_id is None else Resolution.zone_id == zone_id
    return and_(place, Resolution.deleted_at.is_(None), Resolution.state == "open")


def _resolutions(session: Session, zone_id: bytes | None) -> Iterator[Proposed]:
    rows = session.execute(
        select(Resolution.id, Resolution.text, Resolution.due_on, Resolution.owner_id, Cadre.name)
        .join(Meeting, Meeting.id == Resolution.meeting_id)
        .outerjoin(Cadre, Cadre.id == Resolution.owner_id)
        .where(unfinished(zone_id), Meeting.deleted_at.is_(None))
        .order_by(Resolution.due_on, Resolution.id)
    )
    for one, text, due, owner, name in rows:
        until = f"，{due.month}月{due.day}日前" if due else ""
        topic = f"上次议定事项：{_short(text)}（{name or '待定'}{until}）"
        yield Proposed(topic, resolution_id=one, reporter_id=owner)


def _situations(session: Session, zone_id: bytes) -> Iterator[Proposed]:
    urgent = Situation.level.in_(("abnormal", "emergency"))
    found = session.scalars(
        select(Situation)
        .where(
            Situation.zone_id == zone_id,
            Situation.deleted_at.is_(None),
            Situation.closed_at.is_(None),
            or_(urgent, Situation.id.not_in(_discussed(zone_id, AgendaItem.situation_id))),
        )
        .order_by(_URGENT, Situation.reported_at, Situation.id)
    )
    for one in found:
        topic = f"{one.shown('situation_kind')}：{_short(one.summary)}"
        yield Proposed(topic, situation_id=one.id, reporter_id=one.reported_by)


def _needs(session: Session, zone_id: bytes, today: date) -> Iterator[Proposed]:
    settings = settings_of(session)
    near, day = today + timedelta(days=settings.due_soon_days), due_day(settings)
    discussed = _discussed(zone_id, AgendaItem.need_id)
    rows = session.execute(
        select(Need, Group.name)
        .outerjoin(Household, Household.id == Need.household_id)
        .outerjoin(Group, Group.id == Household.group_id)
        .where(Need.zone_id == zone_id, UNANSWERED, or_(near >= day, Need.id.not_in(discussed)))
        .order_by(day, Need.no)
    )
    for need, group in rows:
        topic = f"诉求〔{need.shown('topic')}〕{group or ''}（编号 {need.no or ''}）"
        yield Proposed(topic, need_id=need.id, reporter_id=need.owner_point)


def _disputes(session: Session, zone_id: bytes, today: date) -> Iterator[Proposed]:
    found = session.scalars(
        select(Dispute).where(
            Dispute.zone_id == zone_id, Dispute.deleted_at.is_(None), Dispute.state == OPEN
        )
    )
    levels = [(standing_of(session, one, today).level, one) for one in found]
    levels.sort(key=lambda pair: (-LEVELS.index(pair[0]), pair[1].no or ""))
    for level, one in levels:
        label = Dispute.field("level").show(level)
        topic = f"矛盾纠纷〔{one.shown('dispute_type')}·{label}〕（编号 {one.no or ''}）"
        reporter = next(iter(one.mediators or ()), one.created_by)
        yield Proposed(topic, dispute_id=one.id, reporter_id=reporter)


def _tasks(session: Session, zone_id: bytes, today: date) -> Iterator[Proposed]:
    near = today + timedelta(days=settings_of(session).due_soon_days)
    discussed = _discussed(zone_id, AgendaItem.task_id)
    rows = session.execute(
        select(Task, Cadre.name)
        .outerjoin(Cadre, Cadre.id == Task.owner_id)
        .where(
            Task.zone_id == zone_id,
            Task.deleted_at.is_(None),
            Task.state == OPEN,
            or_(Task.due_on <= near, Task.id.not_in(discussed)),
        )
        .order_by(Task.due_on, Task.id)
    )
    for one, name in rows:
        topic = f"任务〔{one.shown('source')}〕（{name or '待定'}，{_day(one.due_on)}前）"
        yield Proposed(topic, task_id=one.id, reporter_id=one.owner_id)


def _discussed(
    zone_id: bytes, reference: InstrumentedAttribute[bytes | None]
) -> Select[bytes | None]:
    """What an earlier meeting of the zone said something to."""
    return (
        select(reference)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            AgendaItem.zone_id == zone_id,
            reference.is_not(None),
            AgendaItem.deleted_at.is_(None),
            AgendaItem.outcome.is_not(None),
            Meeting.held_at.is_not(None),
            Meeting.deleted_at.is_(None),
        )
    )


def _reviews(session: Session, today: date) -> Iterator[Proposed]:
    needs = _counts(session, Need.zone_id, UNANSWERED)
    overdue = _counts(
        session, Need.zone_id, and_(UNANSWERED, today > due_day(settings_of(session)))
    )
    open_ = and_(Situation.deleted_at.is_(None), Situation.closed_at.is_(None))
    situations = _counts(session, Situation.zone_id, open_)
    tasks = and_(Resolution.deleted_at.is_(None), Resolution.state == "open")
    resolutions = _counts(session, Resolution.zone_id, tasks)
    disputes = open_by_zone(session, today)
    for zone, name in all_zones(session):
        late, conflict = overdue.get(zone, 0), disputes.get(zone, ZoneDisputes())
        highest = f"（最高{AgendaItem.field('level').show(conflict.level)}）" * bool(conflict.count)
        topic = (
            f"{name}：未办结诉求 {needs.get(zone, 0)} 件{f'（超期 {late} 件）' if late else ''}，"
            f"未化解纠纷 {conflict.count} 件{highest}，"
            f"未办结五情 {situations.get(zone, 0)} 件，未完成议定事项 {resolutions.get(zone, 0)} 项"
        )
        yield Proposed(topic, about_zone_id=zone)


def _counts(
    session: Session, zone: InstrumentedAttribute[Any], where: ColumnElement[bool]
) -> dict[bytes, int]:
    rows = session.execute(select(zone, func.count()).where(where).group_by(zone))
    return {one: count for one, count in rows if one is not None}


def sources(session: Session, items: Sequence[AgendaItem]) -> dict[bytes, str]:
    """The restricted text behind each item, where its record lies on this laptop; by item."""
    found: dict[bytes, str] = {}
    texts = (
        ("need_id", Need.id, Need.text),
        ("dispute_id", Dispute.id, Dispute.summary),
        ("task_id", Task.id, Task.text),
    )
    for name, record, text in texts:
        wanted = {getattr(item, name): item.id for item in items if getattr(item, name)}
        rows = session.execute(select(record, text).where(record.in_(list(wanted))))
        found |= {wanted[one]: said or "" for one, said in rows}
    return found


def suggested_level(session: Session, item: AgendaItem, today: date) -> str | None:
    """The level of a zone under review: the highest of its open disputes; calm without any."""
    if item.about_zone_id is None:
        return None
    return open_by_zone(session, today).get(item.about_zone_id, ZoneDisputes()).level


def suggested(session: Session, item: AgendaItem, today: date) -> str:
    """What the minutes might say to an item, from what is known: to be corrected by hand."""
    if item.need_id and (need := session.get(Need, item.need_id)):
        terms = settings_of(session)
        due = need.due_on or need_rules.default_due(need.raised_on, need.need_class, terms)
        owner = _name(session, need.owner_point)
        if due < today:
            return f"已超期，由{owner}尽快办理并向群众反馈。"
        return f"由{owner}办理，{_day(due)}前办结并向群众反馈。"
    if item.situation_id and (found := session.get(Situation, item.situation_id)):
        if found.response:
            return f"处置情况：{found.response}"[:500]
        return f"由{_name(session, found.report_to)}负责处置，结果向报送人和群众反馈。"
    if item.dispute_id and (dispute := session.get(Dispute, item.dispute_id)):
        return _on_dispute(session, dispute, today)
    task: Task | Resolution | None = None
    if item.task_id:
        task = session.get(Task, item.task_id)
    elif item.resolution_id:
        task = session.get(Resolution, item.resolution_id)
    if task is None:
        return ""
    over = (today - task.due_on).days
    late = f"已超期 {over} 天，" if over > 0 else ""
    return f"{late}由{_name(session, task.owner_id)}继续办理，下次会议报告结果。"


def _on_dispute(session: Session, dispute: Dispute, today: date) -> str:
    now = standing_of(session, dispute, today)
    risen = f"已超期，升为{Dispute.field('level').show(now.level)}，" * bool(now.risen)
    owner = _name(session, Owners(session, today).of(dispute, now.level))
    return f"{risen}由{owner}牵头调处，{_day(now.due_on)}前化解。"


def _name(session: Session, cadre: bytes | None) -> str:
    found = session.get(Cadre, cadre) if cadre else None
    return found.name if found and found.name else "责任人"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _short(text: str | None) -> str:
    line = " ".join((text or "").split()).rstrip("。")
    return line if len(line) <= _MOST else line[: _MOST - 1] + "…"
