"""矛盾纠纷: the list, one dispute with its parties and steps, and the counts for a review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from township.dispute_codes import DISPUTE_LEVEL
from township.errors import NotFound
from township.records import Dispute, DisputeParty, DisputeStep, Household, Person
from township.rules import disputes as rules
from township.rules.disputes import Standing
from township.rules.viewing import Viewer
from township.usecases.disputes import CLOSED, OPEN, course
from township.usecases.paper_facts import cadre_names
from township.usecases.situation_routing import responsible
from township.usecases.township_settings import settings_of
from township.usecases.viewers import viewer_of

UNDECIDED, RISEN, ALL = "open", "risen", "all"
"""Which disputes a list shows: those that are not closed, those that rose because they were
overdue, all of them. The code of a level is a filter too."""
_SIDES = "甲乙丙丁戊己庚辛壬癸"
NOT_CLOSED = (Dispute.deleted_at.is_(None), func.coalesce(Dispute.state, OPEN) != CLOSED)


@dataclass(frozen=True)
class DisputeRow:
    """One dispute in a list; ``level`` is the one it has by now, as a code."""

    id: bytes
    no: str
    kind: str
    parties: str
    summary: str
    level: str
    risen: int
    owner: str
    due_on: date | None
    late: bool
    state: str


@dataclass(frozen=True)
class DisputeDetail:
    """One dispute in full; ``names`` are cadres by id, ``steps`` day, kind, text and author."""

    dispute: Dispute
    standing: Standing
    owner: str
    parties: tuple[str, ...]
    steps: tuple[tuple[date, str, str, str], ...]
    names: dict[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


class Owners:
    """Who answers for disputes of a level in a zone: asked once for each."""

    def __init__(self, session: Session, today: date) -> None:
        self._session, self._today = session, today
        self._known: dict[tuple[bytes, str], bytes | None] = {}

    def of(self, dispute: Dispute, level: str) -> bytes | None:
        """The owner; at the lowest level the first mediator."""
        role = rules.OWNER_ROLE.get(level)
        if role is None:
            return next(iter(dispute.mediators or ()), dispute.created_by)
        key = (dispute.zone_id, role)
        if key not in self._known:
            self._known[key] = responsible(self._session, *key, self._today)
        return self._known[key]


def standing_of(session: Session, dispute: Dispute, today: date) -> Standing:
    """How a dispute stands on a day."""
    return rules.standing(course(dispute), today, settings_of(session))


def dispute_ids(session: Session, which: str, today: date, search: str = "") -> list[bytes]:
    """The ids of a list: the highest level first, then the nearest term."""
    wanted: list[ColumnElement[bool]] = [Dispute.deleted_at.is_(None)]
    if which != ALL:
        wanted = list(NOT_CLOSED)
    if search:
        texts = (Dispute.no, Dispute.summary, Dispute.place, DisputeParty.name, Person.name)
        hits = or_(*(text.contains(search, autoescape=True) for text in texts))
        wanted.append(Dispute.id.in_(_joined().where(hits)))
    settings = settings_of(session)
    found = [
        (one, rules.standing(course(one), today, settings))
        for one in session.scalars(select(Dispute).where(*wanted))
    ]
    if which == RISEN:
        found = [(one, at) for one, at in found if at.risen or at.overdue]
    elif which in DISPUTE_LEVEL:
        found = [(one, at) for one, at in found if at.level == which]
    found.sort(
        key=lambda pair: (
            pair[0].state != OPEN,
            -rules.LEVELS.index(pair[1].level),
            pair[1].due_on,
            pair[0].no or "",
        )
    )
    return [one.id for one, _ in found]


def _joined() -> Select[bytes]:
    return (
        select(Dispute.id)
        .outerjoin(DisputeParty, DisputeParty.dispute_id == Dispute.id)
        .outerjoin(Household, Household.id == DisputeParty.home_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
    )


def dispute_rows(
    session: Session, ids: Sequence[bytes], today: date, *, by: bytes
) -> dict[bytes, DisputeRow]:
    """The rows of some disputes as the cadre ``by`` sees them; those that are gone are left out."""
    names, owners = cadre_names(session), Owners(session, today)
    parties = parties_of(session, ids, viewer_of(session, by), short=True)
    settings = settings_of(session)
    found = session.scalars(
        select(Dispute).where(Dispute.id.in_(ids), Dispute.deleted_at.is_(None))
    )
    rows = {}
    for one in found:
        now = rules.standing(course(one), today, settings)
        rows[one.id] = DisputeRow(
            id=one.id,
            no=one.no or "",
            kind=one.shown("dispute_type"),
            parties="、".join(parties.get(one.id, ())),
            summary=one.summary or "",
            level=now.level,
            risen=now.risen,
            owner=names.get(owners.of(one, now.level) or b"", "") or "",
            due_on=now.due_on if one.state == OPEN else None,
            late=one.state == OPEN and bool(now.risen or now.overdue),
            state=one.shown("state"),
        )
    return rows


def dispute_detail(session: Session, dispute_id: bytes, today: date, *, by: bytes) -> DisputeDetail:
    """One dispute as the cadre ``by`` sees it. Raises NotFound."""
    found = session.get(Dispute, dispute_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这件纠纷不在本机，可能已被删除。")
    names = {one: name or "" for one, name in cadre_names(session).items()}
    now = standing_of(session, found, today)
    owner = Owners(session, today).of(found, now.level)
    steps = session.scalars(
        select(DisputeStep)
        .where(DisputeStep.dispute_id == dispute_id, DisputeStep.deleted_at.is_(None))
        .order_by(DisputeStep.taken_on, DisputeStep.id)
    )
    viewer = viewer_of(session, by)
    return DisputeDetail(
        found,
        now,
        names.get(owner or b"", ""),
        tuple(
            f"{side(at)}：{name}"
            for at, name in enumerate(parties_of(session, [dispute_id], viewer)[dispute_id])
        ),
        tuple(
            (
                one.taken_on,
                one.shown("step_kind"),
                one.text or "",
                names.get(one.created_by or b"", ""),
            )
            for one in steps
        ),
        names,
    )


def side(at: int) -> str:
    """What the party at this place is called: 甲方, 乙方 and so on."""
    return f"{_SIDES[at % len(_SIDES)]}方"


def parties_of(
    session: Session, ids: Iterable[bytes], viewer: Viewer, *, short: bool = False
) -> dict[bytes, list[str]]:
    """The parties of disputes by name, in their order; a household by its head and number, or
    in ``short`` by one of them.
    """
    wanted = list(ids)
    found: dict[bytes, list[str]] = {one: [] for one in wanted}
    rows = session.execute(
        select(
            DisputeParty.dispute_id,
            DisputeParty.name,
            DisputeParty.zone_id,
            DisputeParty.home_id,
            Household.no,
            Person.name,
        )
        .outerjoin(Household, Household.id == DisputeParty.home_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(DisputeParty.dispute_id.in_(wanted), DisputeParty.deleted_at.is_(None))
        .order_by(DisputeParty.position, DisputeParty.id)
    )
    for dispute, name, zone, home, no, head in rows:
        if home is not None:
            names = [text for text in (viewer.name(head, zone), no) if text]
            shown = " ".join(names[:1] if short else names) or "户已不在本责任区"
        else:
            shown = viewer.name(name, zone)
        found[dispute].append(shown)
    return found


@dataclass(frozen=True)
class ZoneDisputes:
    """What the township's review says of a zone: how many are open, and the highest level."""

    count: int = 0
    level: str = "calm"


def open_by_zone(session: Session, today: date) -> dict[bytes, ZoneDisputes]:
    """Open disputes of every zone of which this laptop holds any."""
    settings = settings_of(session)
    found: dict[bytes, ZoneDisputes] = {}
    for one in session.scalars(select(Dispute).where(Dispute.deleted_at.is_(None))):
        if one.state != OPEN:
            continue
        now = rules.standing(course(one), today, settings).level
        before = found.get(one.zone_id, ZoneDisputes())
        higher = before.level == "calm" or rules.is_lower(before.level, now)
        found[one.zone_id] = ZoneDisputes(before.count + 1, now if higher else before.level)
    return found
