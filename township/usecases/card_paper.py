"""What the 联系群众卡 of a zone says. Source: domain §4.1, §6, scenario 1."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from township.codes import ROLE
from township.documents import CardPerson, ContactCardPaper
from township.errors import NotAllowed
from township.rules import zones as rules
from township.usecases.cards import card_state, on_card, zone_of
from township.usecases.paper_facts import township_name
from township.usecases.zone_staff import Serving, staff_of


def paper(
    session: Session, zone_id: bytes, today: date, *, preview: bool = False
) -> ContactCardPaper:
    """What the card says today: only who serves today is on it.

    Raises NotFound, and NotAllowed when the newest version may not be printed. ``preview``:
    also then, with the reason across the paper.
    """
    zone = zone_of(session, zone_id)
    state = card_state(session, zone, today)
    if state.problem and not preview:
        raise NotAllowed(f"{state.problem}。")
    card = state.card
    serving = on_card(staff_of(session, [zone_id]), card, today)
    return ContactCardPaper(
        township=township_name(session),
        zone=zone.name,
        version=card.version if card else 0,
        valid_from=card.valid_from if card else None,
        people=tuple(map(_person, serving)),
        hotline=zone.hotline or "",
        supervise_phone=(card.supervise_phone or "") if card else "",
        box_place=zone.box_place or "",
        reception=(card.reception or "") if card else "",
        emergency=rules.EMERGENCY,
        void=state.problem,
    )


def _person(one: Serving) -> CardPerson:
    return CardPerson(ROLE.label(one.role), one.name, one.phone)
