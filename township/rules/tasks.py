"""When a task waits for whom. Source: domain §5.7: overdue reaches the owner at once, who gave it
one day later, the linked leader three days later; due soon is three days before."""

from __future__ import annotations

from datetime import date, timedelta

from township.rules.settings import PRESET, Settings

OPEN, DONE, DROPPED = "open", "done", "dropped"
GIVER_AFTER, LEADER_AFTER = 1, 3
"""So many days after its term a task reaches who gave it, and the linked leader."""


def default_due(given_on: date, settings: Settings = PRESET) -> date:
    """The term that forms propose."""
    return given_on + timedelta(days=settings.task_days)


def reaches(due_on: date, today: date) -> frozenset[str]:
    """Who is shown an open task: ``owner``, then ``giver``, then ``leader``."""
    over = (today - due_on).days
    found = {"owner"}
    if over >= GIVER_AFTER:
        found.add("giver")
    if over >= LEADER_AFTER:
        found.add("leader")
    return frozenset(found)


def problems(
    text: str | None, owner: bytes | None, due_on: date | None, given_on: date
) -> dict[str, str]:
    """What a new task lacks, by field."""
    found = {}
    if not (text or "").strip():
        found["text"] = "请写明任务内容"
    if owner is None:
        found["owner_id"] = "请选择责任人"
    if due_on is None:
        found["due_on"] = "请填写完成期限"
    elif due_on < given_on:
        found["due_on"] = "完成期限不能早于交办那天"
    return found
