"""联系群众卡: making a version, approving it, and handing it over; ``card_paper`` is what it says.

Source: domain §2 (the office makes, a leader approves), §4.1, §6, scenario 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import ContactCard, Household, Zone
from township.rules import zones as rules
from township.storage.work import UnitOfWork
from township.usecases.zone_staff import ORDER, Serving, serving_on, staff_of

MISSING = "还没有联系卡"


@dataclass(frozen=True)
class CardState:
    """How it stands with a zone's card: the newest version, and why it may not be printed.

    ``stale``: the people changed; ``problem``: any reason, empty when it may be printed.
    """

    card: ContactCard | None
    stale: str
    problem: str

    @property
    def words(self) -> str:
        """In a few words, for a list."""
        if self.card is None:
            return MISSING
        version = f"第 {self.card.version} 版"
        if self.stale:
            return f"{version}，要换新版"
        return version if self.card.approved_by else f"{version}，待审定"


def newest_cards(session: Session) -> dict[bytes, ContactCard]:
    """The newest version of each zone's card."""
    found = session.scalars(
        select(ContactCard)
        .where(ContactCard.deleted_at.is_(None))
        .order_by(ContactCard.version, ContactCard.id)
    )
    return {one.zone_id: one for one in found}


def card_states(session: Session, today: date) -> dict[bytes, CardState]:
    """How the cards of all zones stand."""
    cards = newest_cards(session)
    staff: dict[bytes, list[Serving]] = defaultdict(list)
    for one in staff_of(session):
        staff[one.zone_id].append(one)
    zones = session.execute(select(Zone.id, Zone.hotline).where(Zone.deleted_at.is_(None)))
    return {
        zone: state_of(cards.get(zone), staff[zone], hotline or "", today)
        for zone, hotline in zones
    }


def card_state(session: Session, zone: Zone, today: date) -> CardState:
    """How one zone's card stands."""
    card = newest_cards(session).get(zone.id)
    return state_of(card, staff_of(session, [zone.id]), zone.hotline or "", today)


def state_of(
    card: ContactCard | None, staff: Sequence[Serving], hotline: str, today: date
) -> CardState:
    """How a card stands beside the staff: of today, or of the day from which it holds."""
    if card is None:
        return CardState(None, "", f"{MISSING}，请先制作")
    here = [one.id for one in on_card(staff, card, today)]
    stale = rules.stale(card.staff, here, (card.hotline or "", hotline)) or ""
    waits = "" if card.approved_by is not None else rules.NOT_APPROVED
    return CardState(card, stale, stale or waits)


def on_card(staff: Sequence[Serving], card: ContactCard | None, today: date) -> list[Serving]:
    """Who belongs on a card: a version for a day to come is printed before it."""
    day = max(today, card.valid_from) if card else today
    return [one for one in serving_on(staff, day) if one.role in ORDER]


def make(
    work: UnitOfWork,
    zone_id: bytes,
    valid_from: date | None,
    supervise_phone: str | None,
    reception: str | None = None,
) -> bytes:
    """The next version, with the people who serve today, or on the day from which it holds.

    Raises NotFound or InvalidInput.
    """
    zone = zone_of(work.session, zone_id)
    given = {"valid_from": valid_from, "supervise_phone": supervise_phone, "reception": reception}
    problems = {
        name: problem
        for name, value in given.items()
        if (problem := ContactCard.field(name).problem(value))
    }
    if not zone.hotline:
        problems["supervise_phone"] = "责任区还没有服务热线，请先用“改热线和意见箱”填写"
    if problems or valid_from is None:
        raise InvalidInput(problems)
    day = max(valid_from, work.today())
    serving = serving_on(staff_of(work.session, [zone_id]), day)
    staff = tuple(one.id for one in serving if one.role in ORDER)
    if not staff:
        raise InvalidInput({"valid_from": "那天责任区还没有人员，请先登记人员"})
    last = newest_cards(work.session).get(zone_id)
    made = ContactCard(
        zone_id=zone_id,
        version=(last.version or 0) + 1 if last else 1,
        valid_from=valid_from,
        staff=staff,
        hotline=zone.hotline,
        supervise_phone=supervise_phone,
        reception=reception,
    )
    work.add(made)
    return made.id


def approve(work: UnitOfWork, zone_id: bytes) -> None:
    """A leader approves the newest version. Raises NotFound or NotAllowed."""
    zone = zone_of(work.session, zone_id)
    today = work.today()
    state = card_state(work.session, zone, today)
    if state.card is None:
        raise NotFound(f"{MISSING}，请由党政办制作。")
    if state.card.approved_by is not None:
        raise NotAllowed("这一版已经审定。")
    if state.stale:
        raise NotAllowed(f"{state.stale}，不审定过期的版本。")
    state.card.approved_by, state.card.approved_on = work.author, today


def deliver(
    work: UnitOfWork,
    zone_id: bytes,
    group_id: bytes | None,
    on: date | None,
    missed: Collection[bytes] = (),
) -> int:
    """The card in force was handed to the households of a group, or of the zone (None), but
    for some; returns to how many. Raises NotFound, InvalidInput or NotAllowed.
    """
    zone = zone_of(work.session, zone_id)
    today = work.today()
    if on is None or on > today:
        raise InvalidInput({"on": "请填写送达日期，不能晚于今天"})
    card = card_state(work.session, zone, today).card
    if card is None or card.approved_by is None:
        raise NotAllowed("还没有审定的联系卡，不能登记送达。")
    if on < card.valid_from:
        raise InvalidInput({"on": f"这一版联系卡从 {card.valid_from} 起用，送达不能更早"})
    homes = work.session.scalars(_without_card(zone_id, card.valid_from, group_id)).all()
    chosen = [one for one in homes if one.id not in set(missed)]
    for one in chosen:
        one.card_delivered_at = on
    return len(chosen)


def without_card(
    session: Session, zone_id: bytes, since: date, group_id: bytes | None = None
) -> list[Household]:
    """The households that have not got a card since a day."""
    return list(session.scalars(_without_card(zone_id, since, group_id)))


def delivered_counts(session: Session, since: Mapping[bytes, date]) -> dict[bytes, int]:
    """How many households of each zone got a card since the day that its version holds from."""
    if not since:
        return {}
    got = or_(
        *(
            (Household.zone_id == zone) & (Household.card_delivered_at >= day)
            for zone, day in since.items()
        )
    )
    rows = session.execute(
        select(Household.zone_id, func.count())
        .where(Household.deleted_at.is_(None), got)
        .group_by(Household.zone_id)
    )
    return {zone: count for zone, count in rows if zone}


def _without_card(zone_id: bytes, since: date, group_id: bytes | None) -> Select[Household]:
    lacking = or_(Household.card_delivered_at.is_(None), Household.card_delivered_at < since)
    question = select(Household).where(
        Household.zone_id == zone_id, Household.deleted_at.is_(None), lacking
    )
    if group_id is not None:
        question = question.where(Household.group_id == group_id)
    return question.order_by(Household.no, Household.id)


def zone_of(session: Session, zone_id: bytes) -> Zone:
    """A zone. Raises NotFound."""
    zone = session.get(Zone, zone_id)
    if zone is None or zone.deleted_at is not None:
        raise NotFound("这个责任区不在本机，可能已被删除。")
    return zone
