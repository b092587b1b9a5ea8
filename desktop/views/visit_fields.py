"""The fields of the visit form, how they lie, and what they mean to the use-case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop.views.widgets.choice import Choice
from desktop.views.widgets.dates import Today
from desktop.views.widgets.field import FieldBox
from desktop.views.widgets.form import field_box, field_boxes
from township.fields import Field
from township.records import Need, Situation, Visit, WorkLog
from township.usecases.photos import PhotoEntry
from township.usecases.visits import NeedEntry, SituationEntry, VisitEntry
from township.values import CHINA

NEEDS, SITUATIONS = "needs", "situations"
MOST = {NEEDS: 5, SITUATIONS: 3}
"""So many can be written down in one form; a second visit form takes more."""
PHRASES = (
    "家中一切正常，无新增困难。",
    "老人身体尚可，子女每周来电。",
    "已当面宣讲政策并留下联系卡。",
    "反映的问题已当面解释，本人表示理解。",
    "家中无人，已电话联系。",
    "提醒注意用火用电和地质灾害隐患。",
)
_NOON, _EVENING = 12, 18
_PLAIN = (
    "household_id",
    "visited_on",
    "way",
    "purpose",
    "resident_present",
    "resident_ok",
    "next_visit_on",
    "policies_told",
    "talk",
    "carry_over",
)
_PARTS: dict[str, dict[str, Field]] = {
    NEEDS: {"topic": Need.field("topic"), "text": Need.field("text")},
    SITUATIONS: {
        "kind": Situation.field("situation_kind"),
        "level": Situation.field("level"),
        "place": Situation.field("place"),
        "summary": Situation.field("summary"),
    },
}


def session_now(now: datetime) -> str:
    """The half day that a moment lies in, by the clock in China."""
    hour = now.astimezone(CHINA).hour
    return "am" if hour < _NOON else "pm" if hour < _EVENING else "eve"


def boxes(
    household: FieldBox, companions: Sequence[tuple[bytes, str]], today: Today
) -> dict[str, FieldBox]:
    """All fields by name; those of needs and situations are hidden until they are asked for."""
    made = {"household_id": household}
    made |= field_boxes(Visit.fields(), [one for one in _PLAIN if one not in made], today=today)
    made["sessions"] = field_box(replace(WorkLog.field("sessions"), label="时段（可多选）"))
    if companions:
        choices = [Choice(one, name) for one, name in companions]
        made["companions"] = field_box(Visit.field("companions"), choices)
    for part, fields in _PARTS.items():
        for at in range(MOST[part]):
            for name, field in fields.items():
                box = field_box(field)
                box.set_label(f"{_TITLES[part]} {at + 1}：{field.label}")
                box.hide()
                made[f"{part}.{at}.{name}"] = box
    for at in range(MOST[SITUATIONS]):
        _follow_kind(made, at)
    return made


_ASKED = {"police": "接手单位、帮助了谁（先打 110，不写案情）", "opinion": "话题（不写是谁说的）"}
"""What is to be written of 警情 and 舆情. Source: domain §4.4."""


def _follow_kind(made: Mapping[str, FieldBox], at: int) -> None:
    """The label of a situation's text says what its kind stores, and what it does not."""
    kind, summary = (made[f"{SITUATIONS}.{at}.{name}"] for name in ("kind", "summary"))
    usual = Situation.field("summary").label

    def follow() -> None:
        told = _ASKED.get(kind.value() or "", usual)
        summary.set_label(f"{_TITLES[SITUATIONS]} {at + 1}：{told}")

    kind.changed.connect(follow)


_TITLES = {NEEDS: "诉求", SITUATIONS: "五情"}


def rows(names: Mapping[str, FieldBox]) -> list[list[str]]:
    """How the fields lie."""
    lines = [
        ["household_id", "visited_on", "next_visit_on"],
        ["sessions", "way", "resident_present", "resident_ok"],
        ["purpose", "companions"] if "companions" in names else ["purpose"],
        ["talk", "carry_over"],
        ["policies_told"],
    ]
    for at in range(MOST[NEEDS]):
        lines.append([f"{NEEDS}.{at}.text", f"{NEEDS}.{at}.topic"])
    for at in range(MOST[SITUATIONS]):
        here = f"{SITUATIONS}.{at}."
        lines += [[here + "kind", here + "level", here + "place"], [here + "summary"]]
    return lines


def names_of(part: str, at: int) -> list[str]:
    """The fields of one need or situation."""
    return [f"{part}.{at}.{name}" for name in _PARTS[part]]


def given(part: str, values: Mapping[str, Any]) -> list[int]:
    """Which needs or situations have anything in them."""
    return [
        at
        for at in range(MOST[part])
        if any(values[name] not in (None, "") for name in names_of(part, at))
    ]


def entry(values: Mapping[str, Any], photos: tuple[PhotoEntry, ...] = ()) -> VisitEntry:
    """What the form says."""
    needs = (names_of(NEEDS, at) for at in given(NEEDS, values))
    seen = (names_of(SITUATIONS, at) for at in given(SITUATIONS, values))
    return VisitEntry(
        **{name: values[name] for name in _PLAIN},
        sessions=values["sessions"],
        companions=values.get("companions", ()),
        needs=tuple(NeedEntry(text=values[text], topic=values[topic]) for topic, text in needs),
        situations=tuple(
            SituationEntry(values[kind], values[level], values[summary], values[place])
            for kind, level, place, summary in seen
        ),
        photos=photos,
    )


def placed(problems: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Problems of the use-case under the names of the form, which may have gaps."""
    moved: dict[str, str] = {}
    for name, text in problems.items():
        part, _, rest = name.partition(".")
        if part in _PARTS:
            at, _, field = rest.partition(".")
            name = f"{part}.{given(part, values)[int(at)]}.{field}"
        moved[name] = text
    return moved
