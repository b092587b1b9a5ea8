"""A need that is raised without a visit: by telephone, in a meeting, out of the box. §4.3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from township.errors import InvalidInput
from township.records import Household, Need, new_id
from township.rules import needs as rules
from township.storage.work import UnitOfWork
from township.usecases.given_numbers import given
from township.usecases.situation_routing import responsible


@dataclass(frozen=True)
class RaisedNeed:
    """What the form gives; without a household the need is anonymous and names its zone."""

    text: str | None
    topic: str | None
    channel: str | None
    raised_on: date | None
    household_id: bytes | None = None
    zone_id: bytes | None = None


def raise_need(work: UnitOfWork, entry: RaisedNeed) -> bytes:
    """Record it; the author handles it until somebody else does. Returns its id, uncommitted.

    Raises InvalidInput.
    """
    home = work.session.get(Household, entry.household_id) if entry.household_id else None
    zone = home.zone_id if home else entry.zone_id
    wrong = _problems(work, entry, home, zone)
    if wrong or entry.raised_on is None or zone is None:
        raise InvalidInput(wrong)
    made = Need(
        id=new_id(),
        zone_id=zone,
        household_id=entry.household_id,
        no=given(work, Need, entry.raised_on.year)[0],
        raised_on=entry.raised_on,
        channel=entry.channel,
        text=(entry.text or "").strip(),
        topic=entry.topic,
        owner_point=work.author,
        owner_line=responsible(work.session, zone, "LL", entry.raised_on),
        due_on=rules.default_due(entry.raised_on, None),
        state="new",
    )
    work.add(made)
    return made.id


def _problems(
    work: UnitOfWork, entry: RaisedNeed, home: Household | None, zone: bytes | None
) -> dict[str, str]:
    names = ("text", "topic", "channel", "raised_on")
    found = {name: Need.field(name).problem(getattr(entry, name)) for name in names}
    if entry.text and not entry.text.strip():
        found["text"] = "请写明诉求内容"
    if entry.raised_on and entry.raised_on > work.today():
        found["raised_on"] = "提出日期不能晚于今天"
    if entry.household_id and (home is None or home.deleted_at is not None):
        found["household_id"] = "这一户不在本机，请重新选择"
    if zone is None:
        found["zone_id"] = "请选择户；匿名的请选择责任区"
    return {name: text for name, text in found.items() if text}
