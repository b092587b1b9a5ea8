"""The laptop's own changesets on their way back from the township's log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from sqlalchemy import Connection

from township.storage.bulk import in_chunks, marks
from township.storage.pages import Outcome, Own


class Homecoming:
    """Runs of own changesets on one page, against the table of pending ones."""

    def __init__(self, connection: Connection, runs: Sequence[Own]) -> None:
        self._connection = connection
        self._runs = runs
        self.outcomes: dict[int, Outcome] = {
            run.dseq: run.outcome for run in runs if run.outcome is not None
        }

        self.indexes: dict[int, set[int]] = {
            run.dseq: set(run.indexes) for run in runs if run.indexes is not None
        }

    def __contains__(self, dseq: int) -> bool:
        return any(run.dseq <= dseq < run.dseq + run.count for run in self._runs)

    def seq(self, dseq: int) -> int:
        """The township's number of an own changeset on this page. Raises StopIteration."""
        run = next(run for run in self._runs if run.dseq <= dseq < run.dseq + run.count)
        return run.seq + dseq - run.dseq

    @cached_property
    def replayed(self) -> list[int]:
        """Own changesets that are not pending any more: this laptop gets them a second time."""
        found = []
        for first, after in self._ranges():
            rows = self._connection.exec_driver_sql(
                "SELECT DISTINCT dseq FROM pending WHERE dseq >= ? AND dseq < ?", (first, after)
            )
            pending = {dseq for (dseq,) in rows.all()}
            found += [dseq for dseq in range(first, after) if dseq not in pending]
        return found

    def entangled(self, touched: Iterable[bytes], *, all_: bool = False) -> set[bytes]:
        """Pending records whose rows need more than being settled.

        Others ``touched`` them, the township decided otherwise, or later edits are still pending;
        ``all_`` of them when a bucket that does not move with this page may hold some.
        """
        found: set[bytes] = set()
        if not self._connection.exec_driver_sql("SELECT EXISTS (SELECT 1 FROM pending)").scalar():
            return found
        for chunk in in_chunks(touched):
            found |= self._ids(
                f"SELECT record_id FROM pending WHERE record_id IN ({marks(chunk)})", chunk
            )
        for dseqs in in_chunks(self.outcomes):
            found |= self._ids(
                f"SELECT record_id FROM pending WHERE dseq IN ({marks(dseqs)})", dseqs
            )
        for first, after in self._ranges():
            if all_:
                found |= self._ids(
                    "SELECT record_id FROM pending WHERE dseq >= ? AND dseq < ?", (first, after)
                )
            found |= self._ids(
                "SELECT late.record_id FROM pending AS here JOIN pending AS late"
                " ON late.record_id = here.record_id AND (late.dseq < ? OR late.dseq >= ?)"
                " WHERE here.dseq >= ? AND here.dseq < ?",
                (first, after, first, after),
            )
        return found

    def settle(self) -> None:
        """Nothing on this page is pending any more; nothing lies beneath what was settled."""
        for span in self._ranges():
            self._connection.exec_driver_sql(
                "DELETE FROM shadow WHERE record_id IN"
                " (SELECT record_id FROM pending WHERE dseq >= ? AND dseq < ?)",
                span,
            )
            self._connection.exec_driver_sql(
                "DELETE FROM pending WHERE dseq >= ? AND dseq < ?", span
            )

    def _ranges(self) -> Iterator[tuple[int, int]]:
        return ((run.dseq, run.dseq + run.count) for run in self._runs)

    def _ids(self, sql: str, values: tuple[object, ...]) -> set[bytes]:
        return {row[0] for row in self._connection.exec_driver_sql(sql, values).all()}
