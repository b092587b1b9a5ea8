"""What of 五情 waits for a person: receipts, responses, alerts, feedback, reports by law.

Each alert of an emergency carries the telephone numbers: the program is not the channel by which
an emergency is told. Source: domain §5.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.records import Situation
from township.rules import situations as rules
from township.rules.situations import STEPS, Escalation, Step, Timeline
from township.storage.true_time import true_time
from township.usecases.dues import Asker, Due, Urgency
from township.usecases.situation_routing import contacts, leaders
from township.usecases.situations import place_names, timeline, where
from township.values import CHINA

SYSTEM, PAGE = "五情", "situations"
_SHORT = 24


def due(session: Session, asker: Asker) -> Iterator[Due]:
    """What waits for the asker, by the township's time where this laptop knows it."""
    now = true_time(session.connection(), asker.now)
    open_ = select(Situation).where(Situation.closed_at.is_(None), Situation.deleted_at.is_(None))
    found = session.scalars(open_.order_by(Situation.reported_at, Situation.id)).all()
    places = place_names(session) if found else {}
    for one in found:
        yield from _of(_Look(session, asker, one, timeline(one), now, where(one, places)))


@dataclass(frozen=True)
class _Look:
    """One open report as the asker sees it."""

    session: Session
    asker: Asker
    found: Situation
    line: Timeline
    now: datetime
    place: str

    @property
    def what(self) -> str:
        """Kind, level, place and the first words."""
        one = self.found
        words = one.summary or ""
        short = words if len(words) <= _SHORT else f"{words[: _SHORT - 1]}…"
        level = f"·{one.shown('level')}" if one.level != "normal" else ""
        return f"{one.shown('situation_kind')}{level} {self.place}：{short}"

    def made(self, told: str, at: datetime | None, *, late: bool, more: str = "") -> Due:
        """One line: first what is to be done and whom to call, then about what, then the rest.

        What has no clock of its own stands among what is to come.
        """
        on = at.astimezone(CHINA).date() if at else None
        clocked = at is not None and self.line.level != "normal"
        soon = Urgency.SOON if clocked else Urgency.COMING
        urgency = Urgency.OVERDUE if late else soon
        text = f"{told}：{self.what}{'；' * bool(more)}{more}"
        alarm = late and self.line.level == "emergency" and self.line.responded_at is None
        return Due(SYSTEM, text, on, urgency, PAGE, self.found.id, at, alarm=alarm)


def _of(look: _Look) -> Iterator[Due]:
    alerts = list(rules.escalations(look.line, look.now, look.asker.settings))
    mine = [one for one in alerts if one.answered_at is None and _alerted(look, one)]
    if mine:
        yield _alert(look, mine[-1])
    elif (next_ := _next(look, alerts)) is not None:
        yield next_
    if (outside := _outside(look)) is not None:
        yield outside


def _alerted(look: _Look, alert: Escalation) -> bool:
    """Is the asker one of those whom this alert is for?"""
    on = look.now.astimezone(CHINA).date()
    return look.asker.cadre.id in leaders(look.session, look.found.zone_id, alert.role, on)


def _alert(look: _Look, alert: Escalation) -> Due:
    since = rules.span_text(look.now - (look.line.reported_at or look.now))
    first, others = _phones(look)
    told = f"报送 {since}没有{STEPS[alert.step]}，请马上打 {first}"
    return look.made(told, alert.at, late=True, more=others)


def _phones(look: _Look) -> tuple[str, str]:
    """Whom to call about it: who has to act, and then who reported it, the linked leader."""
    on = look.now.astimezone(CHINA).date()
    people = [one for one in (look.found.report_to, look.found.reported_by) if one]
    people += leaders(look.session, look.found.zone_id, "LL", on)
    others = [one for one in people if one != look.asker.cadre.id]
    first, *rest = [str(one) for one in contacts(look.session, others)] or ["110"]
    return first, "；".join(rest)


def _next(look: _Look, alerts: list[Escalation]) -> Due | None:
    """The next step, for whoever has to take it, and alarm for who reported an emergency."""
    step, me, found = rules.next_step(look.line), look.asker.cadre.id, look.found
    late = rules.late(look.line, look.now, look.asker.settings)
    at = rules.due_at(look.line, look.asker.settings)
    answers = {found.report_to, found.received_by} - {None}
    if step in (Step.RECEIVE, Step.RESPOND) and me in answers:
        first, others = _phones(look) if found.level == "emergency" else ("", "")
        call = f"，请先打 {first}" if first else ""
        return look.made(f"待{STEPS[step]}{call}", at, late=late, more=others)
    waiting = [one for one in alerts if one.answered_at is None]
    if waiting and me == found.reported_by:
        return _alert(look, waiting[-1])
    if step in (Step.FEED_BACK, Step.CLOSE) and me in answers | {found.reported_by}:
        told = "待向报送人和群众反馈" if step is Step.FEED_BACK else "已反馈，可以办结"
        return look.made(told, at, late=late)
    return None


def _outside(look: _Look) -> Due | None:
    """A report that the law wants and that nobody has entered, for all who answer for it."""
    found, settings = look.found, look.asker.settings
    at = rules.report_due(found.report_duty, found.found_at, settings)
    mine = look.asker.cadre.id in {found.report_to, found.reported_by, found.received_by}
    if at is None or found.external_at is not None or not mine:
        return None
    told = f"依法报告还没有登记（{found.shown('report_duty')}）"
    rule = rules.report_rule(found.report_duty, settings)
    return look.made(told, at, late=at < look.now, more=rule)
