"""Needs of residents, and households entered twice: what a run's cadres do besides visits."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sqlalchemy import select

from tests.simulation.world import Machine, World
from township.errors import WorldError
from township.records import Household, Need
from township.storage.work import UnitOfWork
from township.usecases import duplicates
from township.values import CHINA

_STATES = ("new", "classified", "doing", "closed")


def work(here: World, dice: Random, act: Callable[[UnitOfWork], None]) -> None:
    """One user action on some laptop."""
    machine: Machine = dice.choice(here.machines)
    with here.at(machine), machine.database.work(machine.seat.cadre) as unit:
        act(unit)
        unit.commit()


def need(here: World, dice: Random) -> None:
    """Somebody raises a need, goes on with one, or deletes one."""

    def act(unit: UnitOfWork) -> None:
        session = unit.session
        living = select(Need).where(Need.deleted_at.is_(None)).order_by(Need.id)
        found = session.scalars(living).all()
        if found and dice.random() < 0.6:
            chosen = dice.choice(found)
            if dice.random() < 0.2:
                unit.delete(chosen)
            else:
                chosen.state = dice.choice(_STATES)
                chosen.measure = f"措施{dice.randrange(3)}"
            return
        homes = session.scalars(select(Household).order_by(Household.id)).all()
        if homes:
            unit.add(_raised(here, unit, dice, dice.choice(homes)))

    work(here, dice, act)


def _raised(here: World, unit: UnitOfWork, dice: Random, home: Household) -> Need:
    return Need(
        id=here.new_id(dice),
        zone_id=home.zone_id,
        no=f"诉求-{dice.randrange(1000)}",
        household_id=home.id,
        raised_on=unit.clock().astimezone(CHINA).date(),
        channel="visit",
        topic="other",
        text=f"路灯{dice.randrange(100)}",
        state="new",
    )


def same_household(here: World, dice: Random) -> None:
    """Somebody merges two households with one number, tells them apart, or takes a merge back."""

    def act(unit: UnitOfWork) -> None:
        undone = duplicates.merged(unit.session)
        clashes = duplicates.open_duplicates(unit.session)
        if undone and dice.random() < 0.4:
            duplicates.undo(unit, dice.choice(undone).id)
        elif clashes:
            clash = dice.choice(clashes)
            pair = [clash.first.id, clash.second.id]
            dice.shuffle(pair)
            if clash.mergeable and dice.random() < 0.8:
                duplicates.merge(unit, clash.kind, pair[0], pair[1])
            else:
                duplicates.keep_apart(unit, clash.kind, pair[0], pair[1])

    try:
        work(here, dice, act)
    except WorldError:  # another was faster: that is an answer to the user
        return
