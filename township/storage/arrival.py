"""Applying a page of the township's log to the laptop's tables."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from township import changes
from township.changes import Header, Op
from township.storage import bulk, later
from township.storage.bulk import Key
from township.storage.folding import Change, Source, arrivals
from township.storage.overlay import Overlay, pending_among, settle
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
        self._altered: set[bytes] = set()
        """Records that others touched, or where the township decided otherwise."""

    def apply(self, page: Page) -> set[str]:
        """Apply the entries and move the cursors; returns the kinds that changed."""
        headers = [changes.decode_header(entry.header) for entry in page.entries]
        own = zip(headers, page.entries, strict=True)
        self._overlay.load(header.dseq for header, entry in own if entry.ops is None)
        for header, entry in zip(headers, page.entries, strict=True):
            if entry.ops is None:
                self._fold_own(header.dseq, entry)
            else:
                self._fold(header, entry, entry.ops)
        self._write()
        self._move_cursors(page.cursors)
        return {kind for kind, _ in self._changes}

    def _fold(self, header: Header, entry: Entry, encoded: list[bytes]) -> None:
        places = entry.indexes if entry.indexes is not None else range(len(encoded))
        ops = list(zip(places, map(changes.decode_op, encoded), strict=True))
        known = later.sort_out(self._connection, entry, ops)
        for arrived in arrivals(Source.of(header), known, entry.outcome):
            self._change(arrived.op).fold(arrived)
            self._altered.add(arrived.op.record)

    def _fold_own(self, dseq: int, entry: Entry) -> None:
        for arrived in self._overlay.own(dseq, entry.outcome):
            record = arrived.op.record
            self._change(arrived.op).fold(arrived)
            self._own.setdefault(record, set()).add(dseq)
            if arrived.lost is not None or arrived.merged:
                self._altered.add(record)

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
            elif key[1] not in self._altered and record.dseqs == sorted(own):
                settled += [(key[1], dseq) for dseq in record.dseqs]
            else:
                self._overlay.rebase(key, record, change, own)
        settle(self._connection, settled)
        bulk.write(self._connection, free)
        self._mark_search()

    def _move_cursors(self, cursors: dict[str, int]) -> None:
        if cursors:
            self._connection.exec_driver_sql(
                "UPDATE bucket_cursor SET seq = ? WHERE bucket = ?",
                [(seq, bucket) for bucket, seq in cursors.items()],
            )

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
