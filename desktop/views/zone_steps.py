"""The steps of a zone: its people, its card, its hotline and box, and handing the card over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.views.step_form import Action
from desktop.views.widgets.choice import Choice
from township.codes import ROLE
from township.fields import Field, Sensitivity
from township.records import ContactCard, Group, Zone, ZoneStaff
from township.rules import zones as rules
from township.rules.permissions import Act, may
from township.storage.work import UnitOfWork
from township.usecases import cards, designations, link_homes, zone_staff
from township.usecases.zone_view import ZoneDetail
from township.values import Kind

BEGIN, END, MAKE, APPROVE, DELIVER, PLACE = "begin", "end", "make", "approve", "deliver", "place"
_WHOLE = b"all"
"""Stands for all groups of the zone."""


def of_zone(
    session: Session, found: ZoneDetail, roles: frozenset[str], today: date
) -> list[Action]:
    """What somebody with these roles can do about a zone, what comes next first."""
    card = found.card
    office = may(roles, Act.CREATE, "zone_staff")
    steps = []
    if office:
        steps += [_begin(session, today), *_end(found, today), _make(found, today)]
        if card.card is None or card.stale:
            steps.reverse()
    waits = card.card is not None and card.card.approved_by is None and not card.stale
    if waits and may(roles, Act.APPROVE, "contact_card"):
        steps.insert(0, _approve(found))
    approved = card.card is not None and card.card.approved_by is not None
    if approved and found.numbers is not None and may(roles, Act.EDIT, "household"):
        steps.append(deliver(session, found, today))
    if office:
        steps.append(_place(found))
    return steps


def _begin(session: Session, today: date) -> Action:
    return Action(
        BEGIN,
        "增加人员",
        "已登记任职。如要让他的笔记本看到本区数据，请系统管理员调整权限",
        lambda work, zone, given: _nothing(
            zone_staff.begin(work, zone, given["cadre_id"], given["role"], given["from_on"])
        ),
        ZoneStaff.fields(),
        ("cadre_id", "role", "from_on"),
        {
            "cadre_id": [Choice(one, text) for one, text in designations.everybody(session)],
            "role": [Choice(role, ROLE.label(role)) for role in rules.ZONE_ROLES],
        },
        {"from_on": today},
    )


def _end(found: ZoneDetail, today: date) -> list[Action]:
    if not found.staff:
        return []
    field = Field(Kind.REF, "人员", Sensitivity.P, required=True, target="zone_staff")
    last = replace(ZoneStaff.field("to_on"), label="最后一天", required=True)
    ended: list[bytes] = []

    def run(work: UnitOfWork, _: bytes, given: Mapping[str, Any]) -> None:
        zone_staff.end(work, given["service"], given["to_on"])
        ended.append(given["service"])

    return [
        Action(
            END,
            "结束任职",
            "已登记。人员变了，请制作新版联系卡",
            run,
            {"service": field, "to_on": last},
            ("service", "to_on"),
            {"service": [Choice(one.id, f"{one.name} {one.role_label}") for one in found.staff]},
            {"to_on": date.fromordinal(today.toordinal() - 1)},
            undo=lambda work, _: zone_staff.reopen(work, ended[-1]),
        )
    ]


def _make(found: ZoneDetail, today: date) -> Action:
    last = found.card.card
    return Action(
        MAKE,
        "制作新版联系卡" if last else "制作联系卡",
        "已制作新版，请镇主要领导审定",
        lambda work, zone, given: _nothing(
            cards.make(
                work, zone, given["valid_from"], given["supervise_phone"], given["reception"]
            )
        ),
        ContactCard.fields(),
        ("valid_from", "supervise_phone", "reception"),
        start={
            "valid_from": today,
            "supervise_phone": last.supervise_phone if last else None,
            "reception": last.reception if last else None,
        },
    )


def _approve(found: ZoneDetail) -> Action:
    version = found.card.card.version if found.card.card else 0
    return Action(
        APPROVE,
        f"审定第 {version} 版联系卡",
        "已审定，可以打印",
        lambda work, zone, _: cards.approve(work, zone),
    )


def _place(found: ZoneDetail) -> Action:
    zone = found.zone
    return Action(
        PLACE,
        "改热线和意见箱",
        "已改。热线变了要制作新版联系卡",
        lambda work, one, given: zone_staff.set_place(
            work, one, given["hotline"], given["box_place"]
        ),
        Zone.fields(),
        ("hotline", "box_place"),
        start={"hotline": zone.hotline, "box_place": zone.box_place},
    )


def deliver(
    session: Session, found: ZoneDetail, today: date, missed: Sequence[Choice] = ()
) -> Action:
    """Handing over to a group at once; ``missed`` are offered as not reached."""
    groups = session.execute(
        select(Group.id, Group.name)
        .where(Group.zone_id == found.zone.id, Group.deleted_at.is_(None))
        .order_by(Group.number)
    )
    choices = [Choice(_WHOLE, "全部小组"), *(Choice(one, name) for one, name in groups)]
    group = Field(Kind.CODE, "送到哪个小组", Sensitivity.I, required=True)
    on = Field(Kind.DATE, "送达日期", Sensitivity.I, required=True)
    not_yet = Field(Kind.REFS, "其中没送到的户", Sensitivity.I, target="household")

    def run(work: UnitOfWork, zone: bytes, given: Mapping[str, Any]) -> None:
        chosen = None if given["group"] == _WHOLE else given["group"]
        cards.deliver(work, zone, chosen, given["on"], given["missed"] or ())

    return Action(
        DELIVER,
        "登记联系卡送达",
        "已登记送达",
        run,
        {"group": group, "on": on, "missed": not_yet},
        ("group", "on", "missed"),
        {"group": choices, "missed": missed},
        {"on": today},
    )


def not_reached(session: Session, found: ZoneDetail, today: date, by: bytes) -> list[Choice]:
    """The households of a zone that have no card in force, as choices."""
    card = found.card.card
    if card is None:
        return []
    homes = cards.without_card(session, found.zone.id, card.valid_from)
    known = link_homes.homes(session, [one.id for one in homes], today, by=by)
    return [Choice(one.id, one.label) for one in known]


def _nothing(_: object) -> None:
    """A step gives nothing back to its page."""
