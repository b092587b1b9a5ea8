"""居民权利 on 今日: what residents asked about their data and nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.rights import open_requests

SYSTEM = "居民权利"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """All open requests on this laptop: whoever can answer is to see them."""
    if not may(asker.roles, Act.SEE, "rights_request"):
        return
    for one in open_requests(session, asker.today):
        near = asker.urgency(one.due_on) if one.due_on else Urgency.SOON
        text = f"居民申请待答复：{one.person} {one.kind}"
        yield Due(SYSTEM, text, one.due_on, near, "households", one.household_id)
