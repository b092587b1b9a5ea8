"""Applying a page of the township's log to the laptop's tables."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from township import changes
from township.changes import Op
from township.storage import bulk, later
from township.storage.bulk import Key
from township.storage.capture import SEARCHED
from township.storage.folding import Arrived, Change, Source, arrivals
from township.storage.overlay import Overlay, PendingRecord, pending_among, settle
from township.storage.pages import Entry, Page


class Arrival:
    """One page on its way into the tables, inside one transaction.

    Most records of a page have no local edits: theirs are folded and written in bulk. A record
    whose own pending changeset comes back unchanged is there already. The rest is made anew by
    the overlay.
    """

    def __init__(self, connection: Connection, incarnation: int) -> None:
        self._connection = connection
        self._incarnation = incarnation
        self._overlay = Overlay(connection, incarnation)
        self._changes: dict[Key, Change] = {}
        self._own: dict[bytes, set[int]] = {}
        """Records → own changesets that came back on this page."""
        self._plain: set[bytes] = set()
        """Records for which the township decided as written, by this laptop alone."""

    def apply(self, page: Page) -> set[str]:
        """Apply the entries and move the cursors; returns the kinds that changed."""
        for entry in page.entries:
            self._fold(entry)
        self._write()
        self._connection.exec_driver_sql(
            "UPDATE bucket_cursor SET seq = ? WHERE bucket = ? AND seq < ?",
            [(seq, bucket, seq) for bucket, seq in page.cursors.items()] or [(0, "", 0)],
        )
        return {kind for kind, _ in self._changes}

    def _fold(self, entry: Entry) -> None:
        header = changes.decode_header(entry.header)
        if entry.ops is None:
            self._fold_own(header.dseq, entry)
            return
        ops = [changes.decode_op(data) for data in entry.ops]
        places = entry.indexes if entry.indexes is not None else range(len(ops))
        numbered = list(zip(places, ops, strict=True))
        known = later.sort_out(self._connection, entry, numbered)
        for arrived in arrivals(Source.of(header), known, entry.outcome):
            self._change(arrived.op).fold(arrived)
            self._plain.discard(arrived.op.record)

    def _fold_own(self, dseq: int, entry: Entry) -> None:
        touched: dict[bytes, int] = {}
        for arrived in self._overlay.own_arrivals(dseq, entry.outcome):
            record = arrived.op.record
            key = (arrived.op.kind, record)
            first = key not in self._changes or touched.get(record) is not None
            self._change(arrived.op).fold(arrived)
            touched[record] = dseq
            self._own.setdefault(record, set()).add(dseq)
            as_written = arrived.lost is None and not arrived.merged
            if first and as_written and len(self._own[record]) == 1:
                self._plain.add(record)
            else:
                self._plain.discard(record)

    def _change(self, op: Op) -> Change:
        key = (op.kind, op.record)
        change = self._changes.get(key)
        if change is None:
            change = self._changes[key] = Change()
        return change

    def _write(self) -> None:
        pending = pending_among(self._connection, {record for _, record in self._changes})
        free: dict[Key, Change] = {}
        settled: list[tuple[bytes, int]] = []
        for key, change in self._changes.items():
            record = pending.get(key[1])
            own = self._own.get(key[1], set())
            if record is None:
                free[key] = change
            elif key[1] in self._plain and record.dseqs == list(own):
                settled.append((key[1], record.dseqs[0]))
            else:
                self._overlay.rebase(key, record, change, own)
        settle(self._connection, settled)
        bulk.write(self._connection, free)
        self._mark_search()

    def _mark_search(self) -> None:
        """Households whose words may have changed, for the search index to catch up with."""
        homes = {record for kind, record in self._changes if kind == "household"}
        people = [record for kind, record in self._changes if kind == "person"]
        mark_households(self._connection, homes, people)


def mark_households(
    connection: Connection, homes: Iterable[bytes], people: Iterable[bytes]
) -> None:
    """Put households, and those of people, into the queue of the search index."""
    rows = [(home,) for home in homes]
    if rows:
        connection.exec_driver_sql("INSERT OR IGNORE INTO search_dirty VALUES (?)", rows)
    for chunk in bulk.in_chunks(people):
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO search_dirty SELECT household_id FROM person"
            f" WHERE id IN ({bulk.marks(chunk)}) AND household_id IS NOT NULL",
            chunk,
        )
