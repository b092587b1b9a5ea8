"""Plans: what happens in a run, as steps that can be left out one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from tests.simulation import (
    administrator,
    copies,
    erasures,
    line,
    matters,
    moves,
    office,
    pictures,
    promises,
    questions,
    rest,
    sticks,
    works,
)
from tests.simulation.world import World, world


@dataclass(frozen=True)
class Step:
    """One event; ``dice`` decides the rest."""

    name: str
    dice: int

    def __str__(self) -> str:
        return f"{self.name}({self.dice})"


@dataclass(frozen=True)
class Plan:
    """A seed's steps."""

    seed: int
    steps: tuple[Step, ...]


def plan_of(seed: int) -> Plan:
    """The plan behind a seed."""
    dice = Random(seed)
    length = dice.randint(12, 50)
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    if dice.random() < 0.3:  # a quiet line: deeper histories
        weights = [0 if name in FAULTS else w for name, w in zip(names, weights, strict=True)]
    if dice.random() < 0.6:
        weights = [0 if name in DISASTERS else w for name, w in zip(names, weights, strict=True)]
    chosen = dice.choices(names, weights, k=length)
    if dice.random() < 0.5:  # something to work on from the start
        chosen = ["enter_home", "enter_home", "whole_sync", "whole_sync", "whole_sync", *chosen]
    steps = [Step(name, dice.randrange(1 << 30)) for name in chosen]
    if seed % 5 == 4:
        _put_erasures_between(steps, Random(f"erasures {seed}"))
        _put_restore_between(steps, Random(f"restores {seed}"))
    elif seed % 5 == 2:
        _put_pictures_between(steps, Random(f"pictures {seed}"))
    if seed % 5 == 3:
        _put_sealed_matters_between(steps, Random(f"sealed {seed}"))
    return Plan(seed, tuple(steps))


def _put_erasures_between(steps: list[Step], dice: Random) -> None:
    """With dice of their own, so that all other steps stay what they are."""
    names, weights = list(ERASING), list(ERASING.values())
    for name in dice.choices(names, weights, k=dice.randint(5, 20)):
        steps.insert(dice.randint(0, len(steps)), Step(name, dice.randrange(1 << 30)))
    dice.random()  # thrown once more in earlier plans, which are to stay what they are
    first = ["enter_home", "enter_home", "write_down", *["whole_sync"] * 3, "write_down"]
    if dice.random() < 0.7:  # something to erase from the start
        steps[:0] = [Step(name, dice.randrange(1 << 30)) for name in first]


def _put_restore_between(steps: list[Step], dice: Random) -> None:
    """The server is put back to a copy that has lost erasures, not what was erased."""
    if dice.random() < RESTORED_SINCE:
        half = len(steps) // 2
        for name, least in (("copy_server", 0), ("restore_server", half)):
            steps.insert(dice.randint(least, half + least), Step(name, dice.randrange(1 << 30)))


def _put_pictures_between(steps: list[Step], dice: Random) -> None:
    """Pictures go while their pieces come twice: all of it together, so that they meet."""
    names, weights = list(PICTURING), list(PICTURING.values())
    chosen = ["add_picture", "sync", *dice.choices(names, weights, k=dice.randint(10, 25))]
    at = dice.randint(len(steps) // 2, len(steps))
    steps[at:at] = [Step(name, dice.randrange(1 << 30)) for name in chosen]


def _put_sealed_matters_between(steps: list[Step], dice: Random) -> None:
    """In the same way; the first circle is there before anything else happens."""
    names, weights = list(SEALING), list(SEALING.values())
    for name in dice.choices(names, weights, k=dice.randint(8, 24)):
        steps.insert(dice.randint(0, len(steps)), Step(name, dice.randrange(1 << 30)))
    steps[:0] = [Step(name, dice.randrange(1 << 30)) for name in ("first_circle", "seal")]


def carry_out(plan: Plan, trace: Callable[[str], None] | None = None) -> int:
    """Run a plan and check all promises; returns how many faults it had. Raises Broken."""
    with world(plan.seed) as here:
        here.lossy = not pictures.LOSSY.isdisjoint(step.name for step in plan.steps)
        for step in plan.steps:
            if trace:
                trace(str(step))
            dice = Random(step.dice)
            here.now += timedelta(seconds=dice.randrange(1, 3600))
            ACTIONS[step.name](here, dice)
        rest.settle(here)
        promises.check(here, [Random(plan.seed + n).randrange(1 << 30) for n in range(3)])
        return sum(step.name in FAULTS for step in plan.steps)


Action = Callable[[World, Random], None]
ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        works.enter_home,
        works.edit,
        works.delete,
        works.restore,
        works.decide,
        works.note_access,
        line.sync,
        line.whole_sync,
        line.deliver,
        line.drop,
        line.double,
        line.late,
        line.cut,
        line.crash_laptop,
        line.crash_server,
        line.restart,
        line.clock,
        line.copy,
        line.put_back,
        line.grants,
        line.snapshots,
        questions.need,
        questions.same_household,
        moves.move,
        moves.visit_again,
        moves.lamp_at_home,
        pictures.add_picture,
        pictures.take_picture,
        pictures.let_go,
        office.revoke,
        office.new_laptop,
        office.newer_program,
        administrator.stranded,
        administrator.admit,
        administrator.send_back,
        administrator.look,
        administrator.minimum,
        administrator.update,
        copies.clone_laptop,
        copies.copy_server,
        copies.restore_server,
        sticks.stick_out,
        sticks.stick_carry,
        sticks.stick_back,
        sticks.stick_damage,
        erasures.write_down,
        erasures.erase,
        erasures.erase_sweep,
        matters.first_circle,
        matters.change_roles,
        matters.name_reader,
        matters.unname_reader,
        matters.seal,
        matters.seal_more,
        matters.sync_and_pass_on,
        matters.look_after_keys,
    )
}
WEIGHTS = {
    "enter_home": 8,
    "edit": 12,
    "delete": 4,
    "restore": 3,
    "decide": 3,
    "note_access": 4,
    "sync": 6,
    "whole_sync": 14,
    "deliver": 10,
    "drop": 2,
    "double": 2,
    "late": 2,
    "cut": 2,
    "crash_laptop": 3,
    "crash_server": 2,
    "restart": 2,
    "clock": 2,
    "snapshots": 3,
    "grants": 5,
    "need": 4,
    "same_household": 2,
    "move": 6,
    "visit_again": 4,
    "lamp_at_home": 1,
    "add_picture": 7,
    "take_picture": 2,
    "let_go": 0.5,
    "revoke": 0.3,
    "new_laptop": 1,
    "newer_program": 3,
    "stranded": 2,
    "admit": 2,
    "send_back": 1,
    "look": 1,
    "minimum": 0.4,
    "update": 0.6,
    "clone_laptop": 1,
    "copy_server": 2,
    "restore_server": 2,
    "stick_out": 3,
    "stick_carry": 4,
    "stick_back": 4,
    "stick_damage": 0.5,
    "copy": 2,
    "put_back": 2,
}
ERASING = {"write_down": 7, "erase": 6, "erase_sweep": 3, "whole_sync": 2, "restore": 1}
"""What only every fifth seed has besides."""
PICTURING = {"add_picture": 3, "sync": 3, "deliver": 8, "double": 3, "late": 1}
"""What another fifth of the seeds has besides."""
RESTORED_SINCE = 0.5
"""Share of these seeds that copy the server before and put it back after."""
SEALING = {
    "seal": 8,
    "seal_more": 5,
    "sync_and_pass_on": 12,
    "name_reader": 5,
    "unname_reader": 4,
    "change_roles": 2,
    "look_after_keys": 1,
    "new_laptop": 1,
    "revoke": 0.5,
}
"""What only the seeds have besides that leave 3 when divided by five."""
DISASTERS = frozenset({"copy", "put_back", "clone_laptop", "copy_server", "restore_server"})
"""What most runs do without, so that their laptops come to rest."""
FAULTS = frozenset(
    {
        "drop",
        "double",
        "late",
        "cut",
        "crash_laptop",
        "crash_server",
        "restart",
        "clock",
        "grants",
        "revoke",
        "stick_damage",
        *DISASTERS,
    }
)
SWITCHED_OFF: dict[str, tuple[Action, str]] = {
    "one_class": (
        office.one_class,
        "a conflict lies in the bucket of its target, but leaves a laptop with its own class",
    )
}
"""What is known not to hold yet, and why."""
