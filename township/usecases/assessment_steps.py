"""下队考核: signing a month, consent to late days, sending back, explaining, asking households.

Source: domain §5.1 rules 3, 5, 7 and 8. Nobody assesses himself.
"""

from __future__ import annotations

from datetime import date

from township.errors import InvalidInput, NotAllowed, NotFound
from township.records import (
    AssessmentLine,
    AssessmentNote,
    AssessmentSheet,
    SpotCheck,
    WorkLog,
)
from township.rules import assessment as rules
from township.storage.work import UnitOfWork
from township.usecases.assessment_lines import NUMBERS, counted, frozen, notes_of
from township.usecases.assessment_people import (
    Member,
    Unit,
    signers,
    staff_of_day,
    staff_of_month,
    unit_of,
)
from township.usecases.assessments import Viewed, checks_of, drawn, signed_sheets
from township.usecases.township_settings import settings_of_month


def sign(work: UnitOfWork, unit: Unit, year: int, month: int) -> bytes:
    """Sign a unit's month: its lines are kept as they are now. Returns the sheet's id.

    A second signature makes the next revision, and only when something is different; the one
    before stays as it is. Raises NotAllowed.
    """
    session, today = work.session, work.today()
    staff = staff_of_month(session, year, month)
    members = staff.members(unit)
    if not members:
        raise NotAllowed("这个月这张考核表上没有人，不用签字。")
    if not rules.is_over(year, month, today):
        raise NotAllowed(f"{month}月还没有结束，下月1日起才能签字。")
    if work.author not in signers(staff_of_day(session, today), staff, unit):
        raise NotAllowed(_not_yours(unit, {one.id for one in members}, work.author))
    before = signed_sheets(session, year, month).get(unit, [])
    settings = settings_of_month(session, year, month)
    lines = [one.line for one in counted(session, members, year, month, settings)]
    if before and frozen(session, [before[-1].id])[before[-1].id] == lines:
        raise NotAllowed("签字以后没有改动，不用再签。")
    sheet = AssessmentSheet(
        zone_id=unit.zone_id,
        part=unit.part,
        year=year,
        month=month,
        revision=before[-1].revision + 1 if before else 1,
        signed_by=work.author,
        signed_at=work.clock(),
    )
    work.add(sheet)
    for line in lines:
        numbers = {name: getattr(line, name) for name in NUMBERS}
        work.add(
            AssessmentLine(
                zone_id=line.zone_id,
                sheet_id=sheet.id,
                cadre_id=line.cadre_id,
                name=line.name,
                post=line.post or None,
                explained=line.explained or None,
                **numbers,
            )
        )
    return sheet.id


def consent(work: UnitOfWork, log_id: bytes) -> None:
    """Let a late day count. Raises NotFound or NotAllowed."""
    log = _assessed_log(work, log_id)
    if log.state != "submitted":
        raise NotAllowed("这一天的日志不在等待同意，请刷新后再看。")
    log.state, log.assessor_id = "counted", work.author


def send_back(work: UnitOfWork, log_id: bytes, note: str) -> None:
    """Send a log back to its author, saying why. Raises NotFound, InvalidInput or NotAllowed."""
    log = _assessed_log(work, log_id)
    if not note.strip():
        raise InvalidInput({"assess_note": "请写明退回的原因"})
    log.state, log.assessor_id, log.assess_note = "returned", work.author, note.strip()


def explain(
    work: UnitOfWork, cadre_id: bytes, year: int, month: int, reason: str | None, text: str | None
) -> None:
    """Write why a cadre has fewer days; no number changes by it. Empty takes it back.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    member = _assessed(work, cadre_id, year, month)
    note = notes_of(work.session, [cadre_id], year, month).get(cadre_id)
    if not (text or "").strip():
        if note is None:
            raise InvalidInput({"text": "请写明情况"})
        work.delete(note)
        return
    if not reason:
        raise InvalidInput({"reason": "请选择原因"})
    if note is None:
        note = AssessmentNote(zone_id=member.zone_id, cadre_id=cadre_id, year=year, month=month)
        work.add(note)
    note.reason, note.text = reason, (text or "").strip()


def spot_check(
    work: UnitOfWork,
    log_id: bytes | None,
    result: str | None,
    asked_on: date | None,
    note: str | None,
) -> None:
    """Write down what a household said about a drawn log, or correct it.

    Raises NotFound, InvalidInput or NotAllowed.
    """
    today = work.today()
    log = _log(work, log_id)
    year, month = log.worked_on.year, log.worked_on.month
    member = staff_of_month(work.session, year, month).member(log.cadre_id)
    leads = staff_of_day(work.session, today).serves(work.author, "LL")
    if member is None or member.zone_id not in leads or member.id == work.author:
        raise NotAllowed("抽查由联村领导询问住户，不能抽查自己的日志。")
    problems = {}
    if result is None:
        problems["result"] = "请选择抽查结果"
    if asked_on is None or asked_on > today or asked_on < log.worked_on:
        problems["asked_on"] = "询问日期应在走访以后，不晚于今天"
    if problems or result is None or asked_on is None:
        raise InvalidInput(problems)
    checks = checks_of(work.session, [member.id], year, month)[member.id]
    _require_drawn(work, member, log, today)
    found = checks.get(log.id)
    if found is None:
        found = SpotCheck(
            zone_id=member.zone_id,
            cadre_id=member.id,
            work_log_id=log.id,
            year=year,
            month=month,
        )
        work.add(found)
    found.result, found.asked_on, found.note = result, asked_on, (note or "").strip() or None


def _require_drawn(work: UnitOfWork, member: Member, log: WorkLog, today: date) -> None:
    """Nobody chooses which log is asked about."""
    year, month = log.worked_on.year, log.worked_on.month
    settings = settings_of_month(work.session, year, month)
    [row] = counted(work.session, [member], year, month, settings)
    checks = checks_of(work.session, [member.id], year, month)[member.id]
    view = Viewed(work.author, year, month, today)
    lots = drawn(member.id, row.days, checks, view, settings)
    if log.id not in {one.log_id for one in lots}:
        raise NotAllowed("这一天没有被抽中。抽查的日志由程序随机抽取，不能自选。")


def _log(work: UnitOfWork, log_id: bytes | None) -> WorkLog:
    if log_id is None:
        raise InvalidInput({"log": "请选择哪一天的日志"})
    found = work.session.get(WorkLog, log_id)
    if found is None or found.deleted_at is not None:
        raise NotFound("这一天的日志不在本机，可能已被删除。")
    return found


def _assessed_log(work: UnitOfWork, log_id: bytes) -> WorkLog:
    log = _log(work, log_id)
    _assessed(work, log.cadre_id, log.worked_on.year, log.worked_on.month)
    return log


def _assessed(work: UnitOfWork, cadre_id: bytes, year: int, month: int) -> Member:
    """A cadre whom the author assesses. Raises NotAllowed."""
    staff = staff_of_month(work.session, year, month)
    member = staff.member(cadre_id)
    if member is None:
        raise NotAllowed("这个月这位干部不在考核表上。")
    day = staff_of_day(work.session, work.today())
    if work.author not in signers(day, staff, unit_of(member)):
        raise NotAllowed(_not_yours(unit_of(member), {cadre_id}, work.author))
    return member


_WHO = {
    rules.VILLAGE: "村干部由村书记考核",
    rules.SECRETARY: "村书记由联村领导考核",
    rules.TOWNSHIP: "镇干部由党政办考核",
}


def _not_yours(unit: Unit, on_it: set[bytes], author: bytes) -> str:
    if author in on_it:
        return f"不能考核自己。{_WHO[unit.part]}，请由另一位同志办理。"
    return f"{_WHO[unit.part]}，请联系考核人。"
