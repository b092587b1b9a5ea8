"""测评: what people do with one, from its making to the end of what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import (
    Accountability,
    Cadre,
    Evaluation,
    EvaluationTotal,
    ZoneStaff,
    new_id,
)
from township.rules import accountability as terms
from township.rules import evaluations as rules
from township.rules.evaluations import FAIL, NO_QUORUM, PASS, Counts
from township.rules.permissions import Act, may
from township.rules.settings import Settings
from township.storage.work import UnitOfWork
from township.usecases import ballot_counts
from township.usecases.given_numbers import given
from township.usecases.township_settings import settings_of

ASKED = (
    "zone_id",
    "target_kind",
    "cadre_id",
    "year",
    "part",
    "held_on",
    "roster_size",
    "teller_one",
    "teller_two",
)
"""The fields that a new evaluation is made of."""


def create(
    work: UnitOfWork,
    values: Mapping[str, Any],
    previous: bytes | None = None,
) -> bytes:
    """Prepare an evaluation; ``previous`` is the failed one that it looks at again.

    Raises InvalidInput.
    """
    made = Evaluation(id=new_id(), **{name: values.get(name) for name in ASKED})
    made.dimensions = settings_of(work.session).evaluation_dimensions
    made.state, made.previous_id = "prepared", previous
    made.no = given(work, Evaluation, made.year)[0] if made.year else ""
    if made.target_kind == "zone":
        made.cadre_id = None
    problems = _making_problems(work.session, made)
    if problems:
        raise InvalidInput(problems)
    work.add(made)
    return made.id


def issue(work: UnitOfWork, evaluation_id: bytes, issued: int | None) -> None:
    """Record how many ballots were given out. Raises NotFound, NotAllowed or InvalidInput."""
    found = _to(work, evaluation_id, "issued")
    problem = rules.issue_problem(found.roster_size, issued)
    if problem:
        raise InvalidInput({"issued": problem})
    found.issued, found.state = issued, "issued"


def close_box(work: UnitOfWork, evaluation_id: bytes, closed_on: date | None) -> None:
    """The box is closed for good; the ballots are mixed and counted from now on.

    Raises NotFound, NotAllowed or InvalidInput.
    """
    found = _to(work, evaluation_id, "closed")
    if closed_on is None or not found.held_on <= closed_on <= work.today():
        told = f"收票日期应在测评日期 {found.held_on} 和今天之间"
        raise InvalidInput({"closed_on": told})
    found.closed_on, found.state = closed_on, "closed"


def void(work: UnitOfWork, evaluation_id: bytes, reason: str) -> None:
    """Give up an evaluation whose box or count went wrong. Raises InvalidInput without reason."""
    found = _to(work, evaluation_id, "void")
    if not reason.strip():
        raise InvalidInput({"void_reason": "请写明作废原因"})
    found.void_reason, found.state = reason, "void"


def enter_count(work: UnitOfWork, evaluation_id: bytes, counts: Counts) -> None:
    """Enter the author's own count. Raises NotFound, NotAllowed or InvalidInput."""
    ballot_counts.enter_count(work, evaluation(work.session, evaluation_id), counts)


def enter_comments(work: UnitOfWork, evaluation_id: bytes, texts: Mapping[str, Any]) -> None:
    """Keep the comments by subject. Raises NotFound, NotAllowed or InvalidInput."""
    found = evaluation(work.session, evaluation_id)
    ballot_counts.enter_comments(work, found, {k: v or "" for k, v in texts.items()})


def approve(work: UnitOfWork, evaluation_id: bytes) -> None:
    """Make the agreed totals public; under the line 问责 begins. Raises NotFound or NotAllowed.

    Without a result no totals are written: few ballots tell who gave them.
    """
    found = _to(work, evaluation_id, "approved")
    tellers = (found.teller_one, found.teller_two)
    problem = terms.approver_problem(work.author, tellers, found.cadre_id)
    counts = ballot_counts.counting(work.session, found)
    problem = problem or _disagreement(counts)
    agreed = counts.agreed
    if problem or agreed is None:
        raise NotAllowed(problem or "")
    today, settings = work.today(), settings_of(work.session)
    found.returned = rules.ballots(agreed)
    found.result = rules.verdict(found.issued or 0, agreed, settings)
    found.approved_by, found.approved_on, found.state = work.author, today, "approved"
    if found.result != NO_QUORUM:
        _write_totals(work, found, agreed)
        _settle_previous(work, found, today)
    if found.result == FAIL:
        _open_accountability(work, found, today, settings)


def decide(work: UnitOfWork, evaluation_id: bytes, values: Mapping[str, Any]) -> None:
    """Decide the measures; the term of the next evaluation begins.

    Raises NotFound, NotAllowed or InvalidInput.
    """
    found = accountability(work.session, evaluation_id)
    if found is None or found.state != "open":
        raise NotAllowed("这次测评没有待定措施的问责。")
    measures, text = values.get("measures") or (), (values.get("measure_text") or "").strip()
    lacking = {"measures": (measures, "请选择问责措施"), "measure_text": (text, "请写明整改要求")}
    problems = {name: told for name, (value, told) in lacking.items() if not value}
    if problems:
        raise InvalidInput(problems)
    today = work.today()
    found.measures, found.measure_text, found.state = measures, text, "decided"
    found.decided_by, found.decided_on = work.author, today
    found.due_again_on = terms.again_due(today, settings_of(work.session))


def clear_counts(work: UnitOfWork, evaluation_id: bytes) -> None:
    """Remove counts and comments whose time is over. Raises NotFound or NotAllowed."""
    found = evaluation(work.session, evaluation_id)
    settings = settings_of(work.session)
    until = terms.ballots_until(found.approved_on, settings) if found.approved_on else None
    if until is None or work.today() <= until:
        raise NotAllowed(f"计票记录要保存到 {until or '审定后 6 个月'}，现在还不能清除。")
    ballot_counts.clear(work, evaluation_id)


def evaluation(session: Session, evaluation_id: bytes) -> Evaluation:
    """One evaluation. Raises NotFound."""
    found = session.get(Evaluation, evaluation_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这次测评不在本机，可能已被删除。")
    return found


def accountability(session: Session, evaluation_id: bytes) -> Accountability | None:
    """What follows an evaluation under the line, where this laptop holds it."""
    return session.scalars(
        select(Accountability)
        .where(Accountability.evaluation_id == evaluation_id, Accountability.deleted_at.is_(None))
        .order_by(Accountability.id)
    ).first()


def serving(session: Session, zone_id: bytes | None, on: date | None) -> frozenset[bytes]:
    """Who serves in a zone on a day; at any time when no day is given."""
    question = select(ZoneStaff.cadre_id).where(
        ZoneStaff.zone_id == zone_id, ZoneStaff.deleted_at.is_(None)
    )
    if on is not None:
        question = question.where(
            or_(ZoneStaff.from_on.is_(None), ZoneStaff.from_on <= on),
            or_(ZoneStaff.to_on.is_(None), ZoneStaff.to_on >= on),
        )
    return frozenset(session.scalars(question))


def _making_problems(session: Session, made: Evaluation) -> dict[str, str]:
    problems = {
        name: told for name in ASKED if (told := made.field(name).problem(getattr(made, name)))
    }
    staff = serving(session, made.zone_id, made.held_on)
    if made.target_kind == "cadre" and made.cadre_id not in staff:
        problems["cadre_id"] = "请选这个责任区当时在任的干部"
    if not made.roster_size:
        problems["roster_size"] = "请填写代表人数"
    told = terms.tellers_problem(made.teller_one, made.teller_two, made.cadre_id, staff)
    if told and "teller_one" not in problems and "teller_two" not in problems:
        problems["teller_two"] = told
    for name in ("teller_one", "teller_two"):
        if name not in problems and not _may_count(session, getattr(made, name)):
            problems[name] = "这名干部的角色不能计票，请选镇机关科室的干部"
    return problems


def _may_count(session: Session, cadre_id: bytes) -> bool:
    cadre = session.get(Cadre, cadre_id)
    return cadre is not None and may(cadre.roles or (), Act.CREATE, "ballot_tally")


def _to(work: UnitOfWork, evaluation_id: bytes, state: str) -> Evaluation:
    found = evaluation(work.session, evaluation_id)
    problem = rules.step_problem(found.state, state)
    if problem:
        raise NotAllowed(problem)
    return found


def _disagreement(counts: ballot_counts.Counting) -> str | None:
    if counts.one is None or counts.two is None:
        return "两名计票人还没有都录入，不能审定。"
    if counts.differences:
        told = "；".join(map(ballot_counts.difference_text, counts.differences))
        return f"两人计票不一致，谁的都不算，请两人重新点票：{told}。"
    return None


def _write_totals(work: UnitOfWork, found: Evaluation, agreed: Counts) -> None:
    for dimension, answers in agreed.items():
        place = {"zone_id": found.zone_id, "evaluation_id": found.id, "dimension": dimension}
        work.add(EvaluationTotal(**place, **vars(answers)))


def _open_accountability(
    work: UnitOfWork, found: Evaluation, today: date, settings: Settings
) -> None:
    work.add(
        Accountability(
            zone_id=found.zone_id,
            evaluation_id=found.id,
            opened_on=today,
            due_on=terms.measures_due(today, settings),
            state="open",
        )
    )


def _settle_previous(work: UnitOfWork, found: Evaluation, today: date) -> None:
    """Another evaluation with a result ends what the last one began; a new failure begins anew."""
    before = accountability(work.session, found.previous_id) if found.previous_id else None
    if before is not None and before.state != "closed" and found.result in (PASS, FAIL):
        before.state, before.closed_on = "closed", today
