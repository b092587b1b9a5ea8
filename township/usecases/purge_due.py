"""到期清理 on 今日: whether anything is kept longer than its term, cheaply asked."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Need, Visit, Zone
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.purge_rules import due as expired
from township.usecases.purge_rules import not_taken

SYSTEM = "到期清理"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """One line for who may erase, when visits or needs have expired. Source: domain §7.7.

    The page counts them all; here two questions by index are enough.
    """
    if not may(asker.roles, Act.CREATE, "erasure"):
        return
    zones = list(session.scalars(select(Zone.id)))
    untouchable = not_taken(session)
    for kind, model in (("visit", Visit), ("need", Need)):
        where = expired(kind, asker.today, untouchable, asker.settings)
        wanted = select(model.id).where(model.zone_id.in_(zones), *where).limit(1)
        if session.scalar(wanted) is not None:
            text = "有资料保存期满，请核对后清理"
            yield Due(SYSTEM, text, None, Urgency.SOON, "purge")
            return
