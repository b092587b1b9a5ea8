"""会议 on 今日: windows without a meeting, planned meetings, minutes to sign, resolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.records import Cadre, Meeting, Resolution
from township.rules import meetings as rules
from township.rules.meetings import Standing, Window
from township.rules.settings import Settings
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.meeting_list import MISSING
from township.usecases.meeting_people import OFFICES, TOWNSHIP_ROLES
from township.usecases.meetings import begun, window_id
from township.usecases.zones import held_zones
from township.values import CHINA

AHEAD = 3
"""Planned meetings are shown so many days ahead."""
_NAMED = 3
"""So many villages are named in one line."""
SYSTEM = "会议"
_PAGE = "meetings"


@dataclass(frozen=True)
class _Me:
    id: bytes
    roles: frozenset[str]
    zones: tuple[tuple[bytes, str], ...]
    """Own zones that this laptop holds."""
    today: date
    settings: Settings

    @property
    def office(self) -> bool:
        return bool(self.roles & OFFICES)


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """What of the meetings waits for a cadre."""
    held = tuple(zone for zone in held_zones(session) if zone[0] in (asker.cadre.zones or ()))
    me = _Me(asker.cadre.id, asker.roles, held, asker.today, asker.settings)
    yield from _windows(session, me)
    yield from _planned(session, me, asker.now)
    yield from _to_sign(session, me)
    yield from _tasks(session, me)


def _windows(session: Session, me: _Me) -> Iterator[Due]:
    places = _Places(begun(session), _held(session, me.today))
    if me.office:
        yield from _of_place(me, places, None, "全镇", soon=True)
        yield from _villages(me, places)
        return
    for zone, name in me.zones if me.roles & {"VS", "LL"} else ():
        yield from _of_place(me, places, zone, name, soon="VS" in me.roles)


@dataclass(frozen=True)
class _Places:
    """Since when each place is in the program, and the days on which it met."""

    since: dict[bytes | None, date]
    held: dict[bytes | None, list[date]]

    def standing(self, me: _Me, zone: bytes | None, window: Window) -> Standing:
        start = self.since.get(zone)
        if start is not None and window.last < start:
            return Standing.WAITING
        return rules.standing(window, self.held.get(zone, ()), me.today, me.settings)


def _of_place(
    me: _Me, places: _Places, zone: bytes | None, name: str, *, soon: bool
) -> Iterator[Due]:
    """The last window, when nobody met in it, and this one, when its end is near."""
    told = {Standing.OVERDUE: "没有开会"} | ({Standing.SOON: "还没有开"} if soon else {})
    level = rules.VILLAGE if zone else rules.TOWNSHIP
    for window in reversed(list(rules.back_from(level, me.today, 2, me.settings))):
        standing = places.standing(me, zone, window)
        if standing in told:
            text = f"{name}{window.label}民情联系会议{told[standing]}"
            near = Urgency.OVERDUE if standing is Standing.OVERDUE else Urgency.SOON
            yield Due(SYSTEM, text, window.last, near, _PAGE, window_id(zone, window))


def _villages(me: _Me, places: _Places) -> Iterator[Due]:
    """For the offices one line about all villages that did not meet in the last window."""
    this = rules.window_of(rules.VILLAGE, me.today, me.settings)
    last = rules.before(this, me.settings)
    late = [name for zone, name in me.zones if places.standing(me, zone, last) is Standing.OVERDUE]
    if late:
        named = "、".join(late[:_NAMED]) + ("等" if len(late) > _NAMED else "")
        text = f"{last.label}有 {len(late)} 个村（社区）没有开会：{named}"
        yield Due(SYSTEM, text, last.last, Urgency.OVERDUE, _PAGE, MISSING)


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


def _planned(session: Session, me: _Me, now: datetime) -> Iterator[Due]:
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
        text = f"{name}民情联系会议，{one.place or ''}"
        text += "（请登记开会情况）" if at < now else ""
        yield Due(SYSTEM, text, rules.held_on(at), Urgency.SOON, _PAGE, one.id, at)


def _to_sign(session: Session, me: _Me) -> Iterator[Due]:
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
        if at is None:
            continue
        day = rules.held_on(at)
        text = f"{day.month}月{day.day}日的会议纪要待签发"
        yield Due(SYSTEM, text, None, Urgency.SOON, _PAGE, one)


def _tasks(session: Session, me: _Me) -> Iterator[Due]:
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
        over = -rules.days_left(task.due_on, me.today)
        mine = {"owner": task.owner_id == me.id, "convener": convener == me.id}
        mine["leader"] = task.zone_id in zones
        if not any(mine[who] for who in rules.resolution_reaches(over, me.settings)):
            continue
        who = "" if task.owner_id == me.id else f"（责任人 {owner or ''}）"
        near = (
            Urgency.SOON
            if rules.resolution_soon(task.due_on, me.today, me.settings)
            else Urgency.COMING
        )
        near = Urgency.OVERDUE if over > 0 else near
        yield Due(SYSTEM, f"{task.text}{who}", task.due_on, near, _PAGE, task.id)
