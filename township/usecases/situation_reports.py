"""Raising one of the five conditions without a visit, by kind. Source: domain §4.4, §5.2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from township.errors import InvalidInput
from township.records import Group, Situation, Zone, new_id
from township.rules.situations import CLOCK_MAY_ERR
from township.storage.work import UnitOfWork
from township.usecases import situation_clock
from township.usecases.given_numbers import given
from township.usecases.situation_routing import Contact, report_to
from township.usecases.situations import situation_of
from township.values import CHINA

_COMMON = ("level", "found_at", "place")
_OPEN = ("happened_at", "summary", "first_action")
ASKED: Mapping[str, tuple[str, ...]] = {
    "livelihood": (*_COMMON, *_OPEN, "households_affected", "persons_affected"),
    "opinion": ("level", "found_at", "summary", "first_action"),
    "police": (*_COMMON, "organ", "served", "report_duty"),
    "disaster": (
        *_COMMON,
        *_OPEN,
        "households_affected",
        "persons_affected",
        "persons_injured",
        "to_evacuate",
        "mu_affected",
        "loss_yuan",
        "report_duty",
    ),
}
"""What each kind stores. 舆情 has a topic and a group, and no field for who said it or at whose
door; of 警情 only the service side is kept: who was helped and which organ took over.
"""
EXTERNAL = ("external_organ", "external_at", "external_person", "external_ref")
_NEEDED = {"police": ("organ",)}


def report(work: UnitOfWork, kind: str, values: Mapping[str, Any]) -> bytes:
    """One report of a kind, by the names of ``ASKED`` and ``where``; returns its id, uncommitted.

    ``where`` is the id of a group, or of a zone when the group is not known. Values of other
    names are left out. Raises InvalidInput.
    """
    return _report(work, kind, values).id


def _report(work: UnitOfWork, kind: str, values: Mapping[str, Any]) -> Situation:
    zone, group = _place(work.session, values.get("where"))
    now = situation_clock.now(work)
    asked = _asked(kind, values, now, placed=zone is not None)
    on = now.astimezone(CHINA).date()
    made = Situation(
        id=new_id(),
        zone_id=zone,
        group_id=group,
        no=given(work, Situation, on.year)[0],
        situation_kind=kind,
        report_to=report_to(work.session, zone or b"", kind, on),
        reported_at=now,
        clocked_at=situation_clock.clocked(work),
        reported_by=work.author,
        **asked,
    )
    work.add(made)
    return made


def _asked(kind: str, values: Mapping[str, Any], now: datetime, *, placed: bool) -> dict[str, Any]:
    """What is stored of a report of a kind. Raises InvalidInput."""
    names = ASKED.get(kind)
    if names is None:
        raise InvalidInput({"situation_kind": "请重新选择五情类别"})
    asked = {name: values[name] for name in names if values.get(name) not in (None, "")}
    problems = _problems(kind, asked, now)
    if not placed:
        problems["where"] = "请选择责任区或村民小组"
    if problems:
        raise InvalidInput(problems)
    if kind == "police":
        asked["summary"] = f"已由{asked['organ']}接手处理"
    found = asked.setdefault("found_at", now)
    asked.setdefault("happened_at", found)
    return asked


def report_emergency(work: UnitOfWork, values: Mapping[str, Any]) -> bytes:
    """An emergency that was told by telephone already; what is known of a call is kept with it.

    ``values`` as in ``report`` for a 灾情, with those of ``EXTERNAL``. Raises InvalidInput.
    """
    made = _report(work, "disaster", {**values, "level": "emergency"})
    if values.get("external_organ"):
        _tell_outside(work, made, values)
    return made.id


def tell_outside(work: UnitOfWork, situation: bytes, values: Mapping[str, Any]) -> None:
    """Note that the organ that the law names was told. Raises NotFound, InvalidInput."""
    _tell_outside(work, situation_of(work.session, situation), values)


def _tell_outside(work: UnitOfWork, found: Situation, values: Mapping[str, Any]) -> None:
    missing = {
        "external_organ": "请写明报告的机关",
        "external_at": "请填写报告时间",
        "external_person": "请填写接报人",
    }
    problems = {name: text for name, text in missing.items() if not values.get(name)}
    at = values.get("external_at")
    if at is not None and at > situation_clock.now(work) + CLOCK_MAY_ERR:
        problems["external_at"] = "报告时间不能晚于现在"
    if problems:
        raise InvalidInput(problems)
    for name in EXTERNAL:
        setattr(found, name, values.get(name))


def sentence(
    who: Contact, where: str, place: str, what: str, people: Mapping[str, int | None]
) -> str:
    """What ``who`` reads out by telephone: place, what, people. Gaps say what to add."""
    counts = [text for text in (_count(people, *one) for one in _COUNTS) if text]
    told = "，".join(counts) if counts else "人员伤亡情况正在核实"
    at = f"{where}{place}" or "【地点】"
    happened = what.strip().rstrip("。，") or "【发生了什么】"
    call = f"我的电话是 {who.phone}" if who.phone else "请记下我的电话"
    return f"我是{who.who}。报告紧急情况：{at}，{happened}；{told}。请派人处置，{call}。"


_COUNTS = (
    ("persons_injured", "{}人受伤", "没有人受伤"),
    ("persons_affected", "受影响{}人", ""),
    ("to_evacuate", "需要转移{}人", ""),
)


def _count(people: Mapping[str, int | None], name: str, some: str, none: str) -> str:
    number = people.get(name)
    if number is None:
        return ""
    return some.format(number) if number else none


def _place(session: Session, where: bytes | None) -> tuple[bytes | None, bytes | None]:
    """Zone and group behind the chosen place."""
    if where is None:
        return None, None
    group = session.get(Group, where)
    if group is not None:
        return group.zone_id, group.id
    return (where, None) if session.get(Zone, where) is not None else (None, None)


def _problems(kind: str, asked: Mapping[str, Any], now: datetime) -> dict[str, str]:
    names = ("level", *ASKED[kind], *_NEEDED.get(kind, ()))
    fields = Situation.fields()
    derived = {"happened_at", "found_at"} | ({"summary"} if kind == "police" else set())
    found = {
        name: problem
        for name in dict.fromkeys(names)
        if name not in derived and (problem := fields[name].problem(asked.get(name)))
    }
    for name in _NEEDED.get(kind, ()):
        if not asked.get(name):
            found[name] = f"请填写{fields[name].label}"
    for name in ("happened_at", "found_at"):
        if (at := asked.get(name)) is not None and at > now + CLOCK_MAY_ERR:
            found[name] = f"{fields[name].label}不能晚于现在"
    return found
