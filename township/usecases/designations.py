"""Who receives sealed matters: as it stands, and how the security administrator changes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from township.codes import ROLE
from township.errors import InvalidInput, NotFound
from township.protection_codes import DESIGNATION
from township.records import Cadre, Designation, SealingKey
from township.rules import sealed as rules
from township.rules.sealed import Appointed, Circle, Key
from township.storage import tables
from township.storage.work import UnitOfWork


@dataclass(frozen=True)
class DesignationRow:
    """One designation for people. ``ready``: a laptop of this person can receive."""

    id: bytes
    subject: str
    name: str
    roles: str
    from_on: date | None
    to_on: date | None
    in_force: bool
    ready: bool


def circle_of(session: Session, subject: str, accused: Collection[bytes], today: date) -> Circle:
    """Who reads a matter of this subject that complains about these cadres."""
    return rules.circle(subject, accused, appointed(session), keys(session), today)


def appointed(session: Session) -> list[Appointed]:
    """All designations with the present roles of the cadres."""
    question = select(Designation).where(Designation.deleted_at.is_(None))
    roles = _roles(session)
    return [
        Appointed(
            one.subject, one.cadre_id, one.from_on, one.to_on, roles.get(one.cadre_id, frozenset())
        )
        for one in session.scalars(question.order_by(Designation.id))
    ]


def keys(session: Session) -> list[Key]:
    """The keys to which matters may be sealed now."""
    live = (SealingKey.deleted_at.is_(None), SealingKey.until_at.is_(None))
    found = session.scalars(select(SealingKey).where(*live).order_by(SealingKey.device_number))
    return [
        Key(one.cadre_id, one.device_number, one.public)
        for one in found
        if one.cadre_id and one.device_number and one.public
    ]


def designation_rows(session: Session, today: date) -> list[DesignationRow]:
    """All designations: in order of subjects, those in force first."""
    question = select(Designation).where(Designation.deleted_at.is_(None))
    roles, names = _roles(session), _names(session)
    with_key = {key.cadre for key in keys(session)}
    found = []
    for one in session.scalars(question):
        held = roles.get(one.cadre_id, frozenset())
        as_rule = Appointed(one.subject, one.cadre_id, one.from_on, one.to_on, held)
        found.append(
            DesignationRow(
                one.id,
                one.subject,
                names.get(one.cadre_id, ""),
                "、".join(ROLE.label(role) for role in ROLE if role in held),
                one.from_on,
                one.to_on,
                as_rule.holds(one.subject, today),
                one.cadre_id in with_key,
            )
        )
    order = list(DESIGNATION)
    return sorted(
        found, key=lambda row: (not row.in_force, order.index(row.subject), row.from_on or today)
    )


def eligible(session: Session, subject: str) -> list[tuple[bytes, str]]:
    """Cadres who may be designated for a subject: id, and name with post."""
    wanted = rules.ELIGIBLE.get(subject, frozenset())
    live = (Cadre.deleted_at.is_(None), Cadre.status == "active")
    return [
        (one.id, f"{one.name} · {one.post}" if one.post else one.name)
        for one in session.scalars(select(Cadre).where(*live).order_by(Cadre.name))
        if wanted.intersection(one.roles)
    ]


def everybody(session: Session) -> list[tuple[bytes, str]]:
    """All cadres in office: id, and name with post."""
    live = (Cadre.deleted_at.is_(None), Cadre.status == "active")
    return [
        (one.id, f"{one.name} · {one.post}" if one.post else one.name)
        for one in session.scalars(select(Cadre).where(*live).order_by(Cadre.name))
    ]


def names_of(session: Session, cadres: Iterable[bytes]) -> list[str]:
    """Names with roles, in the order of the township's roles."""
    found = session.scalars(select(Cadre).where(Cadre.id.in_(list(cadres)))).all()
    order = {role: at for at, role in enumerate(ROLE)}

    def place(one: Cadre) -> tuple[int, str]:
        return min((order.get(role, 99) for role in one.roles), default=99), one.name

    return [
        f"{one.name}（{'、'.join(ROLE.label(role) for role in one.roles)}）"
        for one in sorted(found, key=place)
    ]


def roles_of(session: Session, cadre: bytes) -> frozenset[str]:
    """The roles of a cadre in office; none of somebody unknown."""
    return _roles(session).get(cadre, frozenset())


def device_number(session: Session) -> int | None:
    """This laptop's number in the township."""
    return session.scalar(select(tables.device.c.number))


def designate(work: UnitOfWork, subject: str, cadre: bytes) -> bytes:
    """Let a cadre read matters of a subject from today on; uncommitted. Returns the id.

    Raises InvalidInput when his roles do not allow it, or he is designated already.
    """
    today = work.today()
    if cadre not in dict(eligible(work.session, subject)):
        raise InvalidInput({"cadre_id": "这名干部的角色不能接收这类密件，请另选一名"})
    if any(one.cadre == cadre and one.holds(subject, today) for one in appointed(work.session)):
        raise InvalidInput({"cadre_id": "这名干部已经指定过了"})
    made = Designation(subject=subject, cadre_id=cadre, from_on=today)
    work.add(made)
    return made.id


def end(work: UnitOfWork, designation: bytes) -> None:
    """Let a cadre read nothing new from today on; uncommitted. Raises NotFound."""
    found = work.session.get(Designation, designation)
    if found is None or found.deleted_at is not None:
        raise NotFound("这条指定已经不在了。请刷新后再看。")
    found.to_on = work.today() - timedelta(days=1)


def _roles(session: Session) -> dict[bytes, frozenset[str]]:
    live = (Cadre.deleted_at.is_(None), Cadre.status == "active")
    rows = session.execute(select(Cadre.id, Cadre.roles).where(*live))
    return {row.id: frozenset(row.roles) for row in rows}


def _names(session: Session) -> dict[bytes, str]:
    return {row.id: row.name or "" for row in session.execute(select(Cadre.id, Cadre.name))}
