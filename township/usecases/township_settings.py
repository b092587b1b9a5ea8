"""镇设置: what is in force, what is proposed, and the two steps from one to the other.

The office proposes, the head of the township approves; both on their own laptops (decision 046).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import TownshipSetting, new_id
from township.rules import setting_changes as rules
from township.rules.setting_changes import APPROVED, REFUSED, Change
from township.rules.settings import DECLARED, Declared, Settings
from township.storage.database import CLOCK, Database
from township.storage.township_settings import changes_in
from township.storage.work import UnitOfWork
from township.usecases.paper_facts import cadre_names
from township.values import CHINA, utc_now

_CHANGES, _MADE = "township_settings.changes", "township_settings.made"


def settings_of(session: Session, on: date | None = None) -> Settings:
    """The settings in force on a day, without one today; asked of the database once a session."""
    made: dict[date, Settings] = session.info.setdefault(_MADE, {})
    day = on or today_of(session)
    if day not in made:
        if _CHANGES not in session.info:
            with session.no_autoflush:
                session.info[_CHANGES] = changes_in(session.connection())
        made[day] = rules.settings_on(session.info[_CHANGES], day)
    return made[day]


def settings_of_month(session: Session, year: int, month: int) -> Settings:
    """By what a month is counted: the settings with which it began."""
    return settings_of(session, date(year, month, 1))


def settings_now(database: Database) -> Settings:
    """The settings in force now, for who has no session at hand."""
    with database.reader() as session:
        return settings_of(session)


def today_of(session: Session) -> date:
    """The day in China by the clock of the session's database."""
    now = session.info.get(CLOCK, utc_now)()
    day: date = now.astimezone(CHINA).date()
    return day


@dataclass(frozen=True)
class Step:
    """One proposal in the history of a setting, in words."""

    id: bytes
    value: str
    valid_from: date | None
    reason: str
    proposed_by: str
    proposer: bytes | None
    decision: str
    decided: str
    problem: str
    """Why it is not followed: it does not fit, or is of a newer program."""


@dataclass(frozen=True)
class Line:
    """One setting with its value today; ``coming`` is approved and begins later."""

    id: bytes
    declared: Declared
    current: Any
    value: str
    modified: bool
    waiting: Step | None
    coming: Step | None
    history: tuple[Step, ...] = ()
    problem: str = ""


def line_id(name: str) -> bytes:
    """What stands for a setting in a list: it has no record of its own while it is preset."""
    return hashlib.blake2b(name.encode(), digest_size=16).digest()


def lines(session: Session) -> tuple[Line, ...]:
    """All settings that the township can change, by group, with their histories."""
    today = today_of(session)
    changes = changes_in(session.connection())
    now, current = settings_of(session), rules.newest(changes, today)
    steps = _steps(session)
    found = []
    for name, declared in DECLARED.items():
        own = [steps[one.id] for one in reversed(changes) if one.name == name]
        value = getattr(now, name)
        held = current.get(name)
        last = next((one for one in reversed(changes) if one.name == name), None)
        found.append(
            Line(
                id=line_id(name),
                declared=declared,
                current=value,
                value=declared.shape.show(value),
                modified=value != declared.preset,
                waiting=steps[last.id] if last and last.decision is None else None,
                coming=_coming(changes, name, today, steps),
                history=tuple(own),
                problem=(rules.problem(declared, held) or "") if held else "",
            )
        )
    return tuple(found)


def propose(work: UnitOfWork, name: str, values: Mapping[str, Any]) -> bytes:
    """Propose a value; ``value`` None or empty: back to the preset. Uncommitted.

    Raises NotFound or InvalidInput.
    """
    declared = DECLARED.get(name)
    if declared is None:
        raise NotFound("没有这一项设置。可能是更新版本的程序加的，请先升级。")
    text = _typed(declared, values.get("value"))
    begins, reason = values.get("valid_from"), (values.get("reason") or "").strip()
    problems = _problems(work, declared, text, begins, reason)
    if problems or begins is None:
        raise InvalidInput(problems)
    made = TownshipSetting(
        id=new_id(), name=name, value=text or None, valid_from=begins, reason=reason
    )
    work.add(made)
    return made.id


def decide(work: UnitOfWork, change_id: bytes, *, agree: bool, note: str = "") -> None:
    """Approve a proposal, or refuse it with a reason. Raises NotFound, NotAllowed, InvalidInput."""
    found = work.session.get(TownshipSetting, change_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这项改动不在本机，请先同步。")
    change = Change(
        found.id, found.name, found.value, found.valid_from, found.decision, found.decided_on
    )
    if problem := rules.decide_problem(change, found.created_by, work.author):
        raise NotAllowed(problem)
    declared = DECLARED.get(found.name)
    if agree and (declared is None or rules.problem(declared, change)):
        raise NotAllowed("这项改动本程序看不懂或超出范围，不能同意。请先升级程序，或者不同意。")
    if not agree and not note.strip():
        raise InvalidInput({"decision_note": "请写明不同意的理由"})
    found.decision = APPROVED if agree else REFUSED
    found.decision_note = note.strip() or None
    found.decided_by, found.decided_on = work.author, work.today()


def _typed(declared: Declared, value: Any) -> str:
    """What a form gives, as the text that is kept."""
    if isinstance(value, str) or value is None:
        return (value or "").strip()
    return declared.shape.write(value)


def _problems(
    work: UnitOfWork, declared: Declared, text: str, begins: date | None, reason: str
) -> dict[str, str]:
    problems = {}
    if text:
        try:
            declared.shape.read(text)
        except ValueError as error:
            problems["value"] = str(error)
    today = work.today()
    if begins is None:
        problems["valid_from"] = "请填写生效日期"
    elif begins < today:
        problems["valid_from"] = "生效日期不能早于今天：改动不追溯"
    if not reason:
        problems["reason"] = "请写明改动理由"
    return problems


def _steps(session: Session) -> dict[bytes, Step]:
    names = cadre_names(session)
    rows = session.scalars(select(TownshipSetting).where(TownshipSetting.deleted_at.is_(None)))
    return {one.id: _step(one, names) for one in rows}


def _step(one: TownshipSetting, names: Mapping[bytes, str]) -> Step:
    declared = DECLARED.get(one.name)
    shown, problem = "恢复预设值", ""
    if one.value is not None:
        shown = one.value
        try:
            if declared is not None:
                shown = declared.shape.show(declared.shape.read(one.value))
        except ValueError as error:
            problem = str(error)
    decided = " ".join(filter(None, (names.get(one.decided_by or b""), str(one.decided_on or ""))))
    return Step(
        id=one.id,
        value=shown,
        valid_from=one.valid_from,
        reason=one.reason or "",
        proposed_by=names.get(one.created_by or b"") or "",
        proposer=one.created_by,
        decision=one.shown("decision") or "待审定",
        decided="；".join(filter(None, (decided, one.decision_note))),
        problem=problem,
    )


def _coming(
    changes: list[Change], name: str, today: date, steps: Mapping[bytes, Step]
) -> Step | None:
    """The next approved change that has not begun."""
    later = [
        (begun, one.id)
        for one in changes
        if one.name == name and (begun := one.in_force_from) is not None and begun > today
    ]
    return steps[min(later)[1]] if later else None
