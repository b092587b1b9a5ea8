"""Disputes and tasks that are written down with a visit, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from township.records import Dispute, Visit
from township.storage.work import UnitOfWork
from township.usecases import disputes, tasks
from township.usecases.disputes import DisputeEntry
from township.usecases.given_numbers import given
from township.usecases.tasks import Origin, TaskEntry
from township.usecases.township_settings import settings_of

_HOME = bytes(16)
"""Stands for the household, which is a party of every dispute that a visit raises."""


def problems(
    session: Session,
    raised: Sequence[DisputeEntry],
    given_out: Sequence[TaskEntry],
    visited_on: date | None,
) -> dict[str, str]:
    """What they lack, named ``disputes.0.summary``, ``tasks.0.text`` and so on."""
    found: dict[str, str] = {}
    settings = settings_of(session)
    for at, dispute in enumerate(raised):
        wrong = disputes.problems(replace(dispute, home_id=_HOME), settings)
        found |= {f"disputes.{at}.{name}": text for name, text in wrong.items()}
    for at, task in enumerate(given_out):
        wrong = tasks.problems(task, visited_on) if visited_on else {}
        found |= {f"tasks.{at}.{name}": text for name, text in wrong.items()}
    return found


def add_disputes(work: UnitOfWork, visit: Visit, raised: Sequence[DisputeEntry]) -> None:
    """Record the disputes; the household visited is one party of each."""
    if not raised:
        return
    numbers = given(work, Dispute, visit.visited_on.year, len(raised))
    for no, entry in zip(numbers, raised, strict=True):
        here = replace(entry, home_id=visit.household_id, found_by="visit")
        disputes.record(work, visit.zone_id, here, visit.visited_on, visit.id, no)


def add_tasks(work: UnitOfWork, visit: Visit, given_out: Sequence[TaskEntry]) -> None:
    """Give the tasks."""
    origin = Origin(visit.zone_id, "visit", visit.id, visit.household_id)
    for entry in given_out:
        tasks.give(work, origin, entry, visit.visited_on)
