"""The township's answer to a message: bytes in, bytes out, no HTTP.

Every message is judged from the outside in: size, envelope, sender, signature, and only then
is it decompressed. A message that fails raises ``BadMessage`` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, bindparam, select

from sync import chain, wire
from sync.server import (
    devices,
    epochs,
    feed,
    files,
    history,
    quarantine,
    readmission,
    sealing_keys,
    sequencer,
    snapshots,
    tables,
)
from sync.server.devices import Device
from sync.server.engine import Store
from sync.server.sequencer import Push, Taken
from sync.server.trying import retrying
from sync.server.vault import Vault
from sync.wire import Answer, BadMessage, Envelope, History, Request
from township import upcasting
from township.storage.file_pages import FilePart, FilesTold
from township.storage.pages import Offer, Page, Scope
from township.values import utc_now

_c = tables.township.c
_TOWN = select(_c.epoch, _c.head_seq, _c.minimum).where(_c.township_id == bindparam("township"))


@dataclass(frozen=True)
class Asked:
    """A request that is what its sender wrote; ``name`` is the SHA-256 of its packed body."""

    device: Device
    request: Request
    name: bytes
    foreign: list[str] = field(default_factory=list)
    """What it wanted to read that is not its own, found while it is answered."""


@dataclass
class _Pulled:
    """What an answer brings to the laptop besides verdicts."""

    page: Page | None = None
    scope: Scope | None = None
    offers: list[Offer] | None = None
    chunks: list[bytes | None] | None = None
    minimum: int = 0
    files: FilesTold | None = None


class Service:
    """One township on this server."""

    def __init__(
        self,
        store: Store,
        township_id: bytes,
        key: Ed25519PrivateKey,
        vault: Vault,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store = store
        self.township_id = township_id
        self.key = key
        self.vault = vault
        self.clock = clock
        self._memories = history.Memories()

    def exchange(self, data: bytes) -> bytes:
        """Take a laptop's push in and give it its next page. Raises BadMessage."""
        return self.sealed(self.answer(self.read(data)))

    def read(self, data: bytes) -> Asked:
        """The request in an envelope and who sent it. Raises BadMessage."""
        envelope = wire.open_envelope(data)
        try:
            device = self._sender(envelope)
            request = wire.unpack(envelope.body, Request)
            wire.check_limits(request)
        except BadMessage as error:
            error.sender = envelope.sender
            raise
        return Asked(device, request, sha256(envelope.body).digest())

    def sealed(self, answer: Answer) -> bytes:
        """The bytes of an answer, signed by the township."""
        return wire.parcel(chain.seal(self.key, self.township_id, 0, wire.pack(answer)))

    @retrying
    def exists(self) -> bool:
        """Does the database hold this township?"""
        with self.store.reading() as connection:
            found = connection.execute(_TOWN, {"township": self.township_id}).one_or_none()
        return found is not None

    @retrying
    def _sender(self, envelope: Envelope) -> Device:
        if envelope.township != self.township_id:
            raise BadMessage("township")
        with self.store.reading() as connection:
            device = devices.find(connection, envelope.township, envelope.sender)
        if device is None or envelope.sender == 0:
            raise BadMessage("unknown_device")
        chain.check_envelope(envelope, device.signing_public)
        if device.revoked:
            raise BadMessage("revoked")
        return device

    def answer(self, asked: Asked) -> Answer:
        """Take the push of a request in and make its answer. Raises BadMessage."""
        device, request = asked.device, asked.request
        if device.waiting:  # first: what comes now follows what waits
            readmission.readmit(self.store, device, self.clock())
        taken = self._push(device, request) if request.changesets else None
        if taken and taken.verdicts and sealing_keys.concern(request.changesets):
            sealing_keys.publish(self.store, self.township_id, self.clock())
        unfit: files.Refusals = {}
        if request.files and request.files.parts and (taken is None or taken.refused is None):
            unfit = self._take_files(device, request, request.files.parts)
        return self._found(asked, taken, unfit)

    @retrying
    def _take_files(
        self, device: Device, request: Request, parts: Sequence[FilePart]
    ) -> files.Refusals:
        with self.store.writing() as connection:
            sequencer.lock_head(connection, self.township_id)
            device = sequencer.as_of_now(connection, device)
            if request.epoch not in (b"", epochs.current(connection, self.township_id)):
                return {}  # all of such a request is refused
            if self._compare(connection, device, request).refused:
                return {}
            return files.FileDesk(connection, device, self.vault).take(parts, self.clock())

    @retrying
    def _found(self, asked: Asked, taken: Taken | None, unfit: files.Refusals) -> Answer:
        """The answer after a push, from one view of the township."""
        device, request, name = asked.device, asked.request, asked.name
        with self.store.reading() as connection:
            town = connection.execute(_TOWN, {"township": self.township_id}).one()
            epoch: bytes = town.epoch
            proof = self._history(connection, request.history, town)
            if request.epoch not in (b"", epoch):
                chain_head = devices.chain_head(connection, device, request.own.incarnation)
                chains = devices.chains(connection, device)
                return Answer(
                    name, epoch, "epoch", chain_head, [], None, None, proof, chains=chains
                )
            if taken is None:
                taken = self._compare(connection, device, request)
            pulled = _Pulled()
            if taken.refused is None:
                pulled = self._pull(connection, asked, town.minimum)
                if request.files:
                    desk = files.FileDesk(connection, device, self.vault)
                    room = files.room_for(request) if not pulled.minimum else None
                    pulled.files = desk.told(request.files, unfit, room=room)
                    asked.foreign.extend(["file"] * desk.foreign)
        return Answer(
            name,
            epoch,
            taken.refused,
            taken.chain,
            taken.verdicts,
            pulled.page,
            pulled.scope,
            proof,
            pulled.offers,
            pulled.chunks,
            minimum=pulled.minimum,
            files=pulled.files,
        )

    def _history(self, connection: Connection, known: int, town: Row[bytes, int, int]) -> History:
        memory = self._memories.of(town.epoch)
        return history.prove(connection, self.township_id, self.key, town.head_seq, known, memory)

    @retrying
    def _push(self, device: Device, request: Request) -> Taken:
        incoming = Push(
            request.own,
            request.changesets,
            request.head_signature,
            request.epoch,
            self._memories,
        )
        with self.store.writing() as connection:
            taken = sequencer.push(connection, device, incoming, self.clock())
        if taken.grown:  # only what is committed may be remembered
            epoch, first, leaves = taken.grown
            self._memories.of(epoch).grown(first, leaves)
        return taken

    def _compare(self, connection: Connection, device: Device, request: Request) -> Taken:
        """Nothing to push: is the laptop's history still the one that the township has?"""
        known = devices.chain_head(connection, device, request.own.incarnation)
        return Taken(known, refused=sequencer.behind(device, known, request.own))

    def _pull(self, connection: Connection, asked: Asked, minimum: int) -> _Pulled:
        device, request = asked.device, asked.request
        scope = devices.scope(connection, device)
        pulled = _Pulled(scope=scope if scope.mark != request.scope else None)
        pulled.minimum = _lacking(minimum, request.schema)
        if pulled.minimum:
            return pulled
        granted = set(scope.buckets)
        wanted = {*(request.cursors or ()), *(chunk.bucket for chunk in request.chunks or ())}
        asked.foreign.extend(["bucket"] * bool(wanted - granted))
        if request.chunks:
            pulled.chunks = snapshots.chunks(connection, self.township_id, request.chunks, granted)
        if request.cursors is None:
            return pulled
        cursors = {name: seq for name, seq in request.cursors.items() if name in granted}
        offered: dict[str, Offer] = {}
        if request.chunks is not None:
            new = [name for name, seq in cursors.items() if seq == 0]
            offered = snapshots.offers(connection, self.township_id, new)
        rest = {name: seq for name, seq in cursors.items() if name not in offered}
        incarnation = request.own.incarnation
        pulled.page = feed.page(connection, device, incarnation, rest, request.page_bytes)
        pulled.page = quarantine.told(connection, device, request.heard, pulled.page)
        if offered:
            pulled.offers = list(offered.values())
            pulled.page = msgspec.structs.replace(pulled.page, more=True)
        return pulled


def _lacking(demanded: int, schema: int) -> int:
    """The record schema that a program must understand to pull; 0: this one does."""
    needed = max(demanded, upcasting.floor())
    return needed if max(schema, 1) < needed else 0
