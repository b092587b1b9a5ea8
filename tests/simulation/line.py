"""What the network, the machines, their clocks and the administrator do in a plan."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

from sync.server import snapshots as server_snapshots
from tests.simulation.template import ZONES
from tests.simulation.world import Crash, Machine, Packet, World


def _machine(here: World, dice: Random) -> Machine:
    return dice.choice(here.machines)


def sync(here: World, dice: Random) -> None:
    """A laptop begins to sync."""
    here.start_sync(dice.randrange(len(here.machines)))


def whole_sync(here: World, dice: Random) -> None:
    """A laptop syncs, and this once nothing goes wrong unless it is armed to."""
    sync_whole(here, dice.randrange(len(here.machines)))


def sync_whole(here: World, number: int) -> None:
    """One sync of this laptop, as far as it comes."""
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
