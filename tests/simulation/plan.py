"""Plans: what happens in a run, as steps that can be left out one by one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import select

from sync.server import snapshots as server_snapshots
from tests.simulation import copies, office, promises, questions, rest, sticks
from tests.simulation.template import ZONES
from tests.simulation.world import Crash, Machine, Packet, World, world
from township.errors import WorldError
from township.records import Conflict, Household, Record, Visit
from township.storage.work import UnitOfWork
from township.usecases import syncing


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
    return Plan(seed, tuple(Step(name, dice.randrange(1 << 30)) for name in chosen))


def carry_out(plan: Plan, trace: Callable[[str], None] | None = None) -> int:
    """Run a plan and check all promises; returns how many faults it had. Raises Broken."""
    with world(plan.seed) as here:
        for step in plan.steps:
            if trace:
                trace(str(step))
            dice = Random(step.dice)
            here.now += timedelta(seconds=dice.randrange(1, 3600))
            ACTIONS[step.name](here, dice)
        rest.settle(here)
        promises.check(here, [Random(plan.seed + n).randrange(1 << 30) for n in range(3)])
        return sum(step.name in FAULTS for step in plan.steps)


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
        visited_on=work.clock().date(),
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


def sync(here: World, dice: Random) -> None:
    """A laptop begins to sync."""
    here.start_sync(dice.randrange(len(here.machines)))


def whole_sync(here: World, dice: Random) -> None:
    """A laptop syncs, and this once nothing goes wrong unless it is armed to."""
    number = dice.randrange(len(here.machines))
    here.start_sync(number)
    for _ in range(20):
        mine = [p for p in here.packets if p.laptop == number]
        if not mine:
            return
        _take(here, mine[-1])


def _take(here: World, packet: Packet) -> None:
    here.packets.remove(packet)
    here.deliver(packet)


def deliver(here: World, dice: Random) -> None:
    """A packet arrives, not always the oldest."""
    for _ in range(dice.randint(1, 3)):
        if here.packets:
            _take(here, dice.choice(here.packets))


def drop(here: World, dice: Random) -> None:
    """A packet is lost."""
    if here.packets:
        here.packets.remove(dice.choice(here.packets))


def double(here: World, dice: Random) -> None:
    """A packet arrives twice."""
    if here.packets:
        found = dice.choice(here.packets)
        here.packets.append(Packet(found.to_server, found.laptop, found.session, found.data))


def late(here: World, dice: Random) -> None:
    """An old request comes in once more."""
    if here.old_asks:
        here.packets.append(dice.choice(here.old_asks))


def cut(here: World, dice: Random) -> None:
    """A packet loses its end, or a bit of it turns over."""
    whole = [packet for packet in here.packets if packet.data]
    if not whole:
        return
    found = dice.choice(whole)
    data = bytearray(found.data)
    if dice.random() < 0.5:
        data = data[: dice.randrange(len(data))]
    else:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    here.packets.remove(found)
    here.packets.append(Packet(found.to_server, found.laptop, found.session, bytes(data)))


def crash_laptop(here: World, dice: Random) -> None:
    """A laptop will stop at its next commit."""
    _machine(here, dice).fuse.armed = dice.choice(["before", "after"])


def crash_server(here: World, dice: Random) -> None:
    """The server will stop at its next commit."""
    here.fuse.armed = dice.choice(["before", "after"])


def restart(here: World, dice: Random) -> None:
    """Somebody closes the program and opens it again."""
    here.restart(_machine(here, dice))


def copy(here: World, dice: Random) -> None:
    """Somebody copies a laptop."""
    here.copy(_machine(here, dice))


def put_back(here: World, dice: Random) -> None:
    """A laptop is replaced by its copy; the replaced one may come back by the same way."""
    here.put_back(_machine(here, dice))


def clock(here: World, dice: Random) -> None:
    """A clock jumps by up to two years."""
    jump = timedelta(days=dice.randint(-730, 730))
    if dice.random() < 0.3:
        here.server_ahead = jump
    else:
        _machine(here, dice).ahead = jump


def grants(here: World, dice: Random) -> None:
    """A laptop gets or loses a zone."""
    number = dice.randrange(len(here.machines) - 1)  # the office keeps all
    here.fuse.armed = None  # the administrator's own command does not crash half-way here
    here.grant(number, dice.choice(ZONES), given=dice.random() < 0.6)


def snapshots(here: World, dice: Random) -> None:
    """The server makes snapshots of all buckets, or is stopped while it does."""
    service = here.server.service
    with suppress(Crash):
        server_snapshots.refresh(
            service.store, service.township_id, service.key, service.clock(), worth=1
        )


Action = Callable[[World, Random], None]
ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        enter_home,
        edit,
        delete,
        restore,
        decide,
        sync,
        whole_sync,
        deliver,
        drop,
        double,
        late,
        cut,
        crash_laptop,
        crash_server,
        restart,
        clock,
        copy,
        put_back,
        grants,
        snapshots,
        questions.need,
        questions.same_household,
        office.revoke,
        office.new_laptop,
        office.newer_program,
        copies.clone_laptop,
        copies.copy_server,
        copies.restore_server,
        sticks.stick_out,
        sticks.stick_carry,
        sticks.stick_back,
        sticks.stick_damage,
    )
}
WEIGHTS = {
    "enter_home": 8,
    "edit": 12,
    "delete": 4,
    "restore": 3,
    "decide": 3,
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
    "revoke": 0.3,
    "new_laptop": 1,
    "newer_program": 3,
    "clone_laptop": 1,
    "copy_server": 1,
    "restore_server": 1,
    "stick_out": 3,
    "stick_carry": 4,
    "stick_back": 4,
    "stick_damage": 0.5,
    "copy": 2,
    "put_back": 2,
}
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
