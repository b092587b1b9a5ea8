"""What of the meetings waits for one cadre: windows, planned meetings, minutes, tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.records import Cadre, Meeting, Resolution
from township.rules import meetings as rules
from township.rules.meetings import Standing, Window
from township.usecases.meeting_list import MISSING
from township.usecases.meeting_people import OFFICES, TOWNSHIP_ROLES
from township.usecases.meetings import begun, waiting_text, window_id
from township.usecases.zones import held_zones
from township.values import CHINA, local_text

AHEAD = 3
"""Planned meetings are shown so many days ahead."""
_NAMED = 3
"""So many villages are named in one line."""


@dataclass(frozen=True)
class Duty:
    """One line of 今日: its text, whether it is late, and what to show on the page of meetings."""

    text: str
    late: bool
    target: bytes | str


@dataclass(frozen=True)
class _Me:
    id: bytes
    roles: frozenset[str]
    zones: tuple[tuple[bytes, str], ...]
    """Own zones that this laptop holds."""

    @property
    def office(self) -> bool:
        return bool(self.roles & OFFICES)


def duties(session: Session, cadre_id: bytes, now: datetime) -> tuple[Duty, ...]:
    """What waits for a cadre, the late first; ``now`` needs a time zone."""
    cadre = session.get(Cadre, cadre_id)
    if cadre is None:
        return ()
    mine = tuple(zone for zone in held_zones(session) if zone[0] in cadre.zones)
    me = _Me(cadre_id, frozenset(cadre.roles), mine)
    today = now.astimezone(CHINA).date()
    found = [
        *_windows(session, me, today),
        *_planned(session, me, now),
        *_to_sign(session, me),
        *_tasks(session, me, today),
    ]
    return tuple(sorted(found, key=lambda duty: not duty.late))


def _windows(session: Session, me: _Me, today: date) -> Iterator[Duty]:
    since = begun(session)
    held = _held(session, today)
    if me.office:
        yield from _of_place(None, "全镇", rules.TOWNSHIP, held, since, today, soon=True)
        yield from _villages(me, held, since, today)
        return
    for zone, name in me.zones if me.roles & {"VS", "LL"} else ():
        soon = "VS" in me.roles
        yield from _of_place(zone, name, rules.VILLAGE, held, since, today, soon=soon)


def _of_place(
    zone: bytes | None,
    name: str,
    level: str,
    held: dict[bytes | None, list[date]],
    since: dict[bytes | None, date],
    today: date,
    *,
    soon: bool,
) -> Iterator[Duty]:
    """The last window, when nobody met in it, and this one, when its end is near."""
    shown = {Standing.OVERDUE} | ({Standing.SOON} if soon else set())
    for window in reversed(list(rules.back_from(level, today, 2))):
        standing = _standing(zone, window, held, since, today)
        if standing in shown:
            state = waiting_text(window, standing, today)
            text = f"{name}{window.label}民情联系会议：{state}"
            yield Duty(text, standing is Standing.OVERDUE, window_id(zone, window))


def _villages(
    me: _Me,
    held: dict[bytes | None, list[date]],
    since: dict[bytes | None, date],
    today: date,
) -> Iterator[Duty]:
    """For the offices one line about all villages that did not meet in the last window."""
    last = rules.before(rules.window_of(rules.VILLAGE, today))
    late = [
        name
        for zone, name in me.zones
        if _standing(zone, last, held, since, today) is Standing.OVERDUE
    ]
    if late:
        named = "、".join(late[:_NAMED]) + ("等" if len(late) > _NAMED else "")
        yield Duty(f"{last.label}有 {len(late)} 个村（社区）没有开会：{named}", True, MISSING)


def _standing(
    zone: bytes | None,
    window: Window,
    held: dict[bytes | None, list[date]],
    since: dict[bytes | None, date],
    today: date,
) -> Standing:
    start = since.get(zone)
    if start is not None and window.last < start:
        return Standing.WAITING
    return rules.standing(window, held.get(zone, ()), today)


def _held(session: Session, today: date) -> dict[bytes | None, list[date]]:
    """Days of meetings by zone, in the windows that are looked at."""
    first = datetime.combine(today - timedelta(days=70), datetime.min.time(), CHINA)
    rows = session.execute(
        select(Meeting.zone_id, Meeting.held_at).where(
            Meeting.deleted_at.is_(None), Meeting.held_at >= first
        )
    )
    found: dict[bytes | None, list[date]] = {}
    for zone, at in rows:
        if at is not None:
            found.setdefault(zone, []).append(rules.held_on(at))
    return found


def _planned(session: Session, me: _Me, now: datetime) -> Iterator[Duty]:
    """Meetings of the next days, and those that should have been and were not written down."""
    places = [Meeting.zone_id == zone for zone, _ in me.zones] if not me.office else []
    if me.roles & set(TOWNSHIP_ROLES):
        places.append(Meeting.zone_id.is_(None))
    if not places:
        return
    names = dict(me.zones)
    found = session.scalars(
        select(Meeting)
        .where(
            or_(*places),
            Meeting.deleted_at.is_(None),
            Meeting.held_at.is_(None),
            Meeting.planned_at.between(now - timedelta(days=14), now + timedelta(days=AHEAD)),
        )
        .order_by(Meeting.planned_at)
    )
    for one in found:
        name = names.get(one.zone_id or b"", "全镇")
        at = one.planned_at or now
        text = f"{local_text(at)}　{name}民情联系会议，{one.place or ''}"
        yield Duty(f"{text}（请登记开会情况）" if at < now else text, False, one.id)


def _to_sign(session: Session, me: _Me) -> Iterator[Duty]:
    rows = session.execute(
        select(Meeting.id, Meeting.held_at)
        .where(
            Meeting.convener_id == me.id,
            Meeting.deleted_at.is_(None),
            Meeting.held_at.is_not(None),
            Meeting.minutes_state == "draft",
        )
        .order_by(Meeting.held_at)
    )
    for one, at in rows:
        if at is not None:
            yield Duty(f"{rules.held_on(at)}　会议纪要待签发", False, one)


def _tasks(session: Session, me: _Me, today: date) -> Iterator[Duty]:
    """Open resolutions: the owner sees all of his, convener and linked leader the late ones."""
    zones = [zone for zone, _ in me.zones] if "LL" in me.roles else []
    rows = session.execute(
        select(Resolution, Meeting.convener_id, Cadre.name)
        .join(Meeting, Meeting.id == Resolution.meeting_id)
        .outerjoin(Cadre, Cadre.id == Resolution.owner_id)
        .where(
            Resolution.deleted_at.is_(None),
            Resolution.state == "open",
            or_(
                Resolution.owner_id == me.id,
                Meeting.convener_id == me.id,
                Resolution.zone_id.in_(zones),
            ),
        )
        .order_by(Resolution.due_on, Resolution.id)
    )
    for task, convener, owner in rows:
        over = -rules.days_left(task.due_on, today)
        mine = {"owner": task.owner_id == me.id, "convener": convener == me.id}
        mine["leader"] = task.zone_id in zones
        if not any(mine[who] for who in rules.resolution_reaches(over)):
            continue
        who = "" if task.owner_id == me.id else f"（责任人 {owner or ''}）"
        late = f"超期 {over} 天" if over > 0 else ""
        soon = "快到期" if rules.resolution_soon(task.due_on, today) else ""
        state = " · ".join(filter(None, (str(task.due_on), late or soon)))
        yield Duty(f"{state}　{task.text}{who}", over > 0, task.id)
