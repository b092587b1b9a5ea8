"""How the last sync of a laptop must have ended, by what it holds and what the server holds."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select

from sync.problems import Forgotten, Refused, Revoked, Rewritten, SyncProblem
from sync.server import audit, devices, epochs
from sync.wire import ChainHead
from tests.simulation.things import Broken
from tests.simulation.world import Machine, World
from township.storage import tables
from township.storage.replica import Identity, Replica


@dataclass(frozen=True)
class Fates:
    """What has become of the laptops, all of which have ended as they had to."""

    through: list[Machine]
    """Those whose sync went through."""
    contradicted: bool
    """Has one seen more than the township holds, which does not say that it was restored?"""


def check(world: World) -> Fates:
    """Raises Broken where a sync had to end in another way."""
    through, contradicted = [], False
    with world.server.service.store.reading() as connection:
        for machine in world.machines:
            due = refusals(world, connection, machine)
            contradicted |= Rewritten in due
            if (machine.refused in due) if due else (machine.refused is None):
                through += [] if due else [machine]
                continue
            names = sorted(one.__name__ for one in due) or ["success"]
            promise = 10 if due else 12
            raise Broken(
                promise, f"{machine.seat.login} ended with {machine.refused}, due was {names}"
            )
    return Fates(through, contradicted)


def refusals(
    world: World, connection: Connection, machine: Machine
) -> frozenset[type[SyncProblem]]:
    """What may have stopped this laptop; empty when its sync must go through."""
    service = world.server.service
    replica = Replica(machine.database)
    own, held = replica.identity(), replica.checkpoint()
    device = devices.find(connection, service.township_id, own.device)
    if device is None or device.signing_public != _public(own):
        return frozenset({Forgotten})  # enrolled after the server's copy was made
    if device.revoked:
        return frozenset({Revoked})
    same = held is not None and held.epoch == epochs.current(connection, service.township_id)
    if held and same and audit.contradicts(connection, service.township_id, held.size, held.root):
        chain = devices.chain_head(connection, device, own.incarnation)
        if _continues(machine, chain):
            return frozenset({Rewritten})
        return frozenset({Rewritten, Refused})  # a copy of it was faster: chain_signature
    return frozenset()


def contradicted(world: World) -> bool:
    """Has a laptop seen more than the township holds, which does not say that it was restored?"""
    with world.server.service.store.reading() as connection:
        return any(Rewritten in refusals(world, connection, one) for one in world.machines)


def _continues(machine: Machine, chain: ChainHead) -> bool:
    c = tables.changeset.c
    place = (c.incarnation == chain.incarnation, c.dseq == chain.dseq)
    with machine.database.reader() as session:
        return chain.dseq == 0 or session.scalar(select(c.hash).where(*place)) == chain.hash


def _public(own: Identity) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(own.signing_key)
    return key.public_key().public_bytes_raw()
