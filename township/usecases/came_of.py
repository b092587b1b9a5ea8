"""What came of a report of 五情, and what a need or a dispute came of: each names the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import NotAllowed
from township.records import Dispute, Need, Situation, Task, Visit
from township.rules import tasks as task_rules


@dataclass(frozen=True)
class Related:
    """Another matter: its kind of record, its id, what it is in a few words, and its text."""

    kind: str
    id: bytes
    head: str
    text: str


def came_of(session: Session, situation_id: bytes) -> tuple[Related, ...]:
    """The needs, disputes and tasks that a report became, as far as this laptop holds them."""
    return (
        *_needs(session, situation_id),
        *_disputes(session, situation_id),
        *_tasks(session, situation_id),
    )


def source_of(session: Session, found: Need | Dispute) -> Related | None:
    """The report, or the household of the visit, that a matter is from."""
    if found.situation_id is not None:
        report = session.get(Situation, found.situation_id)
        if report is not None and report.deleted_at is None:
            head = f"五情 {report.no or ''} · {report.shown('situation_kind')}"
            return Related("situation", report.id, head, report.summary or "")
    if found.visit_id is not None:
        visit = session.get(Visit, found.visit_id)
        if visit is not None and visit.deleted_at is None and visit.household_id:
            return Related("household", visit.household_id, f"{visit.visited_on} 走访", "")
    return None


def check_new(session: Session, situation_id: bytes, kind: type[Need | Dispute]) -> None:
    """A report becomes one need and one dispute at most. Raises NotAllowed."""
    live = (kind.situation_id == situation_id, kind.deleted_at.is_(None))
    no = session.scalars(select(kind.no).where(*live).limit(1)).first()
    if no is not None:
        raise NotAllowed(f"这条五情已转为{kind.label} {no}，请在那里接着办。")


def _needs(session: Session, situation_id: bytes) -> Iterator[Related]:
    live = (Need.situation_id == situation_id, Need.deleted_at.is_(None))
    for one in session.scalars(select(Need).where(*live).order_by(Need.no)):
        yield _related(one, one.text)


def _disputes(session: Session, situation_id: bytes) -> Iterator[Related]:
    live = (Dispute.situation_id == situation_id, Dispute.deleted_at.is_(None))
    for one in session.scalars(select(Dispute).where(*live).order_by(Dispute.no)):
        yield _related(one, one.summary)


def _related(one: Need | Dispute, text: str | None) -> Related:
    return Related(one.kind(), one.id, f"{one.label} {one.no} · {one.shown('state')}", text or "")


def _tasks(session: Session, situation_id: bytes) -> Iterator[Related]:
    live = (
        Task.source == Situation.kind(),
        Task.source_id == situation_id,
        Task.deleted_at.is_(None),
    )
    for one in session.scalars(select(Task).where(*live).order_by(Task.due_on, Task.id)):
        state = Task.field("state").show(one.state or task_rules.OPEN)
        yield Related(
            one.kind(), one.id, f"{one.label} · {state} · {one.due_on} 前", one.text or ""
        )
