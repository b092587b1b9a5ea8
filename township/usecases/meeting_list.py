"""民情联系会议: the list by window, of the zones on this laptop and of the township."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.records import Meeting, Resolution
from township.rules import meetings as rules
from township.rules.meetings import Standing, Window
from township.rules.settings import Settings
from township.usecases.meetings import (
    WHOLE_TOWNSHIP,
    begun,
    state_of,
    waiting_text,
    window_id,
    window_of_meeting,
)
from township.usecases.paper_facts import cadre_names
from township.usecases.township_settings import settings_of
from township.usecases.zones import held_zones
from township.values import CHINA

NOW, MISSING, ALL = "now", "missing", "all"
"""Which windows a list shows: this one and the last, those without a meeting, a year's."""
_SHOWN = {NOW: (2, 2), MISSING: (24, 12), ALL: (24, 12)}
"""So many windows of a village and of the township."""
_LOOK_BACK = {NOW: 70, MISSING: 400, ALL: 400}
"""Days within which these windows begin."""


@dataclass(frozen=True)
class MeetingRow:
    """A meeting, or a window in which none was entered; then ``id`` is a ``window_id``."""

    id: bytes
    zone_id: bytes | None
    window: Window
    place: str
    kind: str
    at: datetime | None
    convener: str
    open: int
    total: int
    state: str
    standing: Standing


def meeting_rows(session: Session, which: str, now: datetime) -> list[MeetingRow]:
    """The windows of the zones on this laptop and of the township, the newest first.

    Windows that were over before a zone was entered are left out: nobody could have met.
    """
    today = now.astimezone(CHINA).date()
    since_of, settings = begun(session), settings_of(session)
    found = _by_place(session, today - timedelta(days=_LOOK_BACK[which]))
    counts = _counts(session)
    names = cadre_names(session)
    places: list[tuple[bytes | None, str]] = [(None, WHOLE_TOWNSHIP), *held_zones(session)]
    rows = []
    for at, (zone_id, name) in enumerate(places):
        since = since_of.get(zone_id)
        for window in _windows(zone_id, which, today, settings):
            if since is not None and window.last < since:
                continue
            made = _rows_of(found[zone_id], window, today, (zone_id, name), names, counts, settings)
            rows += [(window.first, -at, row) for row in made if _wanted(row, which)]
        if which != MISSING:
            rows += [
                (row.window.first, -at, row)
                for row in _ahead(found[zone_id], today, (zone_id, name), names, counts, settings)
            ]
    rows.sort(key=lambda row: row[:2], reverse=True)
    return [row for _, _, row in rows]


def _windows(
    zone_id: bytes | None, which: str, today: date, settings: Settings
) -> Iterable[Window]:
    village, township = _SHOWN[which]
    if zone_id is None:
        return rules.back_from(rules.TOWNSHIP, today, township, settings)
    return rules.back_from(rules.VILLAGE, today, village, settings)


def _wanted(row: MeetingRow, which: str) -> bool:
    return which != MISSING or row.standing in (Standing.SOON, Standing.OVERDUE)


def _rows_of(
    meetings: list[Meeting],
    window: Window,
    today: date,
    place: tuple[bytes | None, str],
    names: Mapping[bytes, str],
    counts: Mapping[bytes, tuple[int, int]],
    settings: Settings,
) -> list[MeetingRow]:
    """The meetings of a window, and a row for the window itself while none was held."""
    here = [one for one in meetings if window_of_meeting(one, today, settings) == window]
    days = [rules.held_on(one.held_at) for one in here if one.held_at]
    standing = rules.standing(window, days, today, settings)
    rows = [_row(one, window, place, names, counts, standing, today) for one in here]
    if standing is Standing.HELD or (rows and standing is Standing.WAITING):
        return rows
    empty = MeetingRow(
        id=window_id(place[0], window),
        zone_id=place[0],
        window=window,
        place=place[1],
        kind="",
        at=None,
        convener="",
        open=0,
        total=0,
        state=waiting_text(window, standing, today),
        standing=standing,
    )
    return [*rows, empty]


def _ahead(
    meetings: list[Meeting],
    today: date,
    place: tuple[bytes | None, str],
    names: Mapping[bytes, str],
    counts: Mapping[bytes, tuple[int, int]],
    settings: Settings,
) -> list[MeetingRow]:
    """Meetings that are planned for windows to come."""
    level = rules.VILLAGE if place[0] else rules.TOWNSHIP
    last = rules.window_of(level, today, settings).last
    return [
        _row(one, window, place, names, counts, Standing.WAITING, today)
        for one in meetings
        if (window := window_of_meeting(one, today, settings)).first > last
    ]


def _row(
    one: Meeting,
    window: Window,
    place: tuple[bytes | None, str],
    names: Mapping[bytes, str],
    counts: Mapping[bytes, tuple[int, int]],
    standing: Standing,
    today: date,
) -> MeetingRow:
    still, total = counts.get(one.id, (0, 0))
    return MeetingRow(
        id=one.id,
        zone_id=place[0],
        window=window,
        place=place[1],
        kind=one.shown("meeting_kind"),
        at=one.held_at or one.planned_at,
        convener=names.get(one.convener_id or b"") or "",
        open=still,
        total=total,
        state=state_of(one, today),
        standing=Standing.HELD if one.held_at else standing,
    )


def _by_place(session: Session, day: date) -> Mapping[bytes | None, list[Meeting]]:
    """The meetings from a day on, and those to come, the newest first."""
    since = datetime.combine(day, time(), CHINA)
    found: dict[bytes | None, list[Meeting]] = defaultdict(list)
    when = func.coalesce(Meeting.held_at, Meeting.planned_at)
    question = select(Meeting).where(Meeting.deleted_at.is_(None), when >= since)
    question = question.order_by(when.desc(), Meeting.id)
    for one in session.scalars(question):
        found[one.zone_id].append(one)
    return found


def _counts(session: Session) -> dict[bytes, tuple[int, int]]:
    """Open resolutions and all of them, by meeting."""
    rows = session.execute(
        select(
            Resolution.meeting_id,
            func.count().filter(Resolution.state == "open"),
            func.count(),
        )
        .where(Resolution.deleted_at.is_(None))
        .group_by(Resolution.meeting_id)
    )
    return {meeting: (still, total) for meeting, still, total in rows}
