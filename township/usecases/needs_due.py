"""诉求 on 今日: those without an answer that one has to do with, by the end of their term."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from township.records import Need
from township.rules.permissions import Act, may
from township.usecases.dues import Asker, Due
from township.usecases.needs import OPEN, UNANSWERED, due_day, mine

SYSTEM = "诉求"
AHEAD = 14
"""Terms are shown so many days ahead."""
MOST = 100
"""So many are listed one by one, the most urgent first; the rest is one line."""


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """The needs of a cadre whose term has ended or ends in the next two weeks."""
    if not may(asker.roles, Act.SEE, "need"):
        return
    day = due_day(asker.settings)
    wanted = and_(UNANSWERED, mine(asker.cadre.id), asker.today + timedelta(days=AHEAD) >= day)
    rows = session.execute(
        select(Need.id, Need.text, day).where(wanted).order_by(day, Need.no).limit(MOST)
    ).all()
    for one, text, on in rows:
        yield _line(asker, text or "", on, one)
    if len(rows) == MOST:
        total = session.scalar(select(func.count()).select_from(Need).where(wanted)) or 0
        if total > MOST:
            text = f"另有 {total - MOST} 件诉求，请到诉求页查看"
            yield _line(asker, text, rows[-1][2], OPEN)


def _line(asker: Asker, text: str, on: date, target: object) -> Due:
    return Due(SYSTEM, text, on, asker.urgency(on), "needs", target)
