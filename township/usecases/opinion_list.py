"""What lay in the boxes, and when they were opened: the lists of 民情意见箱."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from township.errors import NotFound
from township.records import BoxOpening, Household, Need, OpinionEntry, Person, Zone
from township.rules import zones as rules
from township.rules.settings import PRESET, Settings
from township.usecases.open_homes import open_entry
from township.usecases.paper_facts import cadre_names
from township.usecases.viewers import viewer_of
from township.values import CHINA

OPEN, ALL, OPENINGS = "open", "all", "openings"
"""Which rows a list shows: papers without an answer, all papers, openings."""

Head = aliased(Person)


@dataclass(frozen=True)
class PaperRow:
    """One paper in a list; ``state`` in words, ``due_on`` while it has no answer."""

    id: bytes
    zone_id: bytes
    zone: str
    opened_on: date
    text: str
    who: str
    state: str
    due_on: date | None


@dataclass(frozen=True)
class OpeningRow:
    """One opening in a list."""

    id: bytes
    zone_id: bytes
    zone: str
    opened_on: date
    openers: str
    papers: int


@dataclass(frozen=True)
class PaperDetail:
    """One paper with what became of it; ``names`` are cadres by id."""

    entry: OpinionEntry
    row: PaperRow
    need: Need | None
    names: Mapping[bytes, str]


def paper_rows(
    session: Session,
    which: str,
    zones: Collection[bytes],
    *,
    by: bytes,
    settings: Settings = PRESET,
) -> list[PaperRow]:
    """The papers of these zones, those without an answer first, the oldest of them first."""
    found = _papers(session, OpinionEntry.zone_id.in_(list(zones)), by, settings)
    if which == OPEN:
        found = [one for one in found if one.due_on is not None]
    newest = date.max.toordinal()
    return sorted(
        found,
        key=lambda one: (
            one.due_on is None,
            one.due_on or date.min,
            newest - one.opened_on.toordinal(),
            one.id,
        ),
    )


def paper(
    session: Session, entry_id: bytes, *, by: bytes, settings: Settings = PRESET
) -> PaperDetail:
    """One paper. Raises NotFound."""
    one = session.get(OpinionEntry, entry_id)
    if one is None or one.deleted_at is not None:
        raise NotFound("这条意见不在本机，可能已被删除。")
    (row,) = _papers(session, OpinionEntry.id == entry_id, by, settings)
    need = session.get(Need, one.need_id) if one.need_id else None
    return PaperDetail(one, row, need, cadre_names(session))


def _papers(
    session: Session, where: ColumnElement[bool], by: bytes, settings: Settings
) -> list[PaperRow]:
    viewer = viewer_of(session, by)
    rows = session.execute(
        select(OpinionEntry, Zone.name, Household.no, Head.name, open_entry())
        .outerjoin(Zone, Zone.id == OpinionEntry.zone_id)
        .outerjoin(Household, Household.id == OpinionEntry.household_id)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .where(OpinionEntry.deleted_at.is_(None), where)
    )
    return [
        PaperRow(
            one.id,
            one.zone_id,
            zone or "",
            one.opened_on,
            one.text or "",
            " ".join(filter(None, (viewer.name(head, one.zone_id), no))) or "没有署名",
            _state(one, waits),
            rules.answer_due(one.opened_on, settings) if waits else None,
        )
        for one, zone, no, head, waits in rows
    ]


def _state(one: OpinionEntry, waits: bool) -> str:
    if one.posted_on is not None:
        return "已张贴答复"
    if one.need_id is not None:
        return "转诉求办理中" if waits else "诉求已答复"
    if not one.answer:
        return "待答复"
    return "待张贴" if one.approved_by else "待审定"


def opening_rows(session: Session, zones: Collection[bytes]) -> list[OpeningRow]:
    """The openings of the boxes of these zones, the newest first."""
    names = cadre_names(session)
    counts = dict(
        session.execute(
            select(OpinionEntry.opening_id, func.count())
            .where(OpinionEntry.deleted_at.is_(None))
            .group_by(OpinionEntry.opening_id)
        ).all()
    )
    rows = session.execute(
        select(BoxOpening, Zone.name)
        .outerjoin(Zone, Zone.id == BoxOpening.zone_id)
        .where(BoxOpening.deleted_at.is_(None), BoxOpening.zone_id.in_(list(zones)))
        .order_by(BoxOpening.opened_on.desc(), BoxOpening.id.desc())
    )
    return [
        OpeningRow(
            one.id,
            one.zone_id,
            zone or "",
            one.opened_on,
            "、".join(names.get(who or b"", "") for who in (one.opener_one, one.opener_two)),
            counts.get(one.id, 0),
        )
        for one, zone in rows
    ]


def opening_of(session: Session, record: bytes) -> BoxOpening | None:
    """The opening with this id; None when it is something else."""
    found = session.get(BoxOpening, record)
    return found if found is not None and found.deleted_at is None else None


def last_openings(session: Session) -> dict[bytes, date]:
    """When the box of each zone was opened last."""
    rows = session.execute(
        select(BoxOpening.zone_id, func.max(BoxOpening.opened_on))
        .where(BoxOpening.deleted_at.is_(None))
        .group_by(BoxOpening.zone_id)
    )
    return {zone: day for zone, day in rows if day}


def box_days(
    session: Session, zones: Collection[bytes], settings: Settings = PRESET
) -> dict[bytes, date]:
    """By when the box of each of these zones is to be opened; zones without a box have none.

    Before the first opening it counts from the day on which the zone was entered.
    """
    last = last_openings(session)
    rows = session.execute(
        select(Zone.id, Zone.created_at).where(
            Zone.id.in_(list(zones)), Zone.deleted_at.is_(None), Zone.box_place.is_not(None)
        )
    )
    found = {}
    for zone, at in rows:
        since = at.astimezone(CHINA).date() if at else date.min + timedelta(days=1)
        found[zone] = rules.box_due(last.get(zone), since, settings)
    return found
