"""What of the tasks waits for a person. Resolutions wait with the meetings they are from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from township.records import Task
from township.rules import tasks as rules
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due
from township.usecases.paper_facts import cadre_names

SYSTEM = "任务"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Open tasks: the owner's own, and the late ones of others for giver and linked leader."""
    if not may(asker.roles, Act.SEE, "task"):
        return
    zones = list(asker.cadre.zones or ()) if "LL" in asker.roles else []
    me = asker.cadre.id
    found = session.scalars(
        select(Task)
        .where(
            Task.deleted_at.is_(None),
            func.coalesce(Task.state, rules.OPEN) == rules.OPEN,
            or_(Task.owner_id == me, Task.created_by == me, Task.zone_id.in_(zones)),
        )
        .order_by(Task.due_on, Task.id)
    ).all()
    names = cadre_names(session)
    for one in found:
        mine = {"owner": one.owner_id == me, "giver": one.created_by == me}
        mine["leader"] = one.zone_id in zones
        if not any(mine[who] for who in rules.reaches(one.due_on, asker.today)):
            continue
        whose = "" if one.owner_id == me else f"（责任人 {names.get(one.owner_id or b'', '')}）"
        near = asker.urgency(one.due_on)
        yield Due(SYSTEM, f"{one.text}{whose}", one.due_on, near, "tasks", one.id)
