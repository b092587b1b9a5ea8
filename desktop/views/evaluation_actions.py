"""测评: the steps that one person may take with an evaluation as it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.codes import COMMENT_GROUP
from township.records import Accountability, BallotComments, Cadre, Evaluation
from township.rules.accountability import ballots_until
from township.rules.permissions import Act, may
from township.storage.work import UnitOfWork
from township.usecases import ballot_counts
from township.usecases import evaluation_steps as steps
from township.usecases.evaluations import CREATE, EvaluationDetail
from township.usecases.zones import all_zones

COUNT, SLIPS, RESULT = "count", "slips", "result"
"""Steps that the page itself carries out, or looks at."""
_ROWS = (
    ("zone_id",),
    ("target_kind",),
    ("cadre_id",),
    ("year", "roster_size"),
    ("part",),
    ("held_on",),
    ("teller_one",),
    ("teller_two",),
)
_AGAIN = ("year", "part", "held_on", "roster_size", "teller_one", "teller_two")
_KEPT = ("zone_id", "target_kind", "cadre_id")


@dataclass(frozen=True)
class Person:
    """Who looks at the page, and on which day."""

    cadre: bytes
    roles: Collection[str]
    today: date

    def may(self, act: Act, kind: str) -> bool:
        """Do the roles allow this?"""
        return may(self.roles, act, kind)


def _nothing(work: UnitOfWork, record: bytes, values: Mapping[str, Any]) -> None:
    """Steps that change no record here."""


PRINT_SLIPS = Action(SLIPS, "打印测评票", "", _nothing)
PRINT_RESULT = Action(RESULT, "打印结果表", "", _nothing)
ENTER = Action(COUNT, "录入计票", "", _nothing)
CLOSE = Action(
    "close",
    "收票结束",
    "票箱已封，可以计票",
    lambda work, one, values: steps.close_box(work, one, values["closed_on"]),
    Evaluation.fields(),
    ("closed_on",),
)
APPROVE = Action("approve", "审定结果", "结果已审定", lambda work, one, _: steps.approve(work, one))
VOID = Action(
    "void",
    "作废",
    "这次测评已作废",
    lambda work, one, values: steps.void(work, one, values["void_reason"] or ""),
    Evaluation.fields(),
    ("void_reason",),
)
DECIDE = Action(
    "decide",
    "确定问责措施",
    "已确定问责措施",
    steps.decide,
    Accountability.fields(),
    ("measures", "measure_text"),
)
CLEAR = Action(
    "clear",
    "清除计票记录",
    "计票记录已清除，结果保留",
    lambda work, one, _: steps.clear_counts(work, one),
)


def actions(session: Session, found: EvaluationDetail, person: Person) -> list[Action]:
    """The steps that can be taken, the next one first."""
    one = found.evaluation
    tellers = (one.teller_one, one.teller_two)
    edits = person.may(Act.EDIT, "evaluation")
    if one.state in ("prepared", "issued"):
        forward = [_issue(one) if one.state == "prepared" else replace(CLOSE, start=_on(person))]
        return [*forward, PRINT_SLIPS, VOID] if edits else []
    if one.state == "closed":
        return _counting(session, found, person, tellers) + ([VOID] if edits else [])
    if one.state != "approved":
        return []
    given = [*_following(session, found, person), PRINT_RESULT]
    over = one.approved_on and ballots_until(one.approved_on) < person.today
    mine = person.cadre in tellers
    if over and mine and ballot_counts.left_to_clear(session, one.id, person.cadre):
        given.append(CLEAR)
    return given


def create(session: Session, person: Person) -> Action:
    """Making an evaluation; the record that it is given is only where its draft lies."""
    choices = _choices(session, person.today)
    start = {"target_kind": "zone", **_period(person.today)}
    if len(choices["zone_id"]) == 1:
        start["zone_id"] = choices["zone_id"][0].value
    names = [name for line in _ROWS for name in line]

    def run(work: UnitOfWork, _: bytes, values: Mapping[str, Any]) -> None:
        steps.create(work, values)

    said, fields = "测评已建好，可以印票", Evaluation.fields()
    return Action(CREATE, "新建测评", said, run, fields, names, choices, start, _ROWS)


def _issue(one: Evaluation) -> Action:
    return Action(
        "issue",
        "登记发票",
        "已登记发出票数",
        lambda work, record, values: steps.issue(work, record, values["issued"]),
        Evaluation.fields(),
        ("issued",),
        start={"issued": one.roster_size},
    )


def _counting(
    session: Session, found: EvaluationDetail, person: Person, tellers: tuple[bytes, bytes]
) -> list[Action]:
    counts, given = found.counting, []
    if person.cadre in tellers:
        mine = counts.one if person.cadre == tellers[0] else counts.two
        given = [replace(ENTER, text="更正计票") if mine else ENTER]
        given.append(_comments(session, found.evaluation.id))
    elif person.may(Act.APPROVE, "evaluation") and (counts.one or counts.two):
        given = [APPROVE]
    return given


def _comments(session: Session, evaluation: bytes) -> Action:
    text = BallotComments.field("text")
    fields = {
        subject: replace(text, label=f"{label}（每行一条）", required=False)
        for subject, label in COMMENT_GROUP.labels.items()
    }
    return Action(
        "comments",
        "录入意见",
        "意见已录入，先后次序不保留",
        steps.enter_comments,
        fields,
        tuple(fields),
        start=ballot_counts.comment_texts(session, evaluation),
    )


def _following(session: Session, found: EvaluationDetail, person: Person) -> list[Action]:
    following = found.accountability
    if following is None or following.state == "closed":
        return []
    if following.state == "open":
        return [DECIDE] if person.may(Act.EDIT, "accountability") else []
    return [_again(session, found, person)] if person.may(Act.CREATE, "evaluation") else []


def _again(session: Session, found: EvaluationDetail, person: Person) -> Action:
    before = found.evaluation
    kept = {name: getattr(before, name) for name in _KEPT}

    def run(work: UnitOfWork, record: bytes, values: Mapping[str, Any]) -> None:
        steps.create(work, {**kept, **values}, previous=record)

    start = {**_period(person.today), "roster_size": before.roster_size}
    start |= {name: getattr(before, name) for name in ("teller_one", "teller_two")}
    return Action(
        "again",
        "重新测评",
        "重新测评已建好，可以印票",
        run,
        Evaluation.fields(),
        _AGAIN,
        _choices(session, person.today),
        start,
    )


def _on(person: Person) -> dict[str, date]:
    return {"closed_on": person.today}


def _period(today: date) -> dict[str, Any]:
    return {"year": today.year, "part": "h1" if today.month <= 6 else "h2", "held_on": today}


def _choices(session: Session, today: date) -> dict[str, Sequence[Choice]]:
    """Zones, those who serve in them, and those who may count."""
    zones = all_zones(session)
    rows = session.execute(
        select(Cadre.id, Cadre.name, Cadre.post, Cadre.roles)
        .where(Cadre.deleted_at.is_(None), Cadre.status == "active")
        .order_by(Cadre.name)
    ).all()
    names = {one: " ".join(filter(None, (name, post))) for one, name, post, _ in rows}
    served = [
        Choice(cadre, f"{zone_name} {names[cadre]}")
        for zone, zone_name in zones
        for cadre in sorted(steps.serving(session, zone, today), key=lambda c: names.get(c, ""))
        if cadre in names
    ]
    tellers = [
        Choice(one, names[one])
        for one, _, _, roles in rows
        if may(roles or (), Act.CREATE, "ballot_tally")
    ]
    return {
        "zone_id": [Choice(zone, name) for zone, name in zones],
        "cadre_id": served,
        "teller_one": tellers,
        "teller_two": tellers,
    }
