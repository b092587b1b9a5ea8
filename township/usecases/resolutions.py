"""议定事项: decisions of a meeting that are somebody's task until they are done."""

from __future__ import annotations

from datetime import date

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Meeting, Resolution
from township.storage.work import UnitOfWork
from township.usecases.meeting_people import OFFICES
from township.usecases.meeting_steps import day_of, held_meeting, roles_of

DONE, DROPPED = "done", "dropped"


def resolve(
    work: UnitOfWork, meeting_id: bytes, text: str, owner: bytes | None, due_on: date | None
) -> bytes:
    """Write down a decision with its owner and term; returns its id.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    meeting = held_meeting(work, meeting_id)
    problems = {}
    if not text.strip():
        problems["text"] = "请写明议定事项"
    if owner is None:
        problems["owner_id"] = "请选择责任人"
    if due_on is None:
        problems["due_on"] = "请填写完成期限"
    elif meeting.held_at and due_on < day_of(meeting.held_at):
        problems["due_on"] = "完成期限不能早于开会那天"
    if problems:
        raise InvalidInput(problems)
    made = Resolution(
        zone_id=meeting.zone_id,
        meeting_id=meeting.id,
        text=text.strip(),
        owner_id=owner,
        due_on=due_on,
        state="open",
    )
    work.add(made)
    return made.id


def finish(work: UnitOfWork, resolution_id: bytes | None, result: str, state: str = DONE) -> None:
    """Close a resolution: done, or dropped with a reason; it comes on no agenda any more.

    Its owner does it, the main leader who convened, or who keeps the meeting's records.
    Raises NotFound, InvalidInput or NotAllowed.
    """
    if resolution_id is None:
        raise InvalidInput({"resolution_id": "请选择议定事项"})
    task = work.session.get(Resolution, resolution_id)
    if task is None or task.deleted_at is not None:
        raise NotFound("这项议定事项不在本机，可能已被删除。")
    if task.state != "open":
        raise NotAllowed("这项议定事项已经了结，不能再改动。")
    if not result.strip():
        raise InvalidInput({"result": "请写明完成情况或不再办理的原因"})
    _may_finish(work, task)
    task.state, task.result, task.closed_on = state, result.strip(), day_of(work.clock())


def withdraw(work: UnitOfWork, meeting_id: bytes, resolution_id: bytes | None) -> None:
    """Delete a decision that was written down wrongly, before the minutes are signed.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    held_meeting(work, meeting_id)
    if resolution_id is None:
        raise InvalidInput({"resolution_id": "请选择议定事项"})
    task = work.session.get(Resolution, resolution_id)
    if task is None or task.deleted_at is not None or task.meeting_id != meeting_id:
        raise NotFound("这项议定事项不在这次会议里，可能已被删除。")
    if task.state != "open":
        raise NotAllowed("这项议定事项已经了结，不能撤销。")
    work.delete(task)


def bring_back(work: UnitOfWork, resolution_id: bytes) -> None:
    """Undo ``withdraw``. Raises NotFound."""
    task = work.session.get(Resolution, resolution_id)
    if task is None:
        raise NotFound("这项议定事项不在本机。")
    work.restore(task)


def may_finish(
    task: Resolution, convener: bytes | None, cadre_id: bytes, roles: frozenset[str]
) -> bool:
    """Whether somebody may say that a task is done: its owner, who wrote it down, the convener
    of its meeting, or an office of the township."""
    return cadre_id in (task.owner_id, task.created_by, convener) or bool(roles & OFFICES)


def _may_finish(work: UnitOfWork, task: Resolution) -> None:
    meeting = work.session.get(Meeting, task.meeting_id)
    convener = meeting.convener_id if meeting else None
    if not may_finish(task, convener, work.author, roles_of(work)):
        raise NotAllowed("议定事项由责任人登记完成，也可以由主持人、记录人或镇里登记。")
