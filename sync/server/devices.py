"""What the township knows about a device: keys, grants, authors, and where its chain stands."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, exists, insert, select, update

from sync.server import tables
from sync.wire import ChainHead
from township.changes import GENESIS
from township.storage.pages import Scope

TOWNSHIP_DEVICE = 0
"""The device number under which the township itself writes."""

OFFICE_PATTERNS = ("*/i", "*/r")
"""Grants of devices that serve the whole township."""


@dataclass(frozen=True)
class Device:
    """One enrolled device."""

    township_id: bytes
    number: int
    name: str
    signing_public: bytes
    any_author: bool
    incarnation: int
    revoked: bool
    waiting: bool
    """Does any of its work wait in quarantine?"""


_TOWNSHIP: BindParameter[bytes] = bindparam("township")
_NUMBER: BindParameter[int] = bindparam("number")
_c, _q = tables.device.c, tables.quarantine.c
_FOUND = select(
    tables.device,
    exists()
    .where(_q.township_id == _TOWNSHIP, _q.device == _NUMBER, _q.decided_seq.is_(None))
    .label("waiting"),
).where(_c.township_id == _TOWNSHIP, _c.number == _NUMBER)
_GRANTED = select(tables.device_grant.c.bucket).where(
    tables.device_grant.c.township_id == _TOWNSHIP, tables.device_grant.c.device == _NUMBER
)
_AUTHORS = select(tables.device_author.c.cadre_id).where(
    tables.device_author.c.township_id == _TOWNSHIP, tables.device_author.c.device == _NUMBER
)
_BUCKETS = select(tables.bucket.c.bucket).where(tables.bucket.c.township_id == _TOWNSHIP)
_HEAD = select(tables.chain.c.dseq, tables.chain.c.hash).where(
    tables.chain.c.township_id == _TOWNSHIP,
    tables.chain.c.device == _NUMBER,
    tables.chain.c.incarnation == bindparam("incarnation"),
)


_MOVE_CHAIN = (
    update(tables.chain)
    .where(
        tables.chain.c.township_id == bindparam("at_township"),
        tables.chain.c.device == bindparam("at_device"),
        tables.chain.c.incarnation == bindparam("at_incarnation"),
    )
    .values(dseq=bindparam("to_dseq"), hash=bindparam("to_hash"))
)
_NOTE_PUSH = (
    update(tables.device)
    .where(_c.township_id == bindparam("at_township"), _c.number == bindparam("at_device"))
    .values(incarnation=bindparam("at_incarnation"), last_push_at=bindparam("at"))
)


def find(connection: Connection, township_id: bytes, number: int) -> Device | None:
    """The device with this number."""
    row = connection.execute(_FOUND, {"township": township_id, "number": number}).one_or_none()
    if row is None:
        return None
    return Device(
        township_id,
        number,
        row.name,
        row.signing_public,
        row.any_author,
        row.incarnation,
        row.revoked_at is not None,
        row.waiting,
    )


def sealing_public(connection: Connection, township_id: bytes, number: int) -> bytes:
    """The raw X25519 key to which files for this device are sealed; 0 is the township itself."""
    c = tables.device.c
    found: bytes = connection.execute(
        select(c.sealing_public).where(c.township_id == township_id, c.number == number)
    ).scalar_one()
    return found


def add(
    connection: Connection,
    township_id: bytes,
    number: int,
    name: str,
    keys: tuple[bytes, bytes],
    now: str,
    *,
    any_author: bool = False,
) -> None:
    """Enter a device with its public signing and sealing keys."""
    connection.execute(
        insert(tables.device).values(
            township_id=township_id,
            number=number,
            name=name,
            signing_public=keys[0],
            sealing_public=keys[1],
            any_author=any_author,
            incarnation=1,
            enrolled_at=now,
        )
    )


def grant(
    connection: Connection,
    township_id: bytes,
    number: int,
    buckets: list[str],
    authors: list[bytes],
) -> None:
    """Give a device buckets (or patterns) and cadres who may write on it."""
    base = {"township_id": township_id, "device": number}
    if buckets:
        connection.execute(
            insert(tables.device_grant), [{**base, "bucket": name} for name in buckets]
        )
    if authors:
        connection.execute(
            insert(tables.device_author), [{**base, "cadre_id": cadre} for cadre in authors]
        )


class Grants:
    """The buckets of a device: exact names, and patterns over the zones."""

    def __init__(self, granted: set[str]) -> None:
        self._exact = {name for name in granted if not name.startswith("*")}
        self._classes = {name[1:] for name in granted if name.startswith("*")}

    def __contains__(self, bucket: str) -> bool:
        return bucket in self._exact or bucket[bucket.index("/") :] in self._classes

    def among(self, known: list[str]) -> list[str]:
        """The granted buckets, given all that exist, in order."""
        return sorted(self._exact | {name for name in known if name in self})


def grants(connection: Connection, device: Device) -> Grants:
    """What this device may read and write now."""
    return Grants(set(connection.scalars(_GRANTED, _place(device))))


def authors(connection: Connection, device: Device) -> list[bytes]:
    """The cadres who may write on this device, in order."""
    return sorted(connection.scalars(_AUTHORS, _place(device)))


def scope(connection: Connection, device: Device) -> Scope:
    """The device's buckets and authors, with a mark that changes when they do."""
    known = connection.scalars(_BUCKETS, {"township": device.township_id})
    buckets = grants(connection, device).among(list(known))
    writers = authors(connection, device)
    mark = sha256(msgspec.msgpack.encode([buckets, writers])).digest()[:8]
    return Scope(mark, buckets, writers)


def chain_head(connection: Connection, device: Device, incarnation: int) -> ChainHead:
    """Where the chain of one incarnation stands."""
    place = {**_place(device), "incarnation": incarnation}
    row = connection.execute(_HEAD, place).one_or_none()
    return ChainHead(incarnation, row.dseq, row.hash) if row else ChainHead(incarnation, 0, GENESIS)


def _place(device: Device) -> dict[str, Any]:
    return {"township": device.township_id, "number": device.number}


def chains(connection: Connection, device: Device) -> list[ChainHead]:
    """Where the chains of all incarnations stand, oldest first."""
    c = tables.chain.c
    rows = connection.execute(
        select(c.incarnation, c.dseq, c.hash)
        .where(c.township_id == device.township_id, c.device == device.number)
        .order_by(c.incarnation)
    )
    return [ChainHead(*row) for row in rows]


def move_chain(connection: Connection, device: Device, head: ChainHead, now: str) -> None:
    """Note the new head of a device's chain."""
    place = {
        "at_township": device.township_id,
        "at_device": device.number,
        "at_incarnation": head.incarnation,
    }
    moved = {**place, "to_dseq": head.dseq, "to_hash": head.hash}
    if connection.execute(_MOVE_CHAIN, moved).rowcount == 0:
        key = (device.township_id, device.number, head.incarnation)
        names = ("township_id", "device", "incarnation")
        values = dict(zip(names, key, strict=True), dseq=head.dseq, hash=head.hash)
        connection.execute(insert(tables.chain), values)
    connection.execute(_NOTE_PUSH, {**place, "at": now})
