"""Rows as changesets of one device, as if its cadres had saved them day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from township import changes
from township.changes import Changeset, Header, Op
from township.demo.rows import Row
from township.records import record_kinds

MOST_OPS = 500
_DAY_MS = 86_400_000
_CHINA_MS = 8 * 3_600_000


def batches(rows: Iterable[Row], most: int = MOST_OPS) -> Iterator[list[Row]]:
    """Neighbouring rows of one author and day in China, at most so many at a time."""
    batch: list[Row] = []
    mark: tuple[bytes, int] | None = None
    for row in rows:
        here = (row.author, (row.wall_ms + _CHINA_MS) // _DAY_MS)
        if batch and (here != mark or len(batch) == most):
            yield batch
            batch = []
        mark = here
        batch.append(row)
    if batch:
        yield batch


def changesets(
    rows: Iterable[Row], device: int = 1, incarnation: int = 1, after: int = 0
) -> Iterator[Changeset]:
    """Changesets of one device, numbered from ``after`` + 1; ``after`` is where its chain ends.

    The chain's hashes follow from the bytes: ``Changeset.hash`` of each with the one before.
    """
    buckets = _Buckets()
    for dseq, batch in enumerate(batches(rows), after + 1):
        first = batch[0]
        header = Header(
            changes.SCHEMA, device, incarnation, dseq, first.author, first.wall_ms, len(batch)
        )
        ops = [
            changes.encode(Op(row.kind, row.id, "insert", buckets.of(row), row.fields))
            for row in batch
        ]
        yield Changeset(changes.encode(header), ops)


class _Buckets:
    """The bucket in which a row lies, as the record itself would say it."""

    def __init__(self) -> None:
        self._kinds = {
            name: (record.township_wide, record.data_class)
            for name, record in record_kinds().items()
        }

    def of(self, row: Row) -> str:
        wide, data_class = self._kinds[row.kind]
        zone = None if wide else row.fields.get("zone_id")
        assert zone is None or isinstance(zone, bytes)
        return changes.bucket(zone, data_class)
