"""What the judgement of quarantined work depends on, in eight bytes each.

As long as they are the same, looking again would find the same: hopeless work costs nothing but
this look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, select

from sync.server import devices, tables
from sync.server.devices import Device
from sync.server.log import Log
from sync.server.moving import parent_of
from sync.server.permits import roles_of
from sync.server.quarantine import Waiting
from sync.server.reading import Head, heads
from sync.server.rows import Key
from township.changes import decode_header
from township.rules.permissions import TABLE

_CHUNK = 500
_SIZE = 8

Places = dict[Key, tuple[str, str]]
"""Where a record lies, and the zones where it has lain."""


def of(connection: Connection, device: Device, waits: Sequence[Waiting]) -> dict[int, bytes]:
    """Those of each waiting entry of a device, by its number.

    They are the grants, the roles of its author and the kinds that this program knows, where its
    records and those they hang on lie and have lain, and what waits before it on the same
    records.
    """
    if not waits:
        return {}
    mark = [devices.scope(connection, device).mark, sorted(TABLE)]
    work, authors = _work(connection, device.township_id, [one.seq for one in waits])
    roles = roles_of(connection, device.township_id, sorted(set(authors.values())))
    touched = {seq: _touched(found) for seq, found in work.items()}
    places = _places(connection, device.township_id, set().union(*touched.values()))
    last: dict[Key, int] = {}
    marks = {}
    for one in waits:
        own = [(head.kind, head.record) for head in work[one.seq]]
        before = sorted({last[key] for key in own if key in last})
        lie = [(*key, *places.get(key, ())) for key in sorted(touched[one.seq])]
        held = sorted(roles.get(authors[one.seq], ()))
        marks[one.seq] = sha256(msgspec.msgpack.encode([mark, held, lie, before])).digest()[:_SIZE]
        last |= dict.fromkeys(own, one.seq)
    return marks


def _work(
    connection: Connection, township_id: bytes, seqs: Sequence[int]
) -> tuple[dict[int, list[Head]], dict[int, bytes]]:
    """Operations and author of entries."""
    work, authors = {}, {}
    for entry in Log(connection, township_id).those(seqs):
        header = decode_header(entry.header)
        authors[entry.seq] = header.author
        work[entry.seq] = heads(entry.ops, header.schema) or []
    return work, authors


def _touched(found: Sequence[Head]) -> set[Key]:
    parents = (parent_of(head) for head in found if head.action == "insert")
    return {(head.kind, head.record) for head in found} | {key for key in parents if key}


def _places(connection: Connection, township_id: bytes, keys: set[Key]) -> Places:
    lie = _column(connection, township_id, keys, tables.record.c.bucket)
    lain = _column(connection, township_id, keys, tables.moved.c.zones)
    return {key: (bucket, lain.get(key, "")) for key, bucket in lie.items()}


def _column(
    connection: Connection, township_id: bytes, keys: set[Key], column: Column[str]
) -> dict[Key, str]:
    """A column of the table with these kinds and ids."""
    c, found = column.table.c, {}
    for kind in sorted({kind for kind, _ in keys}):
        for chunk in _chunks(sorted(record for name, record in keys if name == kind)):
            mine = (c.township_id == township_id, c.kind == kind, c.id.in_(chunk))
            rows = connection.execute(select(c.id, column).where(*mine))
            found.update({(kind, record): value for record, value in rows})
    return found


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
