"""Applying a page of the township's log to the laptop's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter

from sqlalchemy import Connection

from township import changes
from township.changes import Op
from township.storage import bulk, erasing, later, rereading, whereabouts
from township.storage.bulk import Key
from township.storage.folding import Arrived, Change, Source, arrivals, numbered
from township.storage.homecoming import Homecoming
from township.storage.overlay import Overlay, PendingRecord, pending_among, taken_in
from township.storage.pages import Entry, Page

Numbered = tuple[int, list[Arrived]]
"""A township sequence number and the operations that came under it."""

_Opened = tuple[Entry, Source, list[tuple[int, Op]]]


class Arrival:
    """One page on its way into the tables, inside one transaction.

    Most records of a page have no local edits: theirs are folded and written in bulk. Own
    changesets that come back as they were made are in the rows already, and are only no longer
    pending. The rest, the entangled records, are made anew by the overlay.
    """

    def __init__(self, connection: Connection, incarnation: int) -> None:
        self._connection = connection
        self._overlay = Overlay(connection, incarnation)
        self._incarnation = incarnation
        self._changes: dict[Key, Change] = {}
        self._elsewhere: frozenset[Key] = frozenset()
        self._erasures: dict[bytes, int] = {}

    def apply(self, page: Page) -> set[str]:
        """Apply the entries and move the cursors; returns the kinds that changed."""
        own = Homecoming(self._connection, page.own)
        ahead = whereabouts.ahead(self._connection, page.cursors)
        self._overlay.load(own.replayed)
        opened = [_opened(entry) for entry in page.entries]
        again = [(own.seq(d), self._again(own, d, page)) for d in own.replayed]
        keys = {(op.kind, op.record) for _, _, ops in opened for _, op in ops}
        keys |= {(a.op.kind, a.op.record) for _, arrived in again for a in arrived}
        entangled = own.entangled((record for _, record in keys), all_=bool(ahead))
        pending = pending_among(self._connection, entangled)
        keys |= {(record.kind, record_id) for record_id, record in pending.items()}
        self._elsewhere = whereabouts.among(self._connection, keys, ahead)
        others = [self._read(*one) for one in opened]
        mine = self._mine(own, pending)
        for seq, arrived in merge(others, again, mine, key=itemgetter(0)):
            self._fold(seq, arrived)
        self._write(own, pending)
        own.settle()
        self._move_cursors(page.cursors)
        return {kind for kind, _ in self._changes}

    def _read(self, entry: Entry, source: Source, ops: list[tuple[int, Op]]) -> Numbered:
        if self._elsewhere:
            ops = [(i, op) for i, op in ops if (op.kind, op.record) not in self._elsewhere]
        known = later.sort_out(self._connection, entry, ops)
        return entry.seq, arrivals(source, known, entry.outcome)

    def _again(self, own: Homecoming, dseq: int, page: Page) -> list[Arrived]:
        """What comes a second time, in the buckets that this page moves: others have it already."""
        arrived = self._overlay.own(dseq, own.outcomes.get(dseq), own.indexes.get(dseq))
        if dseq in own.indexes:
            return arrived
        return [one for one in arrived if one.op.bucket in page.cursors]

    def _mine(self, own: Homecoming, pending: dict[bytes, PendingRecord]) -> Iterator[Numbered]:
        """What came back on entangled records, in the order of the log.

        Work that was let in from quarantine comes after what was written later.
        """
        dseqs = {dseq for record in pending.values() for dseq in record.dseqs if dseq in own}
        self._overlay.load(dseqs)
        for seq, dseq in sorted((own.seq(dseq), dseq) for dseq in dseqs):
            arrived = self._overlay.own(dseq, own.outcomes.get(dseq), own.indexes.get(dseq))
            yield seq, [a for a in arrived if a.op.record in pending]

    def _fold(self, seq: int, arrived: list[Arrived]) -> None:
        for one in arrived:
            key = (one.op.kind, one.op.record)
            if key in self._elsewhere:
                continue
            if key[0] == erasing.KIND:
                self._erasures[key[1]] = seq
            change = self._changes.get(key)
            if change is None:
                change = self._changes[key] = Change()
            if one.op.action == "put":
                change.put(one.op, seq)
            elif one.op.action == "leave":
                change.leave()
            else:
                change.fold(one)

    def _write(self, own: Homecoming, pending: dict[bytes, PendingRecord]) -> None:
        staying = self._staying(own, pending)
        free: dict[Key, Change] = {}
        for key, change in self._changes.items():
            if key[1] not in pending and key not in staying:
                free[key] = change
        for record_id, record in pending.items():
            key = (record.kind, record_id)
            found = self._changes.get(key)
            settled = {dseq for dseq in record.dseqs if dseq in own}
            if found and found.put_at:
                known = taken_in(self._connection, self._incarnation, found.put_at)
                settled |= known.intersection(record.dseqs)
            if key in staying:
                self._overlay.stay(key, record, settled)
            elif found or settled:
                self._overlay.rebase(key, record, found, settled)
        bulk.write(self._connection, free)
        rereading.brought(self._connection, [record for _, record in self._changes])
        rereading.left(self._connection, staying)
        homes = {record for kind, record in self._changes if kind == "household"}
        people = [record for kind, record in self._changes if kind == "person"]
        mark_households(self._connection, homes, people)
        erasing.carry_out(self._connection, self._erasures)

    def _staying(self, own: Homecoming, pending: dict[bytes, PendingRecord]) -> set[Key]:
        """What has left for another bucket, but stays in sight until that one has been reread.

        So has what was made here and came home without its insert: it was put elsewhere at once.
        """
        gone = {key for key, change in self._changes.items() if change.gone}
        for record_id, record in pending.items():
            key = (record.kind, record_id)
            if record.inserted and key not in self._changes and any(d in own for d in record.dseqs):
                gone.add(key)
        return gone if gone and rereading.running(self._connection) else set()

    def _move_cursors(self, cursors: dict[str, int]) -> None:
        if cursors:
            self._connection.exec_driver_sql(
                "UPDATE bucket_cursor SET seq = ? WHERE bucket = ?",
                [(seq, bucket) for bucket, seq in cursors.items()],
            )


def _opened(entry: Entry) -> _Opened:
    header = changes.decode_header(entry.header)
    ops = numbered(header, entry.ops)
    if entry.indexes is not None:
        ops = [(entry.indexes[at], op) for at, op in ops]
    return entry, Source.of(header), ops


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
