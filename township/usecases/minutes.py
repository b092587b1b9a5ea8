"""会议纪要: what the minutes of a meeting say, half written by what is recorded already."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from township.documents import Minutes, MinutesItem, MinutesResolution
from township.errors import NotAllowed
from township.records import Resolution
from township.usecases.meeting_people import people
from township.usecases.meetings import MeetingDetail, meeting_detail
from township.usecases.paper_facts import township_name
from township.values import CHINA


def minutes(session: Session, meeting_id: bytes) -> Minutes:
    """The minutes of one meeting. Raises NotFound, and NotAllowed before it was held."""
    found = meeting_detail(session, meeting_id)
    meeting = found.meeting
    if meeting.held_at is None:
        raise NotAllowed("会议还没有登记召开，没有纪要可打印。请先登记开会情况。")
    held = meeting.held_at.astimezone(CHINA)
    signed = meeting.signed_at.astimezone(CHINA).date() if meeting.signed_at else None
    return Minutes(
        township=township_name(session),
        zone=found.place if meeting.zone_id else "",
        window=found.window.label,
        kind=meeting.shown("meeting_kind"),
        held_at=held,
        place=meeting.place or "",
        convener=found.name(meeting.convener_id),
        recorder=found.name(meeting.created_by),
        attending=_named(session, found, meeting.attending),
        on_leave=_named(session, found, meeting.on_leave),
        observing=_named(session, found, meeting.observing),
        items=tuple(
            MinutesItem(one.item.topic or "", one.item.outcome or "", one.item.shown("level"))
            for one in found.items
        ),
        discussion=meeting.discussion or "",
        resolutions=_decided(found, found.resolutions),
        carried=_decided(found, found.carried),
        signed_by=found.name(meeting.signed_by),
        signed_on=signed,
    )


def _named(session: Session, found: MeetingDetail, cadres: Iterable[bytes]) -> tuple[str, ...]:
    """Names in the order of rank: a stored list of references has the order of the ids."""
    held = found.meeting.held_at
    chosen = set(cadres)
    if held is None or not chosen:
        return ()
    on = held.astimezone(CHINA).date()
    ranked = [one.id for one in people(session, found.meeting.zone_id, on) if one.id in chosen]
    others = sorted(chosen - set(ranked))
    return tuple(filter(None, map(found.name, [*ranked, *others])))


def _decided(
    found: MeetingDetail, resolutions: Iterable[Resolution]
) -> tuple[MinutesResolution, ...]:
    return tuple(
        MinutesResolution(one.text or "", found.name(one.owner_id), one.due_on, one.shown("state"))
        for one in resolutions
    )
