"""The laptop's side of a sync by stick: an outbox leaves in a file, an answer comes back in one.

Network and stick mix in any order: verdicts, pages and grants are taken only where they go on
from what the laptop has by then, and what is not taken comes again with the next sync.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from sync import bundle, wire
from sync.bundle import BadBundle
from sync.client import Client
from sync.reading import Reading, Taken, check, opened
from sync.wire import Request
from township.storage.database import Database
from township.storage.letters import Letter, Letters
from township.storage.replica import Replica
from township.values import CHINA

Step = Callable[[int, int], None]
"""Hears how many of how many parts are done; may raise to stop."""


@dataclass(frozen=True)
class Written:
    """An outbox on the stick: how many changesets it holds, and how many did not fit."""

    path: Path
    changesets: int
    left: int


def write_outbox(database: Database, place: Path, step: Step | None = None) -> Written:
    """Put all unanswered work and what this laptop lacks into a file for the township.

    ``place`` is the file, or a folder for a file with a name of its own. Raises BadBundle;
    then there is no file.
    """
    letters, replica = Letters(database), Replica(database)
    township = letters.township_sealing()
    if township is None:
        raise BadBundle("no_key")
    messages, letter, count = _requests(replica, step)
    letters.keep(letter)  # before the file can leave
    stamp = database.clock().astimezone(CHINA).strftime("%Y%m%d-%H%M")
    path = bundle.target(place, f"连心桥上报-{stamp}-{bundle.tag(letter.names[-1])}{bundle.SUFFIX}")
    bundle.store(path, bundle.seal("outbox", messages, township))
    return Written(path, count, max(0, replica.waiting() - count))


def _requests(replica: Replica, step: Step | None) -> tuple[list[bytes], Letter, int]:
    """All requests of one outbox, what its answer must fit to, and how many changesets."""
    epoch, checkpoint, waiting = replica.epoch(), replica.checkpoint(), replica.waiting()
    client = Client(replica, snapshots=False, pictures=False)  # a file cannot ask for parts
    messages: list[bytes] = []
    names: list[bytes] = []
    count = 0
    while True:
        messages.append(client.request())
        body = wire.open_envelope(messages[-1]).body
        request = wire.unpack(body, Request)
        names.append(sha256(body).digest())
        count += client.offered
        if step:
            step(count, max(count, waiting))
        full = sum(map(len, messages)) >= bundle.FULL or len(messages) == bundle.MAX_MESSAGES
        if full or request.cursors is not None:
            break
    incarnation, cursors = replica.identity().incarnation, request.cursors
    letter = Letter(incarnation, tuple(names), cursors, request.scope, epoch, checkpoint)
    letter = msgspec.structs.replace(letter, heard=request.heard)
    return messages, letter, count


def read_answer(database: Database, path: Path, step: Step | None = None) -> Taken:
    """Take in what the township answered to an outbox of this laptop.

    Raises SyncProblem; a file that does not fit changes nothing. When it is interrupted,
    reading the same file again goes on from there.
    """
    letters, replica = Letters(database), Replica(database)
    messages = bundle.unseal("answer", bundle.load(path), letters.sealing_key())
    reply = check(messages, letters, replica)
    reading = Reading(reply, letters, replica)
    with replica.indexes_made():
        for number, message in enumerate(messages):
            if step:
                step(number, len(messages))
            reading.take(opened(message, replica.identity()))
    if reading.moved:  # else the next outbox may have the very same name
        letters.mark_read(reply.letter)
    if reading.finished:
        replica.finished(None)
    return reading.taken
