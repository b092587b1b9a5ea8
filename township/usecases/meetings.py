"""民情联系会议: the list by window, and one meeting with its agenda and resolutions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from township.errors import NotFound
from township.records import AgendaItem, Meeting, Resolution, Zone
from township.rules import meetings as rules
from township.rules.meetings import Standing, Window
from township.rules.settings import Settings
from township.usecases import agenda
from township.usecases.paper_facts import cadre_names
from township.usecases.township_settings import settings_of, today_of

WHOLE_TOWNSHIP = "全镇"
_NOBODY = bytes(16)


@dataclass(frozen=True)
class Item:
    """An item of an agenda; ``source`` is the text of its need where the need is at hand."""

    item: AgendaItem
    source: str


@dataclass(frozen=True)
class MeetingDetail:
    """One meeting; ``carried`` are the unfinished resolutions of the meetings before it."""

    meeting: Meeting
    window: Window
    place: str
    items: tuple[Item, ...]
    resolutions: tuple[Resolution, ...]
    carried: tuple[Resolution, ...]
    names: Mapping[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"") or ""

    def those(self, cadres: Iterable[bytes]) -> str:
        """Several names in the order of the list."""
        return "、".join(filter(None, map(self.name, cadres)))


def window_id(zone_id: bytes | None, window: Window) -> bytes:
    """What stands for a window of a zone, or of the township, in which nobody has met."""
    return (zone_id or _NOBODY) + window.first.isoformat().encode()


def read_window_id(one: bytes, settings: Settings) -> tuple[bytes | None, Window] | None:
    """Zone and window behind a ``window_id``; None for the id of a record."""
    if len(one) == len(_NOBODY):
        return None
    zone_id = one[:16] if one[:16] != _NOBODY else None
    level = rules.VILLAGE if zone_id else rules.TOWNSHIP
    return zone_id, rules.window_of(level, date.fromisoformat(one[16:].decode()), settings)


def meeting_detail(session: Session, meeting_id: bytes) -> MeetingDetail:
    """One meeting. Raises NotFound."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.deleted_at is not None:
        raise NotFound("这次会议不在本机，可能已被删除。")
    items = list(
        session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting_id, AgendaItem.deleted_at.is_(None))
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )
    texts = agenda.sources(session, items)
    own = and_(Resolution.meeting_id == meeting_id, Resolution.deleted_at.is_(None))
    by_due = select(Resolution).order_by(Resolution.due_on, Resolution.id)
    earlier = by_due.join(Meeting, Meeting.id == Resolution.meeting_id)
    return MeetingDetail(
        meeting=meeting,
        window=window_of_meeting(meeting, today_of(session), settings_of(session)),
        place=place_name(session, meeting.zone_id),
        items=tuple(Item(item, texts.get(item.id, "")) for item in items),
        resolutions=tuple(session.scalars(by_due.where(own))),
        carried=tuple(session.scalars(earlier.where(_carried(meeting)))),
        names=cadre_names(session),
    )


def _carried(meeting: Meeting) -> ColumnElement[bool]:
    """What earlier meetings of the place decided and was not done on the day of this one, so
    that signed minutes say the same whenever they are printed."""
    zone = meeting.zone_id
    place = Resolution.zone_id.is_(None) if zone is None else Resolution.zone_id == zone
    still = Resolution.state == "open"
    if meeting.held_at is not None:
        still = or_(still, Resolution.closed_on > rules.held_on(meeting.held_at))
    before = Meeting.held_at < meeting.held_at if meeting.held_at else true()
    return and_(
        place,
        still,
        before,
        Resolution.deleted_at.is_(None),
        Resolution.meeting_id != meeting.id,
        Meeting.deleted_at.is_(None),
    )


def meeting_of(session: Session, record: bytes) -> bytes:
    """The meeting that decided a resolution; the id itself when it is none."""
    found = session.scalar(select(Resolution.meeting_id).where(Resolution.id == record))
    return found or record


def state_of(meeting: Meeting, today: date) -> str:
    """How far a meeting is, in plain words."""
    if meeting.held_at is not None:
        signed = meeting.minutes_state == "signed"
        return "已召开，已签发" if signed else "已召开，待签发"
    planned = meeting.planned_at
    if planned is not None and rules.held_on(planned) < today:
        return "已安排，待登记"
    return "已安排"


def waiting_text(window: Window, standing: Standing, today: date) -> str:
    """How it stands with a window without a meeting, in plain words."""
    if standing is Standing.OVERDUE:
        return "超期没有开会"
    left = (window.last - today).days
    until = f"{window.last.month}月{window.last.day}日前要开"
    if standing is Standing.SOON:
        return until if left else "今天是最后一天"
    return until


def window_of_meeting(meeting: Meeting, today: date, settings: Settings) -> Window:
    """The window that a meeting counts for, or is planned in; without a time today's."""
    at = meeting.held_at or meeting.planned_at
    day = rules.held_on(at) if at else today
    return rules.window_of(meeting.level or rules.VILLAGE, day, settings)


def begun(session: Session) -> dict[bytes | None, date]:
    """Since when each zone, and the township (None), is in the program; unknown ones left out."""
    rows = session.execute(select(Zone.id, Zone.created_at))
    found: dict[bytes | None, date] = {zone: rules.held_on(at) for zone, at in rows if at}
    if found:
        found[None] = min(found.values())
    return found


def place_name(session: Session, zone_id: bytes | None) -> str:
    """The name of a zone, or 全镇."""
    zone = session.get(Zone, zone_id) if zone_id else None
    return (zone.name or "") if zone else WHOLE_TOWNSHIP
