"""任务: tasks and resolutions of meetings in one list. A resolution is its own task (decision
042), so they are joined by a query and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from township.errors import NotFound
from township.records import Household, Meeting, Person, Resolution, Task
from township.rules.meetings import held_on
from township.rules.tasks import OPEN
from township.usecases.paper_facts import cadre_names
from township.usecases.viewers import viewer_of

MINE, UNFINISHED, LATE, FINISHED = "mine", "open", "late", "done"
"""Which tasks a list shows."""
MEETING = "会议"
"""Where resolutions come from, in words."""


@dataclass(frozen=True)
class TaskRow:
    """One task or resolution in a list; ``meeting`` tells that it is a resolution."""

    id: bytes
    text: str
    source: str
    household: str
    owner: str
    due_on: date | None
    state: str
    meeting: bool


@dataclass(frozen=True)
class TaskDetail:
    """One of them in full; ``came_from`` is the record it is from, if it is from one."""

    row: TaskRow
    open: bool
    given_by: str
    result: str
    done_on: date | None
    came_from: tuple[str, bytes] | None


def task_ids(session: Session, which: str, cadre_id: bytes, today: date) -> list[bytes]:
    """The ids of a list, the nearest term first."""
    found: list[tuple[date, bytes]] = []
    for kind in (Task, Resolution):
        question = select(kind.id, kind.due_on).where(
            kind.deleted_at.is_(None), _which(kind, which, cadre_id, today)
        )
        found += [(due or date.max, one) for one, due in session.execute(question)]
    return [one for _, one in sorted(found, reverse=which == FINISHED)]


def task_rows(session: Session, ids: Sequence[bytes], *, by: bytes) -> dict[bytes, TaskRow]:
    """The rows of some tasks as the cadre ``by`` sees them; those that are gone are left out."""
    return {row.id: row for row in (*_tasks(session, ids, by), *_resolutions(session, ids))}


def task_detail(session: Session, task_id: bytes, *, by: bytes) -> TaskDetail:
    """One task or resolution. Raises NotFound."""
    row = task_rows(session, [task_id], by=by).get(task_id)
    if row is None:
        raise NotFound("这项任务不在本机，可能已被删除。")
    found: Any = session.get_one(Resolution if row.meeting else Task, task_id)
    names = cadre_names(session)
    origin = ("meeting", found.meeting_id) if row.meeting else (found.source, found.source_id)
    return TaskDetail(
        row,
        (found.state or OPEN) == OPEN,
        names.get(found.created_by, "") or "",
        found.result or "",
        found.closed_on if row.meeting else found.done_on,
        origin if origin[1] else None,
    )


def _which(kind: Any, which: str, cadre_id: bytes, today: date) -> ColumnElement[bool]:
    is_open = func.coalesce(kind.state, OPEN) == OPEN
    if which == MINE:
        return and_(is_open, kind.owner_id == cadre_id)
    if which == LATE:
        return and_(is_open, kind.due_on < today)
    return is_open if which == UNFINISHED else ~is_open


def _tasks(session: Session, ids: Sequence[bytes], by: bytes) -> Iterator[TaskRow]:
    names, viewer = cadre_names(session), viewer_of(session, by)
    rows = session.execute(
        select(Task, Household.no, Person.name)
        .outerjoin(Household, Household.id == Task.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Task.id.in_(ids), Task.deleted_at.is_(None))
    )
    for one, no, head in rows:
        yield TaskRow(
            one.id,
            one.text or "",
            one.shown("source"),
            " ".join(filter(None, (viewer.name(head, one.zone_id), no))),
            names.get(one.owner_id or b"", "") or "",
            one.due_on,
            Task.field("state").show(one.state or OPEN),
            meeting=False,
        )


def _resolutions(session: Session, ids: Sequence[bytes]) -> Iterator[TaskRow]:
    names = cadre_names(session)
    rows = session.execute(
        select(Resolution, Meeting.held_at)
        .outerjoin(Meeting, Meeting.id == Resolution.meeting_id)
        .where(Resolution.id.in_(ids), Resolution.deleted_at.is_(None))
    )
    for one, at in rows:
        day = held_on(at) if at else None
        yield TaskRow(
            one.id,
            one.text or "",
            f"{day.month}月{day.day}日{MEETING}" if day else MEETING,
            "",
            names.get(one.owner_id or b"", "") or "",
            one.due_on,
            Resolution.field("state").show(one.state or OPEN),
            meeting=True,
        )
