"""What comes of a situation: a need or a dispute, and the list of those moved out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Dispute, Evacuee, Group, Household, Need, Situation, new_id
from township.rules import disputes as dispute_rules
from township.rules import needs as need_rules
from township.storage.work import UnitOfWork
from township.usecases import disputes, situation_clock
from township.usecases.came_of import check_new
from township.usecases.disputes import DisputeEntry
from township.usecases.given_numbers import given
from township.usecases.situation_routing import responsible
from township.usecases.situations import situation_of
from township.usecases.township_settings import settings_of
from township.values import CHINA


def to_need(work: UnitOfWork, situation_id: bytes, topic: str, text: str) -> bytes:
    """A need that came of a situation; returns its id, uncommitted.

    Raises NotFound, or NotAllowed when it is one already.
    """
    found = situation_of(work.session, situation_id)
    check_new(work.session, found.id, Need)
    on = situation_clock.now(work).astimezone(CHINA).date()
    made = Need(
        id=new_id(),
        zone_id=found.zone_id,
        household_id=found.household_id,
        situation_id=found.id,
        no=given(work, Need, on.year)[0],
        raised_on=on,
        channel="other",
        text=text,
        topic=topic,
        owner_point=work.author,
        owner_line=responsible(work.session, found.zone_id, "LL", on),
        due_on=need_rules.default_due(on, None),
        state="new",
    )
    work.add(made)
    return made.id


def to_dispute(work: UnitOfWork, situation_id: bytes, entry: DisputeEntry) -> bytes:
    """A dispute that came of a situation, found on the day when that was; returns its id,
    uncommitted.

    Raises NotFound, InvalidInput, or NotAllowed when it is one already.
    """
    found = situation_of(work.session, situation_id)
    check_new(work.session, found.id, Dispute)
    today = work.today()
    on = min(found.found_at.astimezone(CHINA).date(), today) if found.found_at else today
    return disputes.record(
        work, found.zone_id, entry, on, visit_id=found.visit_id, situation_id=found.id
    )


def dispute_start(session: Session, found: Situation) -> dict[str, Any]:
    """What the form of its dispute begins with: nothing is typed twice."""
    at = session.get(Group, found.group_id) if found.group_id else None
    group, place = (at.name if at else "") or "", found.place or ""
    whole = place if place.startswith(group) else f"{group}{place}"
    longest = Dispute.field("place").max_length or len(whole)
    people = max(found.persons_affected or 0, 2)
    by = "police" if found.situation_kind == "police" else "visit" if found.visit_id else "other"
    return {
        "summary": found.summary,
        "place": (whole if len(whole) <= longest else place) or None,
        "found_by": by,
        "home_id": found.household_id,
        "dispute_type": None,
        "people_count": people,
        "level": dispute_rules.proposed(people, settings_of(session)),
        "nature": "mediation",
        "party_kind": "person",
    }


@dataclass(frozen=True)
class Moved:
    """One line of the list of a 灾情."""

    id: bytes
    who: str
    persons: int
    text: str
    back: bool


@dataclass(frozen=True)
class Evacuation:
    """Those moved out of danger, and until which day their list is kept (None: still open)."""

    moved: tuple[Moved, ...]
    kept_until: date | None

    def in_words(self) -> str:
        """How many households and people, and how many of them are back; empty without any."""
        if not self.moved:
            return ""
        people, back = sum(m.persons for m in self.moved), [m for m in self.moved if m.back]
        text = f"转移 {len(self.moved)} 户 {people} 人"
        if back:
            text += f"，已返回 {len(back)} 户 {sum(m.persons for m in back)} 人"
        return text


def evacuation(session: Session, found: Situation) -> Evacuation:
    """The list of a situation."""
    rows = session.execute(
        select(Evacuee, Household.no)
        .outerjoin(Household, Household.id == Evacuee.home_id)
        .where(Evacuee.situation_id == found.id, Evacuee.deleted_at.is_(None))
        .order_by(Evacuee.moved_at, Evacuee.id)
    ).all()
    until = None
    if found.closed_at is not None:
        days = settings_of(session).evacuee_days
        until = found.closed_at.astimezone(CHINA).date() + timedelta(days=days)
    return Evacuation(tuple(_moved(one, no or "") for one, no in rows), until)


def move_out(work: UnitOfWork, situation_id: bytes, values: Mapping[str, Any]) -> bytes:
    """Put a household or some people on the list, by the names of ``Evacuee``; uncommitted.

    Raises NotFound, NotAllowed when the situation is no open 灾情, InvalidInput.
    """
    found = situation_of(work.session, situation_id)
    if found.situation_kind != "disaster" or found.closed_at is not None:
        raise NotAllowed("只有未办结的灾情可以登记转移人员。")
    home, names = values.get("home_id"), (values.get("names") or "").strip()
    if home is None and not names:
        raise InvalidInput({"home_id": "请选择户，或在下面写明姓名"})
    if not values.get("persons"):
        raise InvalidInput({"persons": "请填写转移人数"})
    made = Evacuee(
        id=new_id(),
        zone_id=found.zone_id,
        situation_id=found.id,
        home_id=home,
        names=names or None,
        persons=values["persons"],
        to_place=values.get("to_place"),
        moved_at=values.get("moved_at") or situation_clock.now(work),
    )
    work.add(made)
    return made.id


def bring_back(work: UnitOfWork, evacuee_id: bytes) -> None:
    """Note that they are home again. Raises NotFound."""
    found = work.session.get(Evacuee, evacuee_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这一户已不在转移名单里。")
    found.back_at = situation_clock.now(work)


def _moved(one: Evacuee, no: str) -> Moved:
    who = " ".join(filter(None, (no, one.names)))
    at = one.shown("moved_at")
    back = f"，{one.shown('back_at')} 返回" if one.back_at else ""
    to = f" → {one.to_place}" if one.to_place else ""
    text = f"{who}　{one.persons or 0} 人{to}（{at} 转移{back}）"
    return Moved(one.id, who, one.persons or 0, text, one.back_at is not None)
