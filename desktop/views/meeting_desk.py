"""What the steps of meetings work with: who is at work, who takes part, what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.widgets.choice import Choice
from township.records import Cadre, Meeting, Resolution
from township.rules.meetings import held_on
from township.rules.permissions import Act, may
from township.usecases import resolutions
from township.usecases.meeting_people import OFFICES, Attendee, leaders, people
from township.usecases.meeting_steps import MeetingEntry

WHO = ("attending", "on_leave", "observing")
_PLACES = {True: "村委会会议室", False: "镇政府会议室"}


@dataclass(frozen=True)
class Desk:
    """Who works when; ``made`` is told of a meeting that a step has made."""

    session: Session
    cadre_id: bytes
    now: datetime
    made: Callable[[bytes], None]

    def keeps(self, zone_id: bytes | None) -> bool:
        """May this person keep the meetings of a zone, or of the township (None)?"""
        roles = self._roles()
        return may(roles, Act.CREATE, "meeting") and bool(zone_id or roles & OFFICES)

    def finishes(self, task: Resolution) -> bool:
        """May this person say that a task is done?"""
        meeting = self.session.get(Meeting, task.meeting_id)
        convener = meeting.convener_id if meeting else None
        return resolutions.may_finish(task, convener, self.cadre_id, self._roles())

    def _roles(self) -> frozenset[str]:
        cadre = self.session.get(Cadre, self.cadre_id)
        return frozenset(cadre.roles) if cadre else frozenset()

    def proposed(self, zone_id: bytes | None) -> dict[str, Any]:
        """As last time, with the main leader in the chair and everybody there."""
        where = Meeting.zone_id.is_(None) if zone_id is None else Meeting.zone_id == zone_id
        last = self.session.scalar(
            select(Meeting.place)
            .where(where, Meeting.deleted_at.is_(None))
            .order_by(Meeting.held_at.desc(), Meeting.id.desc())
            .limit(1)
        )
        chairs = self.leaders(zone_id)
        mine = [one.value for one in chairs if one.value == self.cadre_id]
        return {
            "meeting_kind": "regular",
            "place": last or _PLACES[zone_id is not None],
            "convener_id": next(iter(mine or (one.value for one in chairs)), None),
            "attending": tuple(one.value for one in self.staff(zone_id)),
        }

    def staff(self, zone_id: bytes | None, named: Collection[bytes] = ()) -> list[Choice]:
        """Who may be there, as the lists of a form name them; also whoever is ``named`` in the
        meeting and has left since."""
        found = people(self.session, zone_id, held_on(self.now))
        return self._choices(found, named)

    def leaders(self, zone_id: bytes | None, chair: bytes | None = None) -> list[Choice]:
        """Who may be in the chair; everybody where no main leader is known."""
        on = held_on(self.now)
        found = leaders(self.session, zone_id, on) or people(self.session, zone_id, on)
        return self._choices(found, (chair,) if chair else ())

    def _choices(self, found: Sequence[Attendee], named: Collection[bytes]) -> list[Choice]:
        here = {one.id for one in found}
        gone = (self.session.get(Cadre, one) for one in named if one not in here)
        return [
            *(Choice(one.id, one.label) for one in found),
            *(Choice(one.id, one.name or "") for one in gone if one is not None),
        ]


def entry(given: Mapping[str, Any]) -> MeetingEntry:
    """A form's values as the use-cases take them."""
    return MeetingEntry(
        meeting_kind=given["meeting_kind"] or "",
        place=given["place"] or "",
        convener_id=given["convener_id"],
        planned_at=given.get("planned_at"),
        held_at=given.get("held_at"),
        **{name: given.get(name) or () for name in WHO},
    )
