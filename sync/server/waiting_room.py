"""What an administrator may see of quarantined work: who, when, which zone, how much, why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from sync.server import quarantine, tables
from sync.server.log import Log
from sync.server.reading import heads
from sync.server.service import Service
from sync.server.trying import retrying
from township.changes import decode_header


@dataclass(frozen=True)
class Seen:
    """One changeset by its number in the log; ``author`` None: no cadre of this township."""

    seq: int
    device: int
    author: str | None
    wall_ms: int
    zones: list[str]
    records: int
    reason: str


@retrying
def look(service: Service) -> list[Seen]:
    """All that waits, in the order of the log."""
    with service.store.reading() as connection:
        names = _Names(connection, service.township_id)
        waits = quarantine.waiting(connection, service.township_id)
        log = Log(connection, service.township_id)
        return [_seen(log, names, one) for one, _ in waits]


class _Names:
    """What people call cadres and zones."""

    def __init__(self, connection: Connection, township_id: bytes) -> None:
        self.township_id = township_id
        c = tables.record.c
        rows = connection.execute(
            select(c.kind, c.id, c.state).where(
                c.township_id == township_id, c.kind.in_(("cadre", "zone"))
            )
        )
        self._names = {
            (row.kind, row.id): str(msgspec.msgpack.decode(row.state).get("name")) for row in rows
        }

    def cadre(self, cadre_id: bytes) -> str | None:
        return self._names.get(("cadre", cadre_id))

    def zones(self, buckets: Iterable[str]) -> list[str]:
        places = sorted({name.split("/")[0] for name in buckets} - {"township"})
        return [
            self._names.get(("zone", bytes.fromhex(place)), "不认识的责任区") for place in places
        ]


def _seen(log: Log, names: _Names, one: quarantine.Waiting) -> Seen:
    entry = log.at(one.seq)
    assert entry is not None, "quarantine is drawn from the log"
    header = decode_header(entry.header)
    found = heads(entry.ops) or []
    return Seen(
        one.seq,
        one.device,
        names.cadre(header.author),
        header.wall_ms,
        names.zones(head.bucket for head in found),
        len({(head.kind, head.record) for head in found}),
        one.reason,
    )
