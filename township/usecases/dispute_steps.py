"""The steps of a dispute, from the first contact to the end. Domain §4.6, §5.5; 人民调解法
arts. 17, 26, 33. All raise NotFound, and NotAllowed for a step whose time has not come.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import Dispute, DisputeStep
from township.rules import disputes as rules
from township.storage.work import UnitOfWork
from township.usecases.disputes import AGREED, CLOSED, ENDED, OPEN, course
from township.usecases.township_settings import settings_of


def add_step(
    work: UnitOfWork, dispute_id: bytes, taken_on: date | None, kind: str | None, text: str | None
) -> None:
    """Record a step; the first that meets the parties is the first contact.

    Raises NotFound, InvalidInput, or NotAllowed for mediation after a refusal.
    """
    found = _open(work, dispute_id)
    wrong = {
        name: DisputeStep.field(name).problem(value)
        for name, value in (("taken_on", taken_on), ("step_kind", kind), ("text", text))
    }
    _refuse({name: one for name, one in wrong.items() if one} | _future(work, taken_on=taken_on))
    if kind == "mediate" and (why_not := rules.mediation_problem(found.refused_on)):
        raise NotAllowed(why_not)
    if kind in ("contact", "inspect", "mediate") and found.contacted_on is None:
        found.contacted_on = taken_on
    work.add(
        DisputeStep(
            zone_id=found.zone_id,
            dispute_id=found.id,
            taken_on=taken_on,
            step_kind=kind,
            text=text,
        )
    )


def set_level(work: UnitOfWork, dispute_id: bytes, level: str | None, reason: str | None) -> None:
    """Set the level with a reason; a new term begins. A lower one notes who decided so.

    Raises NotFound or InvalidInput, and at commit NotAllowed to those who may not lower it.
    """
    found = _open(work, dispute_id)
    if not level:
        raise InvalidInput({"level": "请选择预警等级"})
    if not (reason or "").strip():
        raise InvalidInput({"level_reason": "请写明定级理由"})
    now = rules.standing(course(found), work.today(), settings_of(work.session))
    if level == now.level == found.level:
        raise InvalidInput({"level": "等级没有变化"})
    found.level_by = work.author if rules.is_lower(level, now.level) else None
    found.level, found.level_reason = level, (reason or "").strip()
    found.level_since, found.due_on = work.today(), None


def set_mediators(work: UnitOfWork, dispute_id: bytes, mediators: tuple[bytes, ...]) -> None:
    """Say who mediates. Raises NotFound or InvalidInput."""
    found = _open(work, dispute_id)
    if not mediators:
        raise InvalidInput({"mediators": "请选择调解人"})
    found.mediators = mediators


def refuse(work: UnitOfWork, dispute_id: bytes, on: date | None, note: str | None) -> None:
    """A party refuses: there is no mediation any more (人民调解法 art. 17)."""
    found = _at(work, dispute_id, OPEN)
    _refuse(_required(refused_on=on, refused_note=note) | _future(work, refused_on=on))
    found.refused_on, found.refused_note = on, note


def resume(work: UnitOfWork, dispute_id: bytes) -> None:
    """All parties agree to mediation after all."""
    found = _at(work, dispute_id, OPEN)
    if found.refused_on is None:
        raise NotAllowed("没有登记过拒绝调解，不用恢复。")
    found.refused_on = found.refused_note = None


def agree(
    work: UnitOfWork,
    dispute_id: bytes,
    agreement: str | None,
    on: date | None,
    terms: str | None,
) -> None:
    """The parties have agreed. Raises NotAllowed after a refusal, NotFound or InvalidInput."""
    found = _at(work, dispute_id, OPEN)
    if why_not := rules.mediation_problem(found.refused_on):
        raise NotAllowed(why_not)
    _refuse(
        _required(agreement=agreement, agreed_on=on, terms=terms)
        | _future(work, agreed_on=on)
        | _before(found, agreed_on=on)
    )
    found.agreement, found.agreed_on, found.terms = agreement, on, terms
    found.result, found.state = "settled", AGREED


def ask_confirmation(work: UnitOfWork, dispute_id: bytes, on: date | None) -> None:
    """The parties have applied together for judicial confirmation (art. 33)."""
    found = _at(work, dispute_id, AGREED)
    _refuse(_required(confirm_asked_on=on) | _future(work, confirm_asked_on=on))
    last = rules.confirm_until(found.agreed_on or found.found_on)
    if on is not None and on > last:
        text = f"申请司法确认最迟 {last}（协议生效起三十日内，人民调解法第三十三条）"
        raise InvalidInput({"confirm_asked_on": text})
    found.confirm_asked_on = on


def end(
    work: UnitOfWork,
    dispute_id: bytes,
    result: str | None,
    on: date | None,
    told: str | None,
) -> None:
    """End without agreement; the parties are told the lawful ways (art. 26).

    Raises NotFound, NotAllowed or InvalidInput.
    """
    found = _at(work, dispute_id, OPEN)
    wrong = _required(result=result, ended_on=on) | _future(work, ended_on=on)
    wrong |= _before(found, ended_on=on)
    if result == "settled":
        wrong["result"] = "调解成功请用“登记协议”"
    if result != "withdrawn" and not (told or "").strip():
        wrong["remedies_told"] = "请写明已告知当事人的依法途径（人民调解法第二十六条）"
    _refuse(wrong)
    found.result, found.ended_on, found.remedies_told = result, on, told
    found.state = ENDED


def revisit(work: UnitOfWork, dispute_id: bytes, on: date | None, note: str | None) -> None:
    """The parties were visited again."""
    found = _at(work, dispute_id, AGREED, ENDED)
    _refuse(_required(revisited_on=on, revisit_note=note) | _future(work, revisited_on=on))
    found.revisited_on, found.revisit_note = on, note


def close(work: UnitOfWork, dispute_id: bytes) -> None:
    """Close it; what was agreed is looked at again before. Raises NotFound or NotAllowed."""
    found = _at(work, dispute_id, AGREED, ENDED)
    if found.state == AGREED and found.revisited_on is None:
        raise NotAllowed("达成协议后还没有回访，不能办结。请先登记回访。")
    found.state, found.closed_on = CLOSED, work.today()


def _open(work: UnitOfWork, dispute_id: bytes) -> Dispute:
    found = work.session.get(Dispute, dispute_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这件纠纷不在本机，可能已被删除。")
    if found.state == CLOSED:
        raise NotAllowed("这件纠纷已经办结，不能再改动。")
    return found


def _at(work: UnitOfWork, dispute_id: bytes, *states: str) -> Dispute:
    found = _open(work, dispute_id)
    if (found.state or OPEN) not in states:
        raise NotAllowed(f"这件纠纷{found.shown('state')}，不能做这一步。请刷新后再看。")
    return found


def _required(**values: Any) -> dict[str, str]:
    """What is missing or wrong among these fields, which this step needs."""
    found = {}
    for name, value in values.items():
        field = Dispute.field(name)
        empty = value is None or (isinstance(value, str) and not value.strip())
        problem = f"请填写{field.label}" if empty else field.problem(value)
        if problem:
            found[name] = problem
    return found


def _future(work: UnitOfWork, **days: date | None) -> dict[str, str]:
    today = work.today()
    return {name: "不能晚于今天" for name, day in days.items() if day is not None and day > today}


def _before(found: Dispute, **days: date | None) -> dict[str, str]:
    return {
        name: "不能早于发现日期"
        for name, day in days.items()
        if day is not None and found.found_on and day < found.found_on
    }


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise InvalidInput(wrong)
