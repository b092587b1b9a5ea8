"""Filling a laptop with the demo township directly, without a server.

The rows end up exactly as a sync would leave them: same columns, stamps and writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from township.changes import SCHEMA, Header, Op
from township.demo.load import batches
from township.demo.rows import Row
from township.records import record_kinds
from township.storage import bulk
from township.storage.arrival import mark_households
from township.storage.bulk import Key
from township.storage.database import Database
from township.storage.folding import Change, Source, arrivals

_AT_ONCE = 5_000


def of_zones(rows: Iterable[Row], zones: Iterable[bytes]) -> Iterator[Row]:
    """What a laptop with these zones holds: theirs, and what the whole township shares."""
    wanted = frozenset(zones)
    kinds = record_kinds().items()
    shared = {name for name, one in kinds if one.township_wide and one.data_class == "i"}
    offices = {name for name, one in kinds if one.township_wide} - shared
    return (
        row
        for row in rows
        if row.kind in shared or (row.kind not in offices and row.fields.get("zone_id") in wanted)
    )


def fill_laptop(
    database: Database, rows: Iterable[Row], device: int = 1, incarnation: int = 1
) -> int:
    """Write new records as if this device's changesets had arrived; returns how many.

    Every household is queued for the search index (``search.catch_up``).
    """
    written = 0
    changes: dict[Key, Change] = {}
    with database.writing() as connection:
        for dseq, batch in enumerate(batches(rows), 1):
            changes |= _arrived(batch, device, incarnation, dseq)
            if len(changes) >= _AT_ONCE:
                bulk.write(connection, changes)
                written += len(changes)
                changes = {}
        bulk.write(connection, changes)
        homes = connection.exec_driver_sql("SELECT id FROM household").scalars()
        mark_households(connection, list(homes), ())
    return written + len(changes)


def _arrived(batch: list[Row], device: int, incarnation: int, dseq: int) -> dict[Key, Change]:
    first = batch[0]
    source = Source.of(
        Header(SCHEMA, device, incarnation, dseq, first.author, first.wall_ms, len(batch))
    )
    ops = [Op(row.kind, row.id, "insert", "", row.fields) for row in batch]
    found: dict[Key, Change] = {}
    for arrived in arrivals(source, enumerate(ops), None):
        change = found[arrived.op.kind, arrived.op.record] = Change()
        change.fold(arrived)
    return found
