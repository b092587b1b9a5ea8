"""The public keys of those who may read sealed matters, published by the township itself.

A laptop of a designated person made its sealing key when it was enrolled. The township tells all
laptops the public half as records of its own, ends them when the laptop is shut out, and grants
such a laptop the bucket of its person (laptops of before did not have it).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from sync.server import devices, tables
from sync.server.devices import TOWNSHIP_DEVICE
from sync.server.engine import Store
from sync.server.scribe import Scribe
from sync.server.sequencer import lock_head, move_head
from sync.server.taking import Taking
from sync.server.trying import retrying
from township.changes import Changeset, Op, Writers, bucket
from township.records import Designation, SealedEntry, SealingKey, new_id
from township.storage.sealing import recipient_text
from township.values import moment_text

_DESIGNATION = Designation.kind()
_MARK = _DESIGNATION.encode()


def concern(changesets: Sequence[Changeset]) -> bool:
    """May these change who reads sealed matters? Says yes too often rather than too seldom."""
    return _MARK in b" ".join([op for changeset in changesets for op in changeset.ops])


@retrying
def publish(store: Store, township_id: bytes, now: datetime) -> int:
    """See ``keep_up``; in a transaction of its own, and in none when there is nothing to do."""
    with store.reading() as connection:
        if not _wanted(connection, township_id):
            return 0
    with store.writing() as connection:
        return keep_up(connection, township_id, now)


def keep_up(connection: Connection, township_id: bytes, now: datetime) -> int:
    """Publish keys that are missing and end those that are over; returns how many changed.

    Belongs into a writing transaction. Harmless to do again.
    """
    head = lock_head(connection, township_id)
    wanted = _wanted(connection, township_id)
    _grant(connection, township_id, wanted)
    known = _known(connection, township_id)
    ops = [_ended(key, now) for key in known if key.live and not _still(key, wanted)]
    there = {_Laptop(key.cadre, key.device, key.public) for key in known if key.live}
    ops += [_made(one, now) for one in wanted if one not in there]
    if not ops:
        return 0
    own = devices.find(connection, township_id, TOWNSHIP_DEVICE)
    assert own is not None
    with Scribe(connection) as scribe:
        number = Taking(scribe, own, head, now, certain=True).enter(ops)
    move_head(connection, township_id, number)
    return len(ops)


class _Laptop(NamedTuple):
    cadre: bytes
    device: int
    public: str


class _Key(NamedTuple):
    record: bytes
    cadre: bytes
    device: int
    public: str
    live: bool
    writer: str | None


def _wanted(connection: Connection, township_id: bytes) -> list[_Laptop]:
    """The laptops, not shut out, of everybody who was ever designated."""
    people = {
        values.get("cadre_id") for _, values, _ in _records(connection, township_id, _DESIGNATION)
    }
    if not people:
        return []
    d, a = tables.device.c, tables.device_author.c
    rows = connection.execute(
        select(a.cadre_id, d.number, d.sealing_public)
        .select_from(
            tables.device.join(
                tables.device_author,
                (a.township_id == d.township_id) & (a.device == d.number),
            )
        )
        .where(d.township_id == township_id, d.revoked_at.is_(None))
        .order_by(d.number, a.cadre_id)
    )
    return [
        _Laptop(row.cadre_id, row.number, recipient_text(row.sealing_public))
        for row in rows
        if row.cadre_id in people
    ]


def _known(connection: Connection, township_id: bytes) -> list[_Key]:
    return [
        _Key(
            record,
            values.get("cadre_id") or b"",
            values.get("device_number") or 0,
            values.get("public") or "",
            values.get("until_at") is None,
            writers.of("until_at"),
        )
        for record, values, writers in _records(connection, township_id, SealingKey.kind())
    ]


def _records(
    connection: Connection, township_id: bytes, kind: str
) -> Iterable[tuple[bytes, dict[str, Any], Writers]]:
    c = tables.record.c
    rows = connection.execute(
        select(c.id, c.state, c.writers)
        .where(c.township_id == township_id, c.kind == kind, c.deleted.is_(False))
        .order_by(c.id)
    )
    return [
        (row.id, msgspec.msgpack.decode(row.state), Writers.unpack(row.writers)) for row in rows
    ]


def _still(key: _Key, wanted: Sequence[_Laptop]) -> bool:
    return _Laptop(key.cadre, key.device, key.public) in wanted


def _made(one: _Laptop, now: datetime) -> Op:
    fields = {
        "cadre_id": one.cadre,
        "device_number": one.device,
        "public": one.public,
        "from_at": moment_text(now),
    }
    return Op(SealingKey.kind(), new_id(), "insert", bucket(None, SealingKey.data_class), fields)


def _ended(key: _Key, now: datetime) -> Op:
    place = bucket(None, SealingKey.data_class)
    return Op(
        SealingKey.kind(), key.record, "set", place, {"until_at": [moment_text(now), key.writer]}
    )


def _grant(connection: Connection, township_id: bytes, wanted: Sequence[_Laptop]) -> None:
    c = tables.device_grant.c
    due = {(one.device, bucket(one.cadre, SealedEntry.data_class)) for one in wanted}
    rows = connection.execute(
        select(c.device, c.bucket).where(c.township_id == township_id, c.bucket.like("%/x"))
    )
    missing = due - {(row.device, row.bucket) for row in rows}
    if missing:
        connection.execute(
            insert(tables.device_grant),
            [
                {"township_id": township_id, "device": device, "bucket": name}
                for device, name in sorted(missing)
            ],
        )
