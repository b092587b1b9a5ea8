"""The sole sequencer: whole changesets become entries of the township's log, in one order.

Everything here runs inside one write transaction whose first statement locks the township's
head row; only then is anything read. Nothing of a push stays when the transaction fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from sync import chain
from sync.server import devices, epochs, tables
from sync.server.devices import Device
from sync.server.entries import Turn
from sync.server.history import Memories, Memory
from sync.server.log import Log
from sync.server.scribe import Scribe
from sync.server.segments import Origin
from sync.server.taking import Taking
from sync.wire import BadMessage, ChainHead
from township.changes import GENESIS, Changeset, Header, decode_header
from township.storage.pages import Status, Verdict
from township.values import moment_text


@dataclass(frozen=True)
class Push:
    """Changesets of one device as they came in; ``own`` is the head of the device's chain."""

    own: ChainHead
    changesets: Sequence[Changeset]
    head_signature: bytes
    epoch: bytes = b""
    memories: Memories = field(default_factory=Memories)


class Grown(NamedTuple):
    """Leaves that a push adds to the history tree of an epoch, once it is committed."""

    epoch: bytes
    first: int
    leaves: Sequence[bytes]


@dataclass(frozen=True)
class Taken:
    """What became of a push; ``refused`` is None, ``gap``, ``fork`` or ``epoch``."""

    chain: ChainHead
    verdicts: list[Verdict] = field(default_factory=list)
    refused: str | None = None
    grown: Grown | None = None


_HERE = tables.township.c.township_id == bindparam("township")
_LOCK = select(tables.township.c.head_seq).where(_HERE).with_for_update()
_MOVE = update(tables.township).where(_HERE).values(head_seq=bindparam("newest"))


def lock_head(connection: Connection, township_id: bytes) -> int:
    """Lock the township for writing and return its newest sequence number."""
    return int(connection.execute(_LOCK, {"township": township_id}).scalar_one())


def push(connection: Connection, device: Device, incoming: Push, now: datetime) -> Taken:
    """Take a push in. Raises BadMessage when it breaks the protocol; then roll back."""
    head_seq = lock_head(connection, device.township_id)
    device = as_of_now(connection, device)
    headers = _headers(device, incoming)
    known = devices.chain_head(connection, device, incoming.own.incarnation)
    epoch = epochs.current(connection, device.township_id)
    if incoming.epoch not in (b"", epoch):
        return Taken(known, refused="epoch")
    if refused := behind(device, known, incoming.own):
        return Taken(known, _shared(connection, device, incoming, headers, known), refused)
    if not headers:
        return Taken(known)
    if headers[0].dseq > known.dseq + 1:
        return Taken(known, refused="gap")
    hashes = chain.hashes(_previous(connection, device, known, headers[0]), incoming.changesets)
    repeats = _repeats(connection, device, headers, known)
    if any(repeats[h.dseq][0] != hashes[i] for i, h in enumerate(headers) if h.dseq in repeats):
        return Taken(known, _shared(connection, device, incoming, headers, known), "fork")
    _check_signature(device, headers[-1], hashes[-1], incoming.head_signature)
    verdicts = [verdict for _, verdict in repeats.values()]
    new = max(0, known.dseq + 1 - headers[0].dseq)
    turns = list(map(Turn, incoming.changesets[new:], headers[new:], hashes[new:]))
    if not turns:
        return Taken(known, verdicts)
    turns[-1] = turns[-1]._replace(signature=incoming.head_signature)
    memory = incoming.memories.of(epoch)
    taking, told = _take(connection, device, head_seq, turns, now, memory)
    verdicts += told
    newest = ChainHead(incoming.own.incarnation, headers[-1].dseq, hashes[-1])
    devices.move_chain(connection, device, newest, moment_text(now))
    return Taken(newest, verdicts, grown=Grown(epoch, head_seq, taking.leaves))


def _shared(
    connection: Connection, device: Device, incoming: Push, headers: list[Header], known: ChainHead
) -> list[Verdict]:
    """What a forked laptop and the township both have: a new incarnation must not send it again."""
    if not headers or headers[0].dseq > known.dseq:
        return []
    hashes = chain.hashes(_previous(connection, device, known, headers[0]), incoming.changesets)
    repeats = _repeats(connection, device, headers, known)
    shared = []
    for header, hash_ in zip(headers, hashes, strict=True):
        kept, verdict = repeats.get(header.dseq, (b"", None))
        if kept != hash_ or verdict is None:
            break
        shared.append(verdict)
    return shared


def _take(
    connection: Connection,
    device: Device,
    head_seq: int,
    turns: list[Turn],
    now: datetime,
    memory: Memory,
) -> tuple[Taking, list[Verdict]]:
    try:
        with connection.begin_nested(), Scribe(connection) as scribe:
            taking = Taking(scribe, device, head_seq, now, memory, certain=False)
            verdicts = taking.take(turns)
    except IntegrityError:  # a record said to be new is there already
        with Scribe(connection) as scribe:
            taking = Taking(scribe, device, head_seq, now, memory, certain=True)
            verdicts = taking.take(turns)
    move_head(connection, device.township_id, taking.seq)
    return taking, verdicts


def as_of_now(connection: Connection, device: Device) -> Device:
    """The device as the lock shows it: it may have been revoked, or have pushed, meanwhile."""
    found = devices.find(connection, device.township_id, device.number)
    if found is None or found.revoked:
        raise BadMessage("revoked")
    return found


def behind(device: Device, known: ChainHead, own: ChainHead) -> str | None:
    """``fork`` when the laptop's history is not a continuation of what the township has.

    An incarnation may be newer by more than one: a restored township has forgotten some.
    """
    if own.incarnation < device.incarnation:
        return "fork"
    if own.dseq < known.dseq or (own.dseq == known.dseq and own.hash != known.hash):
        return "fork"
    return None


def _headers(device: Device, incoming: Push) -> list[Header]:
    headers: list[Header] = []
    for changeset in incoming.changesets:
        try:
            header = decode_header(changeset.header)
        except ValueError as error:  # msgspec's errors are ValueErrors
            raise BadMessage("malformed", "header") from error
        follows = not headers or header.dseq == headers[-1].dseq + 1
        origin = (header.device, header.incarnation)
        if origin != (device.number, incoming.own.incarnation) or not follows or header.dseq < 1:
            raise BadMessage("malformed", "origin of a changeset")
        headers.append(header)
    if headers and headers[-1].dseq > incoming.own.dseq:
        raise BadMessage("malformed", "head of the own chain")
    return headers


def _previous(connection: Connection, device: Device, known: ChainHead, first: Header) -> bytes:
    """The hash before the first changeset of a push."""
    if first.dseq == 1:
        return GENESIS
    if first.dseq == known.dseq + 1:
        return known.hash
    before = Origin(device.number, first.incarnation, first.dseq - 1)
    found = Log(connection, device.township_id).hash_of(before)
    assert found is not None, "a device's chain has no gaps"
    return found


def _repeats(
    connection: Connection, device: Device, headers: list[Header], known: ChainHead
) -> dict[int, tuple[bytes, Verdict]]:
    """Changesets of this push that the log has already, with the answers given then."""
    if headers[0].dseq > known.dseq:
        return {}
    first = Origin(device.number, headers[0].incarnation, headers[0].dseq)
    found = Log(connection, device.township_id).told(first, headers[-1].dseq)
    return {
        one.dseq: (one.hash, Verdict(one.dseq, cast(Status, one.status), one.seq, one.reason, True))
        for one in found
    }


def _check_signature(device: Device, last: Header, hash_: bytes, signature: bytes) -> None:
    text = chain.head_bytes(device.township_id, device.number, last.incarnation, last.dseq, hash_)
    if not chain.verify(device.signing_public, signature, text):
        raise BadMessage("chain_signature")


def move_head(connection: Connection, township_id: bytes, seq: int) -> None:
    """Note the newest number of the log."""
    connection.execute(_MOVE, {"township": township_id, "newest": seq})
