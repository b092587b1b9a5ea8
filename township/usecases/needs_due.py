"""诉求 on 今日: those without an answer that one has to do with, by the end of their term."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from township.records import Need
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due, urgency
from township.usecases.needs import DUE, OPEN, UNANSWERED, mine

SYSTEM = "诉求"
AHEAD = 14
"""Terms are shown so many days ahead."""
MOST = 100
"""So many are listed one by one, the most urgent first; the rest is one line."""


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """The needs of a cadre whose term has ended or ends in the next two weeks."""
    if not may(asker.roles, Act.SEE, "need"):
        return
    wanted = and_(UNANSWERED, mine(asker.cadre.id), asker.today + timedelta(days=AHEAD) >= DUE)
    rows = session.execute(
        select(Need.id, Need.text, DUE).where(wanted).order_by(DUE, Need.no).limit(MOST)
    ).all()
    for one, text, on in rows:
        yield _line(text or "", on, asker.today, one)
    if len(rows) == MOST:
        total = session.scalar(select(func.count()).select_from(Need).where(wanted)) or 0
        if total > MOST:
            yield _line(
                f"另有 {total - MOST} 件诉求，请到诉求页查看", rows[-1][2], asker.today, OPEN
            )


def _line(text: str, on: date, today: date, target: object) -> Due:
    return Due(SYSTEM, text, on, urgency(on, today), "needs", target)
