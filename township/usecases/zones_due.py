"""What of the zones waits for somebody: gaps, cards, boxes, papers. Source: domain §4.1, §4.7.

Each line says what to do and leads to the part of 责任区 where it is done. Households without
a linked cadre are a number there and no line here: most households have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Zone
from township.rules.permissions import Act, may
from township.usecases import opinion_list, zone_view
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.zones import held_zones

SYSTEM = "责任区"
PAGE = "zones"
ZONES, LINKS, UNLINKED = "zones", "links", "unlinked"
SPECIAL, BOX = "special", "box"
"""The parts of the page."""
_NAMED = 3
_OPENERS = frozenset({"VS", "VC", "PET"})
_ANSWERERS = frozenset({"VS", "LL"})


@dataclass(frozen=True)
class Place:
    """What the page shows: a part, and in it a record or the rows of a zone."""

    part: str
    record: bytes | None = None
    zone_id: bytes | None = None
    which: str | None = None


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """The lines of one person."""
    if not may(asker.roles, Act.SEE, "contact_card"):
        return
    rows = zone_view.zone_rows(session, asker.today, asker.settings)
    yield from _gaps(rows, asker)
    yield from _cards(rows, asker)
    mine = [zone for zone, _ in held_zones(session) if zone in (asker.cadre.zones or ())]
    yield from _boxes(session, mine, asker)
    yield from _papers(session, mine, asker)


def _gaps(rows: Sequence[zone_view.ZoneRow], asker: Asker) -> Iterator[Due]:
    """For the office in one line, for a linked leader those of his zones."""
    lacking = [one for one in rows if one.gaps]
    if "PGO" in asker.roles and lacking:
        named = "；".join(f"{one.name}{'、'.join(one.gaps)}" for one in lacking[:_NAMED])
        more = f"等 {len(lacking)} 个责任区" if len(lacking) > _NAMED else ""
        place = Place(ZONES, lacking[0].id)
        yield Due(SYSTEM, f"人员不齐：{named}{more}", None, Urgency.SOON, PAGE, place)
    elif "LL" in asker.roles:
        for one in lacking:
            if one.id in asker.cadre.zones:
                text = f"{one.name}人员不齐：{'、'.join(one.gaps)}"
                yield Due(SYSTEM, text, None, Urgency.SOON, PAGE, Place(ZONES, one.id))


def _cards(rows: Sequence[zone_view.ZoneRow], asker: Asker) -> Iterator[Due]:
    """The office makes new versions, a leader approves them."""
    if "PGO" in asker.roles:
        old = [one for one in rows if one.card.stale or one.card.card is None]
        yield from _several(old, "联系群众卡要制作新版：", asker.today)
    if may(asker.roles, Act.APPROVE, "contact_card"):
        made = [one for one in rows if one.card.card is not None and not one.card.stale]
        waiting = [one for one in made if one.card.card and one.card.card.approved_by is None]
        yield from _several(waiting, "联系群众卡新版待您审定：", asker.today)


def _several(rows: Sequence[zone_view.ZoneRow], told: str, today: date) -> Iterator[Due]:
    if not rows:
        return
    names = "、".join(one.name for one in rows[:_NAMED])
    more = f"等 {len(rows)} 个责任区" if len(rows) > _NAMED else ""
    place = Place(ZONES, rows[0].id)
    yield Due(SYSTEM, f"{told}{names}{more}", today, Urgency.SOON, PAGE, place)


def _boxes(session: Session, mine: Sequence[bytes], asker: Asker) -> Iterator[Due]:
    """Boxes that are to be opened, for those of the zone who may."""
    if not asker.roles & _OPENERS:
        return
    names = dict(session.execute(select(Zone.id, Zone.name)).all())
    days = opinion_list.box_days(session, mine, asker.settings)
    near = sorted((day, zone) for zone, day in days.items() if asker.urgency(day) < Urgency.COMING)
    if "PET" in asker.roles and len(near) > 1:
        some = "、".join(names[zone] for _, zone in near[:_NAMED])
        text = f"意见箱该开箱了：{some}等 {len(near)} 个责任区"
        place = Place(BOX, zone_id=near[0][1], which=opinion_list.OPENINGS)
        yield Due(SYSTEM, text, near[0][0], asker.urgency(near[0][0]), PAGE, place)
        return
    for day, zone in near:
        place = Place(BOX, zone_id=zone, which=opinion_list.OPENINGS)
        text = f"{names[zone]}意见箱该开箱了（要两人在场）"
        yield Due(SYSTEM, text, day, asker.urgency(day), PAGE, place)


def _papers(session: Session, mine: Sequence[bytes], asker: Asker) -> Iterator[Due]:
    """Papers to be answered by the village, to be approved by the petition office, to post."""
    answers, approves = asker.roles & _ANSWERERS, "PET" in asker.roles
    if not answers and not approves:
        return
    by = asker.cadre.id
    for one in opinion_list.paper_rows(
        session, opinion_list.OPEN, mine, by=by, settings=asker.settings
    ):
        if one.due_on is None:
            continue
        if one.state == "待审定" and approves:
            told = "意见箱答复待审定"
        elif one.state in ("待答复", "待张贴") and answers:
            told = f"意见箱意见{one.state}"
        else:
            continue
        text = f"{one.zone}{told}：{one.text[:20]}"
        place = Place(BOX, one.id, one.zone_id)
        yield Due(SYSTEM, text, one.due_on, asker.urgency(one.due_on), PAGE, place)
