"""任务: giving one, and saying what came of it. Resolutions of meetings end in ``resolutions``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Cadre, Task, new_id, record_kinds
from township.rules import tasks as rules
from township.storage.work import UnitOfWork

_MAY_FINISH = frozenset({"VS", "LL", "TOP", "PET"})
"""Who may end the tasks of others, besides owner and giver."""


@dataclass(frozen=True)
class TaskEntry:
    """What a form gives."""

    text: str | None
    owner_id: bytes | None
    due_on: date | None


@dataclass(frozen=True)
class Origin:
    """What a task is from: its zone, the kind of record and the record, and the household."""

    zone_id: bytes
    source: str = "other"
    source_id: bytes | None = None
    household_id: bytes | None = None


def origin_of(session: Session, source: str, record_id: bytes) -> Origin:
    """What a task from this record is from. Raises NotFound."""
    found: Any = session.get(record_kinds()[source], record_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这条记录不在本机，可能已被删除。")
    return Origin(found.zone_id, source, found.id, getattr(found, "household_id", None))


def problems(entry: TaskEntry, given_on: date) -> dict[str, str]:
    """What an entry lacks, by field."""
    found = rules.problems(entry.text, entry.owner_id, entry.due_on, given_on)
    if problem := Task.field("text").problem(entry.text):
        found.setdefault("text", problem)
    return found


def give(work: UnitOfWork, origin: Origin, entry: TaskEntry, given_on: date | None = None) -> bytes:
    """Give a task; returns its id, uncommitted. Raises InvalidInput."""
    on = given_on or work.today()
    if wrong := problems(entry, on):
        raise InvalidInput(wrong)
    made = Task(
        id=new_id(),
        zone_id=origin.zone_id,
        household_id=origin.household_id,
        source=origin.source,
        source_id=origin.source_id,
        text=(entry.text or "").strip(),
        owner_id=entry.owner_id,
        due_on=entry.due_on,
        state=rules.OPEN,
    )
    work.add(made)
    return made.id


def finish(work: UnitOfWork, task_id: bytes, result: str | None, state: str = rules.DONE) -> None:
    """The task is done, or dropped with a reason. Raises NotFound, InvalidInput or NotAllowed."""
    task = _task(work, task_id)
    if (task.state or rules.OPEN) != rules.OPEN:
        raise NotAllowed("这项任务已经了结，不能再改动。")
    if not (result or "").strip():
        raise InvalidInput({"result": "请写明完成情况或不再办理的原因"})
    _check_may_finish(work, task)
    task.state, task.result = state, (result or "").strip()
    task.done_on = work.today()


def reopen(work: UnitOfWork, task_id: bytes) -> None:
    """Undo ``finish``. Raises NotFound or NotAllowed."""
    task = _task(work, task_id)
    _check_may_finish(work, task)
    task.state, task.result, task.done_on = rules.OPEN, None, None


def _task(work: UnitOfWork, task_id: bytes) -> Task:
    task = work.session.get(Task, task_id)
    if task is None or task.deleted_at is not None:
        raise NotFound("这项任务不在本机，可能已被删除。")
    return task


def _check_may_finish(work: UnitOfWork, task: Task) -> None:
    if work.author in (task.owner_id, task.created_by):
        return
    cadre = work.session.get(Cadre, work.author)
    if cadre is None or not _MAY_FINISH.intersection(cadre.roles or ()):
        raise NotAllowed("任务由责任人登记完成，也可以由交办人、村书记或联村领导登记。")
