"""A township with snapshots of small parts, and carriers that watch or spoil them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import select

from sync import chain, problems, wire
from sync.server import snapshots, tables
from sync.server.folder import OpenServer
from sync.server.office import Office
from sync.wire import Answer, Request
from tests.sync.laptops import Laptop
from tests.sync.sample import XIANG, ZONE
from township.changes import SCHEMA, Changeset, Header, Op, encode
from township.records import new_id

INTERNAL = f"{ZONE.hex()}/i"


def homes(count: int, **fields: Any) -> list[Op]:
    """New households of the zone."""
    return [
        Op(
            "household",
            new_id(),
            "insert",
            INTERNAL,
            {"zone_id": ZONE, "no": f"1-{n}", "group_id": bytes(16), **fields},
        )
        for n in range(count)
    ]


def enter(server: OpenServer, *ops: Op) -> None:
    """The office enters these in one changeset."""
    office = Office(server)
    head = office.head()
    header = Header(SCHEMA, office.number, head.incarnation, head.dseq + 1, XIANG, 0, len(ops))
    office.load([Changeset(encode(header), [encode(op) for op in ops])])


def refresh(server: OpenServer, worth: int = 1, later: timedelta = timedelta(0)) -> list[str]:
    """Make what is due now."""
    service = server.service
    now = service.clock() + later
    return snapshots.refresh(service.store, service.township_id, service.key, now, worth=worth)


def kept(server: OpenServer, bucket: str = INTERNAL) -> int:
    """How many snapshots of a bucket there are."""
    c = tables.snapshot.c
    with server.service.store.reading() as connection:
        return len(connection.scalars(select(c.seq).where(c.bucket == bucket)).all())


def parts_of(server: OpenServer, bucket: str = INTERNAL) -> list[bytes]:
    """The hashes of all stored parts of a bucket."""
    c = tables.snapshot_chunk.c
    with server.service.store.reading() as connection:
        return list(connection.scalars(select(c.hash).where(c.bucket == bucket)))


@dataclass
class Line:
    """Carries messages to a server in this process; ``spoil`` changes answers on their way."""

    server: OpenServer
    cut_at: int | None = None
    spoil: Callable[[Answer], Answer] | None = None
    served: list[bytes] = field(default_factory=list)
    """Hashes of the parts that came through, in order."""
    calls: int = 0

    def __call__(self, message: bytes) -> bytes:
        self.calls += 1
        if self.calls == self.cut_at:
            raise problems.server_away()
        body = wire.open_envelope(message).body
        asked = wire.unpack(body, Request).chunks or []
        service = self.server.service
        given = service.exchange(message)
        answer = wire.unpack(wire.open_envelope(given).body, Answer)
        pairs = zip(asked, answer.chunks or [], strict=False)
        self.served += [name.hash for name, data in pairs if data is not None]
        if self.spoil is None:
            return given
        spoilt = msgspec.structs.replace(self.spoil(answer), request=sha256(body).digest())
        return wire.parcel(chain.seal(service.key, service.township_id, 0, wire.pack(spoilt)))


def staged(laptop: Laptop) -> dict[str, tuple[int, int]]:
    """Bucket → parts that are here, and all parts, of what is being loaded."""
    return {
        one.manifest.bucket: (len(one.here), len(one.manifest.chunks))
        for one in laptop.replica.staged()
    }
