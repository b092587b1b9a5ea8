"""交办任务: the step that makes a task out of a need, a dispute or another matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from desktop.views.new_matters import owners
from desktop.views.step_form import Action
from township.records import Task
from township.rules import tasks as rules
from township.rules.permissions import Act
from township.storage.work import UnitOfWork
from township.usecases import tasks
from township.usecases.tasks import TaskEntry
from township.usecases.township_settings import settings_of


def give_task(
    session: Session, cadre_id: bytes, source: str, zone_id: bytes, today: date
) -> Action:
    """The step for a matter of this kind that lies in this zone."""

    def run(work: UnitOfWork, record: bytes, given: Mapping[str, Any]) -> None:
        entry = TaskEntry(given["text"], given["owner_id"], given["due_on"])
        tasks.give(work, tasks.origin_of(work.session, source, record), entry)

    due = rules.default_due(today, settings_of(session))
    return Action(
        f"{source}.task",
        "交办任务",
        "任务已交办",
        run,
        Task.fields(),
        ("text", "owner_id", "due_on"),
        {"owner_id": owners(session, cadre_id, [zone_id], today)},
        {"owner_id": cadre_id, "due_on": due},
        act=Act.CREATE,
        kind=Task.kind(),
    )
