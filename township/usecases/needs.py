"""诉求: the list, one need with its progress, and the steps from classing to closing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Cadre, Household, Need, NeedProgress, Person
from township.rules import needs as rules
from township.rules.settings import Settings
from township.storage.work import UnitOfWork
from township.usecases.township_settings import settings_of
from township.usecases.viewers import viewer_of

OPEN, OVERDUE, SOON, ALL = "open", "overdue", "soon", "all"
"""Which needs a list shows."""

Owner = aliased(Cadre)
Head = aliased(Person)

STILL_OPEN = and_(Need.deleted_at.is_(None), func.coalesce(Need.state, "new") != "closed")
UNANSWERED = and_(
    Need.deleted_at.is_(None), func.coalesce(Need.state, "new").not_in(rules.ANSWERED)
)


@dataclass(frozen=True)
class NeedRow:
    """One need in a list. ``household`` is head and number; empty when raised anonymously."""

    id: bytes
    no: str
    raised_on: date | None
    household: str
    topic: str
    text: str
    need_class: str
    owner: str
    due_on: date | None
    state: str


@dataclass(frozen=True)
class Progress:
    """One step that was taken."""

    taken_on: date
    text: str
    by: str


@dataclass(frozen=True)
class NeedDetail:
    """One need with everything that happened to it; ``names`` are cadres by id."""

    need: Need
    household: str
    due_on: date | None
    progress: tuple[Progress, ...]
    names: dict[bytes, str]

    def name(self, cadre: bytes | None) -> str:
        """A cadre's name; empty when nobody is named."""
        return self.names.get(cadre or b"", "")


def due_day(settings: Settings) -> ColumnElement[Any]:
    """The last day of the term: the agreed one, or the one of the class."""
    terms = rules.days_by_class(settings)
    by_class = [(Need.need_class == one, f"+{days} days") for one, days in terms.items() if one]
    days = case(*by_class, else_=f"+{terms[None]} days")
    return func.coalesce(Need.due_on, func.date(Need.raised_on, days))


def need_ids(
    session: Session, which: str, today: date, search: str = "", zone: bytes | None = None
) -> list[bytes]:
    """The ids of a list, the most urgent first; ``search`` looks into number, text and head.

    Of one ``zone``, or of all on this laptop.
    """
    settings = settings_of(session)
    day, soon = due_day(settings), today + timedelta(days=settings.due_soon_days)
    question = (
        select(Need.id)
        .outerjoin(Household, Household.id == Need.household_id)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .where(_which(which, today, day, soon))
        .order_by(func.coalesce(Need.state, "new").in_(rules.ANSWERED), day, Need.no)
    )
    if zone is not None:
        question = question.where(Need.zone_id == zone)
    if search:
        columns = (Need.no, Need.text, Household.no, Head.name)
        found = (column.contains(search, autoescape=True) for column in columns)
        question = question.where(or_(*found))
    return list(session.scalars(question))


def need_rows(session: Session, ids: Sequence[bytes], *, by: bytes) -> dict[bytes, NeedRow]:
    """The rows of some needs as the cadre ``by`` sees them; those that are gone are left out."""
    return {row.id: row for row in _rows(session, Need.id.in_(ids), by)}


def urgent_counts(session: Session, cadre_id: bytes, today: date, until: date) -> tuple[int, int]:
    """How many needs of a cadre are overdue, and how many are due from today to ``until``."""
    day = due_day(settings_of(session))
    question = select(
        func.count().filter(today > day), func.count().filter(day.between(today, until))
    ).where(UNANSWERED, mine(cadre_id))
    late, soon = session.execute(question).one()
    return late, soon


def need_detail(session: Session, need_id: bytes, *, by: bytes) -> NeedDetail:
    """One need as the cadre ``by`` sees it. Raises NotFound."""
    need = _need(session, need_id)
    [row] = _rows(session, Need.id == need_id, by)
    names = {one: name or "" for one, name in session.execute(select(Cadre.id, Cadre.name))}
    steps = session.scalars(
        select(NeedProgress)
        .where(NeedProgress.need_id == need_id, NeedProgress.deleted_at.is_(None))
        .order_by(NeedProgress.taken_on, NeedProgress.id)
    )
    progress = tuple(
        Progress(step.taken_on, step.text or "", names.get(step.created_by or b"", ""))
        for step in steps
    )
    return NeedDetail(need, row.household, row.due_on, progress, names)


def add_progress(work: UnitOfWork, need_id: bytes, taken_on: date, text: str) -> None:
    """Record a step. Raises NotFound or NotAllowed."""
    need = _open(work, need_id)
    work.add(NeedProgress(zone_id=need.zone_id, need_id=need.id, taken_on=taken_on, text=text))
    if need.state in (None, "new", "classified"):
        need.state = "doing"


def record_result(work: UnitOfWork, need_id: bytes, result: str, measure: str) -> None:
    """Record what came of it; the need is done. Raises NotFound, NotAllowed or InvalidInput."""
    need = _open(work, need_id)
    _require({"result": (result, "请选择办理结果"), "measure": (measure, "请写明办理措施")})
    need.result, need.measure = result, measure
    if need.feedback_at is None:
        need.state = "done"


def feed_back(work: UnitOfWork, need_id: bytes, way: str, resident_view: str) -> None:
    """Record that the resident was told. Raises NotFound, NotAllowed or InvalidInput."""
    need = _open(work, need_id)
    if not need.result:
        raise NotAllowed("还没有办理结果，不能反馈。请先登记办理结果。")
    _require(
        {
            "feedback_way": (way, "请选择反馈方式"),
            "resident_view": (resident_view, "请选择群众意见"),
        }
    )
    need.feedback_way, need.resident_view = way, resident_view
    need.feedback_at, need.feedback_by = work.clock(), work.author
    need.state = "fed_back"


def close(work: UnitOfWork, need_id: bytes) -> None:
    """Close a need. Raises NotFound, and NotAllowed before the resident was told."""
    need = _open(work, need_id)
    told = bool(need.feedback_at and need.feedback_way and need.feedback_by)
    problem = rules.close_problem(told)
    if problem:
        raise NotAllowed(problem)
    need.state = "closed"


def propose_class(
    work: UnitOfWork, need_id: bytes, need_class: str, reason: str, law_ref: str
) -> None:
    """Propose a class; it holds when another person confirms it.

    Raises NotFound, NotAllowed or InvalidInput.
    """
    need = _open(work, need_id)
    problems = rules.class_problems(reason, law_ref)
    if not need_class:
        problems["need_class"] = "请选择分类"
    if problems:
        raise InvalidInput(problems)
    need.need_class, need.class_reason, need.law_ref = need_class, reason, law_ref
    need.class_by, need.class_confirmed_by = work.author, None


def confirm_class(work: UnitOfWork, need_id: bytes) -> None:
    """Confirm a proposed class; without an agreed term the one of the class begins.

    Raises NotFound, and NotAllowed to the person who proposed it.
    """
    need = _open(work, need_id)
    problem = rules.confirm_problem(need.class_by, work.author)
    if problem:
        raise NotAllowed(problem)
    need.class_confirmed_by = work.author
    if need.due_on is None:
        need.due_on = rules.default_due(need.raised_on, need.need_class, settings_of(work.session))
    if need.state in (None, "new"):
        need.state = "classified"


def _which(which: str, today: date, day: ColumnElement[Any], soon: date) -> ColumnElement[bool]:
    if which == OPEN:
        return STILL_OPEN
    if which == OVERDUE:
        return and_(UNANSWERED, today > day)
    if which == SOON:
        return and_(UNANSWERED, day.between(today, soon))
    return Need.deleted_at.is_(None)


def mine(cadre_id: bytes) -> ColumnElement[bool]:
    """Needs that a cadre is responsible for, at any of the three levels."""
    owners = (Need.owner_point, Need.owner_line, Need.owner_area)
    return or_(*(owner == cadre_id for owner in owners))


def _rows(
    session: Session, where: ColumnElement[bool], by: bytes, limit: int | None = None
) -> list[NeedRow]:
    viewer, day = viewer_of(session, by), due_day(settings_of(session))
    show = {name: Need.field(name).show for name in ("topic", "need_class", "state")}
    found = session.execute(
        select(
            Need.id,
            Need.no,
            Need.raised_on,
            Need.zone_id,
            Household.no,
            Head.name,
            Need.topic,
            Need.text,
            Need.need_class,
            Owner.name,
            day,
            Need.state,
        )
        .outerjoin(Household, Household.id == Need.household_id)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .outerjoin(Owner, Owner.id == Need.owner_point)
        .where(where, Need.deleted_at.is_(None))
        .order_by(day, Need.no)
        .limit(limit)
    )
    return [
        NeedRow(
            id=one,
            no=no or "",
            raised_on=raised,
            household=" ".join(filter(None, (viewer.name(head, zone), home))),
            topic=show["topic"](topic),
            text=text or "",
            need_class=show["need_class"](klass),
            owner=owner or "",
            due_on=due,
            state=show["state"](state or "new"),
        )
        for one, no, raised, zone, home, head, topic, text, klass, owner, due, state in found
    ]


def _need(session: Session, need_id: bytes) -> Need:
    need = session.get(Need, need_id)
    if need is None or need.deleted_at is not None:
        raise NotFound("这条诉求不在本机，可能已被删除。")
    return need


def _open(work: UnitOfWork, need_id: bytes) -> Need:
    need = _need(work.session, need_id)
    if need.state == "closed":
        raise NotAllowed("这条诉求已经办结，不能再改动。")
    return need


def _require(given: dict[str, tuple[str, str]]) -> None:
    problems = {name: text for name, (value, text) in given.items() if not (value or "").strip()}
    if problems:
        raise InvalidInput(problems)
