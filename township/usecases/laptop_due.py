"""本机 on 今日: the second factor that is still to be set up, and what the sync left undecided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from township.records import Conflict
from township.rules.permissions import Act, may
from township.storage import second_factor, tables
from township.usecases.dues import Asker, Due, Urgency

SYSTEM = "本机"


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """Lines about this laptop and its user."""
    login = asker.cadre.login or ""
    left = second_factor.days_left(session.connection(), login, asker.roles, asker.now)
    if left is not None:
        on = asker.today + timedelta(days=left)
        yield Due(SYSTEM, "给账号设置手机验证码", on, asker.urgency(on), "settings")
    yield from _undecided(session, asker)


def _undecided(session: Session, asker: Asker) -> Iterator[Due]:
    c = tables.changeset.c
    refused = session.scalar(select(func.count()).where(c.state == "rejected")) or 0
    if refused:
        text = f"有 {refused} 批改动镇里没有接收，请查看原因"
        yield Due(SYSTEM, text, None, Urgency.SOON, "sync")
    if not may(asker.roles, Act.EDIT, "conflict"):
        return
    open_ = (Conflict.decision.is_(None), Conflict.deleted_at.is_(None))
    conflicts = session.scalar(select(func.count()).select_from(Conflict).where(*open_)) or 0
    if conflicts:
        text = f"有 {conflicts} 处两人改得不一样，请选定用哪一个"
        yield Due(SYSTEM, text, None, Urgency.SOON, "sync")
