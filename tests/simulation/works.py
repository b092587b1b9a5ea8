"""What people do on their laptops in a plan: households, visits, edits, deletes, decisions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from sqlalchemy import select

from tests.simulation.template import ZONES
from tests.simulation.world import Machine, World
from township.errors import InvalidInput, WorldError
from township.records import AccessEntry, Conflict, Household, Record, Visit
from township.storage.work import UnitOfWork
from township.usecases import syncing
from township.values import CHINA


def _machine(here: World, dice: Random) -> Machine:
    return dice.choice(here.machines)


def _work(here: World, dice: Random, act: Callable[[UnitOfWork, Machine], None]) -> None:
    machine = _machine(here, dice)
    with here.at(machine), machine.database.work(machine.seat.cadre) as work:
        act(work, machine)
        work.commit()


def _zone(work: UnitOfWork, dice: Random) -> bytes:
    """A zone that the laptop holds, mostly; sometimes one that it does not."""
    return dice.choice(ZONES)


def _home(here: World, dice: Random, zone: bytes) -> Household:
    return Household(
        id=here.new_id(dice),
        zone_id=zone,
        group_id=bytes(16),
        no=f"户-{dice.randrange(4)}",
        phone=dice.choice([None, "12345678901"]),
    )


def _visit(here: World, dice: Random, home: Household, work: UnitOfWork) -> Visit:
    return Visit(
        id=here.new_id(dice),
        zone_id=home.zone_id,
        household_id=home.id,
        work_log_id=bytes(16),
        visited_on=work.clock().astimezone(CHINA).date(),
        session="am",
        way="in_home",
        purpose="routine",
        resident_present=True,
        talk=f"谈话{dice.randrange(100)}",
        policies_told=_policies(dice),
    )


_POLICIES = tuple(Visit.field("policies_told").codes or ())[:4]


def _policies(dice: Random) -> tuple[str, ...]:
    return tuple(one for one in _POLICIES if dice.random() < 0.5)


def enter_home(here: World, dice: Random) -> None:
    """A household, mostly with a visit, in one changeset."""

    def act(work: UnitOfWork, _: Machine) -> None:
        home = _home(here, dice, _zone(work, dice))
        work.add(home)
        if dice.random() < 0.6:
            work.add(_visit(here, dice, home, work))

    _work(here, dice, act)


def _pick(
    work: UnitOfWork, dice: Random, kind: type[Record], *, stub: bool = False
) -> Record | None:
    where = kind.deleted_at.is_not(None) if stub else kind.deleted_at.is_(None)
    ids = work.session.scalars(select(kind.id).where(where).order_by(kind.id)).all()
    return work.session.get(kind, dice.choice(ids)) if ids else None


def edit(here: World, dice: Random) -> None:
    """One or two fields of a household, or the set field of a visit."""

    def act(work: UnitOfWork, _: Machine) -> None:
        if dice.random() < 0.35 and (visit := _pick(work, dice, Visit)):
            setattr(visit, "policies_told", _policies(dice))  # noqa: B010 - typed as a record
        if dice.random() < 0.8 and (home := _pick(work, dice, Household)):
            for name in dice.sample(("phone", "address", "away"), dice.randint(1, 2)):
                setattr(home, name, _VALUES[name](dice))

    _work(here, dice, act)


_VALUES: dict[str, Callable[[Random], object]] = {
    "phone": lambda dice: f"1234567890{dice.randrange(3)}",
    "address": lambda dice: dice.choice([None, "一组", "二组", "三组"]),
    "away": lambda dice: dice.random() < 0.5,
}


def delete(here: World, dice: Random) -> None:
    """Somebody deletes a record."""

    def act(work: UnitOfWork, _: Machine) -> None:
        if found := _pick(work, dice, dice.choice([Household, Visit])):
            work.delete(found)

    _work(here, dice, act)


def restore(here: World, dice: Random) -> None:
    """Somebody brings one back, and may edit it at once."""

    def act(work: UnitOfWork, _: Machine) -> None:
        if found := _pick(work, dice, Household, stub=True):
            work.restore(found)
            if dice.random() < 0.4:
                setattr(found, "phone", "12345678907")  # noqa: B010 - typed as a record

    with suppress(InvalidInput):  # nothing is left of it that could live
        _work(here, dice, act)


def note_access(here: World, dice: Random) -> None:
    """Somebody looks at what is masked, sometimes with an edit: only the auditor may hold that."""

    def act(work: UnitOfWork, machine: Machine) -> None:
        work.add(AccessEntry(id=here.new_id(dice), who_name=machine.seat.login, act="unmask"))
        if dice.random() < 0.6 and (home := _pick(work, dice, Household)):
            setattr(home, "phone", f"1234567890{dice.randrange(3)}")  # noqa: B010 - typed as a record

    _work(here, dice, act)


def decide(here: World, dice: Random) -> None:
    """Somebody settles a conflict."""

    def act(work: UnitOfWork, _: Machine) -> None:
        open_ = select(Conflict.id).where(Conflict.decision.is_(None)).order_by(Conflict.id)
        if found := work.session.scalars(open_).all():
            syncing.decide(work, dice.choice(found), dice.choice([syncing.KEPT, syncing.OTHER]))

    try:
        _work(here, dice, act)
    except WorldError:  # about a field of a newer program: it asks to update first
        return
