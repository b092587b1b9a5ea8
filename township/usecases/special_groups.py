"""特殊群体: who is in which group, whether the 三个清楚 are clear, and who is to be contacted.

上访户 and 意见户 are not stored: they follow from what is open, and end on the same day
(domain §4.2). The screen says 有未办结事项户.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from township.errors import InvalidInput, NotFound
from township.masks import masked_name
from township.records import (
    Cadre,
    Household,
    Person,
    SpecialGroupMember,
    Visit,
    Zone,
)
from township.rules import links as rules
from township.rules import special_groups as contact_rules
from township.rules.settings import PRESET, Settings
from township.rules.viewing import Viewer
from township.storage.work import UnitOfWork
from township.usecases.viewers import viewer_of

UNCLEAR, CONTACT, ALL, OPEN = "unclear", "contact", "all", "open"
"""Which rows a list shows; ``OPEN`` are the computed households, not members."""
ASKED = (
    *("group_kind", "person_id", "scope", "goal", "channel", "helper_id", "contact_every"),
    *("source", "evidence", "from_on", "until_on"),
)
"""What the form of a member gives."""
_COMPLETE = ("source", "evidence", "from_on", "until_on", "helper_id")
_MINORS = frozenset({"left_behind"})
_KNOW_MINORS = frozenset({"VS", "CHD", "LL"})
"""Source: domain §4.2: names of minors are limited to these."""
_RECEIVED = ("reception",)
"""Channels by which a matter is a petition in all but name, until petitions are records."""

Head = aliased(Person)
Whose = aliased(Person)


@dataclass(frozen=True)
class MemberRow:
    """One member in a list; ``unclear`` names what is missing, ``next_on`` the next contact."""

    id: bytes
    household_id: bytes
    zone_id: bytes
    zone: str
    home: str
    who: str
    kind: str
    unclear: str
    helper_id: bytes | None
    helper: str
    last_on: date | None
    next_on: date | None
    until_on: date | None


def member_rows(
    session: Session,
    which: str,
    zones: Collection[bytes],
    today: date,
    *,
    by: bytes,
    settings: Settings = PRESET,
) -> list[MemberRow]:
    """The members in force in these zones, those whose contact is due first."""
    here = and_(
        SpecialGroupMember.zone_id.in_(list(zones)),
        or_(SpecialGroupMember.until_on.is_(None), SpecialGroupMember.until_on >= today),
    )
    found = _rows(session, here, by, settings)
    if which == UNCLEAR:
        found = [one for one in found if one.unclear]
    elif which == CONTACT:
        found = [one for one in found if one.next_on is not None and one.next_on <= today]
    return sorted(found, key=lambda one: (one.next_on or date.min, one.home, one.kind))


def member(
    session: Session, member_id: bytes, *, by: bytes, settings: Settings = PRESET
) -> tuple[SpecialGroupMember, MemberRow]:
    """One member. Raises NotFound."""
    one = session.get(SpecialGroupMember, member_id)
    if one is None or one.deleted_at is not None:
        raise NotFound("这条特殊群体记录不在本机，可能已被删除。")
    (row,) = _rows(session, SpecialGroupMember.id == member_id, by, settings)
    return one, row


def _rows(
    session: Session, where: ColumnElement[bool], by: bytes, settings: Settings
) -> list[MemberRow]:
    viewer = viewer_of(session, by)
    one = SpecialGroupMember
    last = (
        select(func.max(Visit.visited_on))
        .where(Visit.household_id == one.household_id, Visit.deleted_at.is_(None))
        .correlate(one)
        .scalar_subquery()
    )
    columns = [getattr(one, name) for name in _ROW]
    names = (Zone.name.label("zone"), Household.no, Head.name.label("head"))
    rows = session.execute(
        select(*columns, *names, Whose.name.label("who"), Cadre.name.label("helper"), last)
        .join(Household, Household.id == one.household_id)
        .outerjoin(Zone, Zone.id == one.zone_id)
        .outerjoin(Head, Head.id == Household.head_person_id)
        .outerjoin(Whose, Whose.id == one.person_id)
        .outerjoin(Cadre, Cadre.id == one.helper_id)
        .where(one.deleted_at.is_(None), Household.deleted_at.is_(None), where)
    )
    return [_row(found, found[-1], viewer, settings) for found in rows]


def name_shown(viewer: Viewer, kind: str | None, name: str | None, zone: bytes | None) -> str:
    """Who it is, as this viewer sees it: a minor's name is for a few."""
    if kind in _MINORS and not viewer.roles & _KNOW_MINORS:
        return masked_name(name)
    return viewer.name(name, zone)


def _row(found: Any, last: date | None, viewer: Viewer, settings: Settings) -> MemberRow:
    name = name_shown(viewer, found.group_kind, found.who, found.zone_id)
    begun = found.from_on or last
    days = contact_rules.every(found.group_kind, found.contact_every, settings)
    return MemberRow(
        found.id,
        found.household_id,
        found.zone_id,
        found.zone or "",
        " ".join(filter(None, (viewer.name(found.head, found.zone_id), found.no))),
        name,
        SpecialGroupMember.field("group_kind").show(found.group_kind),
        rules.unclear({clear: getattr(found, clear) for clear in rules.CLEARS}),
        found.helper_id,
        found.helper or "",
        last,
        begun and contact_rules.next_contact(begun, last, days),
        found.until_on,
    )


_ROW = (
    *("id", "household_id", "zone_id", "group_kind", "helper_id", "contact_every"),
    *("from_on", "until_on", *rules.CLEARS),
)
"""What of a member a list is made from."""


def save(
    work: UnitOfWork,
    household_id: bytes,
    values: Mapping[str, Any],
    member_id: bytes | None = None,
) -> bytes:
    """Enter a member of a household, or mend one; returns its id.

    Nothing is saved while one of the 三个清楚, the source, the helper or the end is missing: what
    is typed so far stays a draft of the form. Raises NotFound or InvalidInput.
    """
    home = work.session.get(Household, household_id)
    if home is None or home.deleted_at is not None:
        raise NotFound("这一户不在本机，可能已被删除。")
    given = {name: values.get(name) for name in ASKED}
    _check(given)
    if member_id is None:
        one = SpecialGroupMember(zone_id=home.zone_id, household_id=household_id)
        work.add(one)
    else:
        one = _member(work, member_id)
    for name, value in given.items():
        setattr(one, name, value)
    return one.id


def end(work: UnitOfWork, member_id: bytes, until: date | None) -> None:
    """The last day of somebody in a group. Raises NotFound or InvalidInput."""
    one = _member(work, member_id)
    if until is None or (one.from_on and until < one.from_on):
        raise InvalidInput({"until_on": "请填写最后一天，不能早于开始日期"})
    one.until_on = until


def _member(work: UnitOfWork, member_id: bytes) -> SpecialGroupMember:
    one = work.session.get(SpecialGroupMember, member_id)
    if one is None or one.deleted_at is not None:
        raise NotFound("这条特殊群体记录不在本机，可能已被删除。")
    return one


def _check(given: Mapping[str, Any]) -> None:
    """Raises InvalidInput."""
    fields = SpecialGroupMember.fields()
    problems = {}
    if not given["group_kind"]:
        problems["group_kind"] = "请选择特殊群体"
    for name, value in given.items():
        if value not in (None, "", ()) and (problem := fields[name].problem(value)):
            problems[name] = problem
    if given["from_on"] and given["until_on"] and given["until_on"] < given["from_on"]:
        problems["until_on"] = "有效期不能早于开始日期"
    problems |= rules.missing_clears(given)
    for name in _COMPLETE:
        if not given[name]:
            problems.setdefault(name, f"请填写{fields[name].label}")
    if problems:
        raise InvalidInput(problems)
