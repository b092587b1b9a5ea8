"""What the panel of 考核 tells: how a unit stands, and the rows behind a cadre's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from desktop.theme import Tone
from desktop.views.assessment_actions import LEVELS, STAGES, day_label, drawn_label
from township.rules.assessment import Stage
from township.rules.days import Standing, day_text
from township.usecases.assessment_detail import Behind
from township.usecases.assessments import CadreMonth, UnitMonth
from township.usecases.field_days import WorkDay
from township.values import local_text

Facts = tuple[tuple[str, str], ...]
State = tuple[str, Tone]
_TONES = {
    Stage.RUNNING: Tone.QUIET,
    Stage.TO_SIGN: Tone.WARN,
    Stage.OVERDUE: Tone.BAD,
    Stage.SIGNED: Tone.GOOD,
    Stage.CHANGED: Tone.WARN,
}


def unit_state(unit: UnitMonth) -> State:
    """How a unit's month stands, for the list."""
    number = len(unit.sheets)
    if number > 1 and unit.stage is Stage.SIGNED:
        return f"已签第 {number} 次修订", Tone.GOOD
    return STAGES[unit.stage], _TONES[unit.stage]


def cadre_state(row: CadreMonth, unit: UnitMonth) -> State:
    """What of a cadre's month waits, else whether the days are enough."""
    if row.waiting and row.assesses:
        return f"待同意 {len(row.waiting)} 天", Tone.WARN
    if row.asks and row.to_ask:
        return f"待抽查 {len(row.to_ask)} 天", Tone.INFO
    lacking = row.line.target - row.line.counted
    if lacking <= 0:
        return "天数已够", Tone.GOOD
    told = f"差 {day_text(lacking)} 天"
    if row.line.explained:
        return f"{told}，已说明", Tone.INFO
    return told, Tone.QUIET if unit.stage is Stage.RUNNING else Tone.WARN


def of_unit(unit: UnitMonth, names: Mapping[bytes, str]) -> Facts:
    """How a unit's month stands: signatures, what changed since, what still waits."""
    waiting = sum(len(row.waiting) for row in unit.rows)
    asked = [one for row in unit.rows for one in row.drawn]
    open_ = [one for one in asked if not one.result]
    signed = (
        f"第 {sheet.revision} 次　{names.get(sheet.signed_by, '')}　{local_text(sheet.signed_at)}"
        for sheet in unit.sheets
    )
    closes = unit.closes
    return (
        ("状态", f"{STAGES[unit.stage]}；{LEVELS[unit.unit.part]}"),
        ("签字期限", f"{closes.year}年{closes.month}月{closes.day}日"),
        ("签字以后的改动", "\n".join(unit.changes)),
        ("已签字的表（都可以打印）", "\n".join(signed)),
        ("等考核人同意的补录", f"{waiting} 天，同意以前不计入" if waiting else ""),
        ("抽查", f"抽中 {len(asked)} 天，还有 {len(open_)} 天没问" if asked else ""),
        ("说明", "" if not unit.partial else "这里只列出本责任区的镇干部，签字由党政办办理。"),
    )


def of_cadre(row: CadreMonth, found: Behind) -> Facts:
    """The rows behind each number of a line."""
    line = row.line
    days = sorted(row.days.values(), key=lambda one: one.on)
    return (
        ("职务", line.post),
        (f"天数　{line.days}", "\n".join(map(_day, days))),
        (f"入户　{line.households} 户", "、".join(found.visited)),
        (
            f"本年联系户　{line.linked}/{line.links}",
            f"还没入户：{'、'.join(found.not_visited)}" if found.not_visited else "",
        ),
        (f"诉求　提出 {line.needs} 件，反馈 {line.fed_back} 件", "\n".join(found.needs)),
        ("抽查（随机抽取）", "\n".join(_drawn(row, found.names))),
        ("情况说明", line.explained),
    )


def _day(day: WorkDay) -> str:
    """What a day counts; more words when it does not, or came late."""
    result = day.result
    if result.standing is Standing.COUNTED and not result.late and not result.wrong_clock:
        return f"{day_label(day)} {day_text(result.halves)} 天"
    told = day.note if result.standing is not Standing.COUNTED else ""
    return f"{day_label(day)}：{result.reason}{f'（{told}）' if told else ''}"


def _drawn(row: CadreMonth, names: Mapping[bytes, str]) -> Iterable[str]:
    for one in row.drawn:
        yield f"{drawn_label(one, names)}：{one.result or '没问'}"
