"""Planted bugs: mistakes that syncs are known for. The simulation must find every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, select, update

from sync import merge
from sync.client import Client
from sync.server import devices, feed, quarantine, sequencer, service, taking
from sync.server.sequencer import Push
from tests.simulation.planted import PLANTED
from tests.simulation.planted_epochs import PLANTED_EPOCHS
from tests.simulation.planted_erasures import ERASURES
from tests.simulation.planted_moves import MOVES
from tests.simulation.planted_pictures import PICTURES
from tests.simulation.planted_sealed import SEALED
from tests.simulation.planted_waits import PLANTED_WAITS
from township.changes import decode_header
from township.storage import arrival, overlay, replica, scope, tables
from township.storage.arrival import Arrival
from township.storage.outbox import Place
from township.storage.pages import Page

Patch = tuple[Any, str, Any]


class _Undone(Exception):
    """Rolls a transaction back whose answer is given all the same."""


def _ack_before_commit() -> list[Patch]:
    """The answer goes out although the transaction was rolled back: a full disk, say."""
    count = [0]

    def push(self: service.Service, device: Any, request: Any) -> Any:
        count[0] += 1
        taken = None
        try:
            with self.store.writing() as connection:
                incoming = Push(
                    request.own, request.changesets, request.head_signature, request.epoch
                )
                taken = sequencer.push(connection, device, incoming, self.clock())
                if count[0] % 3 == 0:
                    raise _Undone
        except _Undone:
            pass
        return taken

    return [(service.Service, "_push", push)]


def _cursor_before_rows() -> list[Patch]:
    """The cursor is committed first, then the rows: a crash between loses a page."""
    real = replica.Replica.apply

    def apply(self: replica.Replica, told: Any) -> Any:
        if told.page is not None:
            with self._database.writing() as connection:
                starts = replica._starts_here(connection, told)
                if starts:
                    Arrival(connection, 0)._move_cursors(told.page.cursors)
            if not starts:
                return frozenset()
            moved = {**told.asked, **told.page.cursors}
            told = replace(told, asked=moved)
        return real(self, told)

    return [(replica.Replica, "apply", apply)]


def _merge_by_clock() -> list[Patch]:
    """The last to arrive wins, as with a clock: a colleague's edit is gone without a word."""

    def decide(state: merge.State, op: Any, orders: Any, base_of: Any) -> merge.Decision:
        if op.action == "set":
            return merge.Decision({name: value for name, (value, _) in op.fields.items()})
        return real(state, op, orders, base_of)

    real = merge.decide
    return [(merge, "decide", decide)]


def _dedupe_lost() -> list[Patch]:
    """A repeated changeset is taken for a new one, under a new number."""
    real = sequencer.push

    def push(connection: Connection, device: Any, incoming: Push, now: Any) -> Any:
        with patch.object(sequencer, "_repeats", lambda *_: {}):
            return real(connection, device, incoming, now)

    def headers(device: Any, incoming: Push) -> Any:
        return _headers(device, incoming)

    _headers = sequencer._headers
    return [(sequencer, "push", push), (sequencer, "_headers", headers)]


def _gap_ignored() -> list[Patch]:
    """Whatever comes is taken, also when earlier work is missing."""

    def request(self: Client) -> bytes:
        if self._replica.waiting() > 1:
            self._answered = Place(self._answered.incarnation, self._answered.dseq + 1)
        return real(self)

    real = Client.request
    real_push = sequencer.push

    def push(connection: Connection, device: Any, incoming: Push, now: Any) -> Any:
        first = incoming.changesets[0] if incoming.changesets else None
        if first is None:
            return real_push(connection, device, incoming, now)
        header = decode_header(first.header)
        known = devices.chain_head(connection, device, header.incarnation)
        if header.dseq <= known.dseq + 1:
            return real_push(connection, device, incoming, now)
        from sync.wire import ChainHead

        skipped = ChainHead(header.incarnation, header.dseq - 1, known.hash)
        devices.move_chain(connection, device, skipped, "2026-01-01T00:00:00Z")
        return real_push(connection, device, incoming, now)

    return [(Client, "request", request), (sequencer, "push", push)]


def _stale_head() -> list[Patch]:
    """The head is read before the lock is held: two pushes get the same numbers."""
    real, last = sequencer.lock_head, [0]

    def lock_head(connection: Connection, township_id: bytes) -> int:
        head = real(connection, township_id)
        before, last[0] = last[0], head
        return before if before and before < head and head % 4 == 0 else head

    return [(sequencer, "lock_head", lock_head)]


def _page_skips_an_entry() -> list[Patch]:
    """A cursor passes an entry that was not sent."""
    real = feed.page

    def page(*given: Any) -> Page:
        made = real(*given)
        if len(made.entries) > 2:
            kept = [*made.entries[:1], *made.entries[2:]]
            return Page(kept, made.own, made.cursors, made.head, made.more)
        return made

    return [(feed, "page", page)]


def _overlay_lost() -> list[Patch]:
    """A pull writes over work that was not sent yet."""
    return [(arrival, "pending_among", lambda *_: {})]


def _refusal_ignored() -> list[Patch]:
    """Work that was refused goes on being shown as if everybody had it."""

    def take(connection: Connection, incarnation: int, verdicts: Any) -> set[str]:
        if verdicts:
            replica._note_verdicts(connection, incarnation, verdicts)
        return set()

    return [(replica, "_take_verdicts", take)]


def _delete_wins() -> list[Patch]:
    """A delete wins against an edit that its author never saw."""
    return [(merge, "_delete", lambda *_: merge.Decision(deleted=True))]


def _set_revives() -> list[Patch]:
    """Editing a record that another has deleted brings it back."""

    def on_stub(state: merge.State, op: Any) -> merge.Decision:
        return merge.Decision({n: v for n, (v, _) in op.fields.items()}, deleted=False)

    return [(merge, "_set_deleted", on_stub)]


def _refused_blocks() -> list[Patch]:
    """A refused changeset is sent again and again, and all that comes after it waits."""
    real = replica.Replica.answered

    def answered(self: replica.Replica) -> Place:
        c = tables.changeset.c
        with self._database.reader() as session:
            bad = session.scalar(select(c.dseq).where(c.state.in_(("rejected", "quarantined"))))
        found = real(self)
        return Place(found.incarnation, min(found.dseq, bad - 1)) if bad else found

    def note(connection: Connection, incarnation: int, verdicts: Any) -> None:
        note_all(connection, incarnation, verdicts[:1])

    note_all = replica._note_verdicts

    def some(connection: Connection, incarnation: int, verdicts: Any) -> None:
        refused = [v for v in verdicts if v.status in ("rejected", "quarantined")]
        note_all(connection, incarnation, verdicts)
        if refused:
            connection.execute(
                update(tables.changeset)
                .where(tables.changeset.c.dseq >= refused[0].dseq)
                .values(state="pending")
            )

    return [(replica.Replica, "answered", answered), (replica, "_note_verdicts", some)]


def _evicts_unsent_work() -> list[Patch]:
    """Losing a zone throws away what was not sent."""

    def evict(connection: Connection, bucket: str) -> set[str]:
        kinds = real(connection, bucket)
        connection.exec_driver_sql("DELETE FROM changeset WHERE state = 'pending'")
        return kinds

    real = scope._evict
    return [(scope, "_evict", evict)]


def _keeps_lost_zones() -> list[Patch]:
    """A zone that was taken away stays readable."""
    return [(scope, "_evict", lambda *_: set())]


def _conflict_dropped() -> list[Patch]:
    """A value loses and nobody is told."""
    return [(taking, "open_conflicts", lambda *_: [])]


def _settled_edit_stays() -> list[Patch]:
    """What came back from the township is still taken for pending."""

    def forget(self: overlay.Overlay, record_id: bytes, settled: set[int]) -> None:
        real(self, record_id, set())

    real = overlay.Overlay._forget
    return [(overlay.Overlay, "_forget", forget)]


def _old_page_applied() -> list[Patch]:
    """A page is applied wherever the laptop stands."""
    real = replica.Replica.apply

    def apply(self: replica.Replica, told: Any) -> Any:
        kinds = real(self, told)
        if told.page is not None and told.page.entries:
            with self._database.writing() as connection:
                connection.exec_driver_sql("UPDATE bucket_cursor SET seq = seq + 1")
        return kinds

    return [(replica.Replica, "apply", apply)]


def _writer_forgotten() -> list[Patch]:
    """A laptop forgets who wrote a field, so that its next edit has the wrong base."""

    def writers_after(self: Any, before: bytes | None) -> bytes:
        return before if before and not self.inserted else real(self, before)

    from township.storage.folding import Change

    real = Change.writers_after
    return [(Change, "writers_after", writers_after)]


def _grants_unchecked() -> list[Patch]:
    """The server serves whatever bucket is asked for."""

    def pull(self: service.Service, connection: Connection, asked: Any, minimum: int) -> Any:
        device, request = asked.device, asked.request
        scope = devices.scope(connection, device)
        pulled = service._Pulled(scope=scope if scope.mark != request.scope else None)
        pulled.minimum = service._lacking(minimum, request.schema)
        if request.cursors is not None and not pulled.minimum:
            place = connection, device, request.own.incarnation
            pulled.page = feed.page(*place, request.cursors, request.page_bytes)
            pulled.page = quarantine.told(connection, device, request.heard, pulled.page)
        return pulled

    return [(service.Service, "_pull", pull)]


MUTATIONS: dict[str, Callable[[], list[Patch]]] = (
    {
        made.__name__.removeprefix("_"): made
        for made in (
            _ack_before_commit,
            _cursor_before_rows,
            _merge_by_clock,
            _dedupe_lost,
            _gap_ignored,
            _stale_head,
            _page_skips_an_entry,
            _overlay_lost,
            _refusal_ignored,
            _delete_wins,
            _set_revives,
            _refused_blocks,
            _evicts_unsent_work,
            _keeps_lost_zones,
            _conflict_dropped,
            _settled_edit_stays,
            _old_page_applied,
            _writer_forgotten,
            _grants_unchecked,
        )
    }
    | PLANTED
    | PLANTED_WAITS
    | MOVES
    | PLANTED_EPOCHS
    | PICTURES
    | ERASURES
    | SEALED
)


@contextmanager
def mutated(name: str) -> Iterator[None]:
    """The program with one bug planted."""
    patches = [patch.object(*one) for one in MUTATIONS[name]()]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in reversed(patches):
            one.stop()
