"""The steps of a dispute as the page offers them, the next one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.dispute_codes import DISPUTE_RESULT
from township.fields import Field
from township.records import Dispute, DisputeStep
from township.rules import disputes as rules
from township.rules.permissions import Act
from township.usecases import dispute_steps as steps
from township.usecases.disputes import AGREED, CLOSED, ENDED
from township.values import Kind

_FIELDS = Dispute.fields()


def _required(*names: str) -> dict[str, Field]:
    return {name: replace(_FIELDS[name], required=True) for name in names}


def of_dispute(found: Dispute, people: Sequence[Choice], task: Action, today: date) -> list[Action]:
    """What can be done with a dispute now; ``people`` may mediate."""
    if found.state == CLOSED:
        return []
    if found.state == AGREED:
        asks = [] if found.confirm_asked_on or not _in_time(found, today) else [_confirm(today)]
        ends = [CLOSE] if found.revisited_on else [_revisit(today)]
        return [*ends, *asks, _step("other", today), task]
    if found.state == ENDED:
        return [CLOSE, _revisit(today), _step("other", today), task]
    if found.refused_on:
        return [_end(today), RESUME, _step("other", today), LEVEL, task]
    first = _step("contact" if found.contacted_on is None else "mediate", today)
    return [
        first,
        _agree(today),
        LEVEL,
        _mediators(found, people),
        _refuse(today),
        _end(today),
        task,
    ]


def _in_time(found: Dispute, today: date) -> bool:
    return found.agreed_on is not None and today <= rules.confirm_until(found.agreed_on)


def _step(kind: str, today: date) -> Action:
    names = ("taken_on", "step_kind", "text")
    return Action(
        "step",
        "登记首次接触" if kind == "contact" else "登记步骤",
        "已登记",
        lambda work, one, given: steps.add_step(work, one, *(given[name] for name in names)),
        DisputeStep.fields(),
        names,
        start={"taken_on": today, "step_kind": kind},
        act=Act.CREATE,
        kind="dispute_step",
    )


def _agree(today: date) -> Action:
    names = ("agreement", "agreed_on", "terms")
    return Action(
        "agree",
        "登记协议",
        "已登记协议。三十日内双方可以共同申请司法确认",
        lambda work, one, given: steps.agree(work, one, *(given[name] for name in names)),
        _required(*names),
        names,
        start={"agreement": "written", "agreed_on": today},
    )


def _refuse(today: date) -> Action:
    names = ("refused_on", "refused_note")
    return Action(
        "refuse",
        "当事人拒绝调解",
        "已登记。一方拒绝的不得调解，请告知依法解决的途径",
        lambda work, one, given: steps.refuse(work, one, *(given[name] for name in names)),
        _required(*names),
        names,
        start={"refused_on": today},
    )


def _end(today: date) -> Action:
    names = ("result", "ended_on", "remedies_told")
    remedies = replace(_FIELDS["remedies_told"], kind=Kind.LONG_TEXT)  # read out as a whole
    results = [Choice(one, DISPUTE_RESULT.label(one)) for one in DISPUTE_RESULT if one != "settled"]
    return Action(
        "end",
        "终止调解",
        "已终止调解",
        lambda work, one, given: steps.end(work, one, *(given[name] for name in names)),
        _required("result", "ended_on") | {"remedies_told": remedies},
        names,
        {"result": results},
        {"ended_on": today, "remedies_told": rules.REMEDIES},
    )


def _confirm(today: date) -> Action:
    return Action(
        "confirm",
        "已申请司法确认",
        "已登记",
        lambda work, one, given: steps.ask_confirmation(work, one, given["confirm_asked_on"]),
        _required("confirm_asked_on"),
        ("confirm_asked_on",),
        start={"confirm_asked_on": today},
    )


def _revisit(today: date) -> Action:
    names = ("revisited_on", "revisit_note")
    return Action(
        "revisit",
        "登记回访",
        "已登记回访",
        lambda work, one, given: steps.revisit(work, one, *(given[name] for name in names)),
        _required(*names),
        names,
        start={"revisited_on": today},
    )


def _mediators(found: Dispute, people: Sequence[Choice]) -> Action:
    return Action(
        "mediators",
        "指定调解人",
        "已指定调解人",
        lambda work, one, given: steps.set_mediators(work, one, given["mediators"]),
        _FIELDS,
        ("mediators",),
        {"mediators": people},
        {"mediators": found.mediators or ()},
    )


LEVEL = Action(
    "level",
    "调整等级",
    "等级已调整",
    lambda work, one, given: steps.set_level(work, one, given["level"], given["level_reason"]),
    _FIELDS,
    ("level", "level_reason"),
)
RESUME = Action(
    "resume", "双方同意恢复调解", "已恢复调解", lambda work, one, _: steps.resume(work, one)
)
CLOSE = Action("close", "办结", "纠纷已办结", lambda work, one, _: steps.close(work, one))
