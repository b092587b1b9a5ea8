"""After the faults: all laptops sync, undisturbed, until the log does not grow any more."""

from __future__ import annotations

from sqlalchemy import select

from sync import problems
from sync.client import Client
from sync.problems import SyncProblem
from sync.server import restoring, tables
from sync.wire import BadMessage
from tests.simulation import erasures, fates, matters, pictures, pieces
from tests.simulation.things import Broken
from tests.simulation.world import SMALL, Machine, World, program
from township.storage.replica import Replica


def settle(world: World, rounds: int = 24) -> None:
    """No more faults: all laptops sync until nothing moves. Raises Broken if it never ends.

    Where laptops find that the log was rewritten, the administrator says what it was: a server
    that was put back. One laptop syncs once more, which must take a single round trip and bring
    nothing.
    """
    world.packets.clear()
    world.fuse.armed = None
    for machine in world.machines:
        machine.fuse.armed = None
        machine.client = None
        machine.rested = None
    _update_programs(world)
    _until_nothing_moves(world, rounds)
    _erase_what_is_due(world, rounds)
    contradicted = fates.check(world).contradicted
    if contradicted or pictures.forgotten(world):
        restoring.begin(world.server)
        for machine in world.machines:
            machine.rested = None
        _until_nothing_moves(world, rounds)
        _erase_what_is_due(world, rounds)
        contradicted = fates.contradicted(world)
    if contradicted:
        raise Broken(10, "a new epoch does not help a laptop that has seen more")
    machine = world.dice.choice(world.machines)
    machine.rested = None
    _syncs_to_the_end(world, machine)
    if machine.refused is None and machine.trips != 1:
        raise Broken(12, f"laptop {machine.seat.login} needs {machine.trips} trips at rest")


def _update_programs(world: World) -> None:
    """Programs too old to pull push all the same; then they are updated."""
    demanded = minimum(world)
    for machine in world.machines:
        if machine.schema >= demanded:
            continue
        _syncs_to_the_end(world, machine)
        _has_pushed(world, machine)
        machine.schema, machine.rested = demanded, None


def _has_pushed(world: World, machine: Machine) -> None:
    """A sync with an old program brings all work, then says that the program is too old.

    Push is never refused for this (protocol, section 12): only what would stop a new program
    too may have stopped it.
    """
    login = machine.seat.login
    if machine.refused is None:
        raise Broken(6, f"laptop {login} pulled with a program that may not")
    with world.server.service.store.reading() as connection:
        due = fates.refusals(world, connection, machine)
    if machine.refused not in (due or {problems.TooOld}):
        raise Broken(1, f"laptop {login} ended with {machine.refused} with an old program")
    if not due and Replica(machine.database).waiting():
        raise Broken(1, f"laptop {login} could not push with an old program")


def minimum(world: World) -> int:
    """The record schema that the township demands of who pulls."""
    with world.server.service.store.reading() as connection:
        found: int = connection.execute(select(tables.township.c.minimum)).scalar_one()
    return found


def _until_nothing_moves(world: World, rounds: int) -> None:
    for _ in range(rounds):
        moved = [machine for machine in world.machines if _syncs_to_the_end(world, machine)]
        if not _seals_what_is_lacking(world) and not moved:
            break
    else:
        raise Broken(12, "the laptops never come to rest")


def _seals_what_is_lacking(world: World) -> bool:
    """The township looks after keys, and laptops that came through pass sealed matters on."""
    changed = matters.published(world)
    for number, machine in enumerate(world.machines):
        if machine.refused is None and matters.pass_on(world, number):
            machine.rested, changed = None, True
    return changed


def _erase_what_is_due(world: World, rounds: int) -> None:
    """The township sweeps until nothing is left to do, and the laptops hear of it."""
    if not erasures.asked(world):
        return
    for _ in range(rounds):
        before = world.moved_to()
        erasures.sweep(world)
        world.watch_log()
        if world.moved_to() == before:
            return
        _until_nothing_moves(world, rounds)
    raise Broken(12, "the township never ends erasing")


def _syncs_to_the_end(world: World, machine: Machine) -> bool:
    """One whole sync without faults; False if the township is where it was after the last one."""
    if machine.rested == world.moved_to():
        return False
    replica = Replica(machine.database)
    client = Client(replica)
    client._budget = SMALL
    machine.refused = None
    try:
        with replica.indexes_made():
            _to_the_end(world, machine, client)
    except SyncProblem as problem:
        machine.refused = type(problem)
    replica.finished(str(machine.refused) if machine.refused else None)
    world.note_commits(machine)
    machine.trips, machine.rested = client.progress.round_trips, world.moved_to()
    return True


def _to_the_end(world: World, machine: Machine, client: Client, trips: int = 60) -> None:
    for _ in range(trips):
        try:
            with program(machine):
                message = client.request()
            answer = world.server.service.exchange(message)
        except BadMessage as refusal:
            raise problems.of_code(refusal.code, refusal.detail) from refusal
        finally:
            world.watch_log()
        pieces.watch(message, answer)
        client.receive(answer)
        world.apply(machine, client)
        if client.done and client.minimum:
            raise problems.too_old(client.minimum)
        if client.done:
            return
    raise Broken(12, f"the sync of laptop {machine.seat.login} never ends")
