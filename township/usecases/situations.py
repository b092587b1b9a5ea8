"""五情: the list, one report with its clock, and the steps from receipt to closing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Cadre, Group, Situation, Zone
from township.rules import situations as rules
from township.rules.settings import Settings
from township.rules.situations import Escalation, Step, Timeline
from township.storage.work import UnitOfWork
from township.usecases import situation_clock
from township.usecases.came_of import Related, came_of
from township.usecases.township_settings import settings_of

CLOSED = "已办结"
BOTH = ("reporter", "residents")


@dataclass(frozen=True)
class SituationRow:
    """One report in a list. ``late`` tells that the next step should have been taken."""

    id: bytes
    no: str
    reported_at: datetime | None
    kind: str
    level: str
    place: str
    summary: str
    due_at: datetime | None
    state: str
    late: bool
    clock_wrong: bool = False
    """The reporting laptop's clock was wrong; the time was put right where that is known."""


@dataclass(frozen=True)
class SituationDetail:
    """One report, what is to be done next, and by when; ``names`` are cadres by id."""

    situation: Situation
    where: str
    step: Step | None
    due_at: datetime | None
    late: bool
    clock_wrong: bool
    escalations: tuple[Escalation, ...]
    report_due: datetime | None
    report_rule: str
    became: tuple[Related, ...]
    """The needs, disputes and tasks that came of it."""
    names: dict[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


def situation_ids(
    session: Session, *, only_open: bool, only: Collection[bytes] | None = None
) -> list[bytes]:
    """The ids of a list: open ones first, emergencies before others, the newest first."""
    question = select(Situation.id).where(Situation.deleted_at.is_(None))
    if only is not None:
        question = question.where(Situation.id.in_(only))
    elif only_open:
        question = question.where(Situation.closed_at.is_(None))
    open_ = Situation.closed_at.is_(None)
    urgent = case(
        (and_(open_, Situation.level == "emergency"), 0),
        (and_(open_, Situation.level == "abnormal"), 1),
        (open_, 2),
        else_=3,
    )
    order = (urgent, Situation.reported_at.desc(), Situation.id.desc())
    return list(session.scalars(question.order_by(*order)))


def situation_rows(
    session: Session, ids: Sequence[bytes], now: datetime
) -> dict[bytes, SituationRow]:
    """The rows of some reports; those that are gone are left out."""
    found = session.scalars(
        select(Situation).where(Situation.id.in_(ids), Situation.deleted_at.is_(None))
    ).all()
    places, settings = place_names(session), settings_of(session)
    return {one.id: _row(one, now, settings, places) for one in found}


def situation_detail(session: Session, situation_id: bytes, now: datetime) -> SituationDetail:
    """One report. Raises NotFound."""
    found = situation_of(session, situation_id)
    settings = settings_of(session)
    line = timeline(found)
    names = {one: name or "" for one, name in session.execute(select(Cadre.id, Cadre.name))}
    return SituationDetail(
        found,
        where(found, place_names(session)),
        rules.next_step(line),
        rules.due_at(line, settings),
        rules.late(line, now, settings),
        _clock_wrong(found, line, now),
        tuple(rules.escalations(line, now, settings)),
        rules.report_due(found.report_duty, found.found_at, settings),
        rules.report_rule(found.report_duty, settings),
        came_of(session, found.id),
        names,
    )


def receive(work: UnitOfWork, situation_id: bytes) -> None:
    """Record the receipt. Raises NotFound or NotAllowed, like all steps."""
    found = _at(work, situation_id, Step.RECEIVE)
    found.received_at, found.received_by = situation_clock.now(work), work.author


def respond(work: UnitOfWork, situation_id: bytes, response: str) -> None:
    """Record the response. Raises InvalidInput when it is empty."""
    found = _at(work, situation_id, Step.RESPOND)
    if not response.strip():
        raise InvalidInput({"response": "请写明处置意见"})
    found.response = response
    found.responded_at, found.responded_by = situation_clock.now(work), work.author


def feed_back(
    work: UnitOfWork,
    situation_id: bytes,
    told: tuple[str, ...] = BOTH,
    feedback: str | None = None,
) -> None:
    """Record that the reporter and those affected were told. Raises InvalidInput."""
    found = _at(work, situation_id, Step.FEED_BACK)
    if problem := rules.told_problem(told):
        raise InvalidInput({"told": problem})
    found.fed_back_at, found.fed_back_by = situation_clock.now(work), work.author
    found.told, found.feedback = told, feedback


def close(work: UnitOfWork, situation_id: bytes) -> None:
    """Close the report: after the feedback, and after what the law wants reported."""
    found = _at(work, situation_id, Step.CLOSE)
    if problem := rules.close_problem(found.report_duty, found.external_at is not None):
        raise NotAllowed(problem)
    found.closed_at = situation_clock.now(work)


def timeline(found: Situation) -> Timeline:
    """The moments that the clocks look at."""
    return Timeline(
        found.level,
        found.reported_at,
        found.received_at,
        found.responded_at,
        found.fed_back_at,
        found.closed_at,
    )


def where(found: Situation, places: dict[bytes, str]) -> str:
    """Zone, group and place in one line."""
    group, place = places.get(found.group_id or b"", ""), found.place or ""
    parts = (places.get(found.zone_id), "" if place.startswith(group) else group, place)
    return " ".join(filter(None, parts))


def place_names(session: Session) -> dict[bytes, str]:
    """Zones and groups by id."""
    zones = session.execute(select(Zone.id, Zone.name)).all()
    groups = session.execute(select(Group.id, Group.name)).all()
    return {one: name or "" for one, name in (*zones, *groups)}


def situation_of(session: Session, situation_id: bytes) -> Situation:
    """One report. Raises NotFound."""
    found = session.get(Situation, situation_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这条五情不在本机，可能已被删除。")
    return found


def _row(
    found: Situation, now: datetime, settings: Settings, places: dict[bytes, str]
) -> SituationRow:
    line = timeline(found)
    step = rules.next_step(line)
    return SituationRow(
        id=found.id,
        no=found.no or "",
        reported_at=found.reported_at,
        kind=found.shown("situation_kind"),
        level=found.shown("level"),
        place=" ".join(
            filter(None, (places.get(found.zone_id), places.get(found.group_id or b"")))
        ),
        summary=found.summary or "",
        due_at=rules.due_at(line, settings),
        state=f"待{rules.STEPS[step]}" if step else CLOSED,
        late=rules.late(line, now, settings),
        clock_wrong=_clock_wrong(found, line, now),
    )


def _clock_wrong(found: Situation, line: Timeline, now: datetime) -> bool:
    return found.clocked_at is not None or rules.from_the_future(line, now)


def _at(work: UnitOfWork, situation_id: bytes, step: Step) -> Situation:
    found = situation_of(work.session, situation_id)
    problem = rules.order_problem(timeline(found), step)
    if problem:
        raise NotAllowed(problem)
    return found
