"""The steps of 镇设置: propose a value or the preset, approve, refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from desktop.views.step_form import Action
from township.fields import Field, Sensitivity
from township.records import TownshipSetting
from township.rules.permissions import Act
from township.rules.setting_shapes import Choose, Halves, Several, Whole, Years
from township.rules.settings import DAYS, Declared
from township.storage.work import UnitOfWork
from township.usecases import township_settings as usecase
from township.usecases.township_settings import Line
from township.values import Kind

PROPOSE, BACK, AGREE, REFUSE = "propose", "back", "agree", "refuse"


def actions(line: Line, today: date) -> list[Action]:
    """What can be done with a setting now; a proposal that waits is decided first."""
    found = [_agree(line), _refuse(line)] if line.waiting else []
    found.append(_propose(line, today))
    if line.modified or line.coming or line.problem:
        found.append(_back(line, today))
    return found


def _propose(line: Line, today: date) -> Action:
    declared = line.declared
    fields = {**TownshipSetting.fields(), "value": value_field(declared)}

    def run(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        usecase.propose(work, declared.name, given)

    return Action(
        PROPOSE,
        "提出改动…",
        "已提出，等镇主要领导审定",
        run,
        fields,
        ("value", "valid_from", "reason"),
        start={"value": _start(declared, line.current), "valid_from": _begins(declared, today)},
        act=Act.CREATE,
    )


def _back(line: Line, today: date) -> Action:
    def run(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        usecase.propose(work, line.declared.name, {**given, "value": None})

    return Action(
        BACK,
        "恢复预设值…",
        "已提出恢复预设值，等镇主要领导审定",
        run,
        TownshipSetting.fields(),
        ("valid_from", "reason"),
        start={"valid_from": _begins(line.declared, today)},
        act=Act.CREATE,
    )


def _agree(line: Line) -> Action:
    def run(work: UnitOfWork, _: bytes, __: Mapping[str, Any]) -> None:
        usecase.decide(work, _waiting(line), agree=True)

    return Action(AGREE, "同意", "已同意，从生效日期起执行", run, act=Act.APPROVE)


def _refuse(line: Line) -> Action:
    fields = TownshipSetting.fields()
    note = replace(fields["decision_note"], label="不同意的理由", required=True)

    def run(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        said = given["decision_note"] or ""
        usecase.decide(work, _waiting(line), agree=False, note=said)

    return Action(
        REFUSE,
        "不同意…",
        "已退回，原来的值继续执行",
        run,
        {**fields, "decision_note": note},
        ("decision_note",),
        act=Act.APPROVE,
    )


def _waiting(line: Line) -> bytes:
    assert line.waiting is not None
    return line.waiting.id


def value_field(declared: Declared) -> Field:
    """The editor for a value of this shape."""
    shape, label = declared.shape, "改为"
    if isinstance(shape, Whole):
        return Field(Kind.NUMBER, f"改为（{shape.bounds}）", Sensitivity.I, required=True)
    if isinstance(shape, Choose):
        return Field(Kind.CODE, label, Sensitivity.I, required=True, codes=shape.labels)
    if isinstance(shape, Several):
        return Field(Kind.CODES, label, Sensitivity.I, required=True, codes=shape.codes)
    if isinstance(shape, Halves):
        return Field(Kind.TEXT, f"改为（{shape.bounds}）", Sensitivity.I, required=True)
    kind = Kind.LONG_TEXT if isinstance(shape, Years) else Kind.TEXT
    return Field(kind, label, Sensitivity.I, required=True, max_length=2000)


def _start(declared: Declared, value: Any) -> Any:
    """The present value, as the editor takes it; a number is typed anew."""
    shape = declared.shape
    if isinstance(shape, Whole | Halves):
        return None
    if isinstance(shape, Several):
        return tuple(shape.write(value).split())
    return shape.write(value)


def _begins(declared: Declared, today: date) -> date:
    """Targets of a month begin with a month, everything else at once."""
    if declared.group != DAYS:
        return today
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
