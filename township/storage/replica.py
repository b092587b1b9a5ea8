"""This laptop's side of the sync: what it offers the township, and taking in what comes back.

One answer of the township is applied in one transaction: verdicts, grants, records and the
cursors that say how far they reach. A crash leaves either all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from township.storage import (
    checkpoints,
    contact,
    decisions,
    doubtful,
    files,
    incarnation,
    indexes,
    loading,
    outbox,
    rereading,
    restored,
    scope,
    staging,
    tables,
)
from township.storage.arrival import Arrival
from township.storage.checkpoints import Checkpoint
from township.storage.database import Database
from township.storage.file_pages import Files, FilesTold
from township.storage.outbox import Outbox, Place
from township.storage.overlay import Overlay, pending_among
from township.storage.pages import ChunkName, Manifest, Page, Scope, Verdict
from township.storage.restored import EPOCH, Restored
from township.storage.settings import keep, setting
from township.storage.staging import Staged
from township.values import moment_text

_SCOPE = "sync.scope"
_ME = select(tables.device)
_INCARNATION = select(tables.device.c.incarnation)


@dataclass(frozen=True)
class Identity:
    """Who this laptop is, and where its own chain stands."""

    township_id: bytes
    township_public: bytes
    device: int
    incarnation: int
    last_dseq: int
    last_hash: bytes
    signing_key: bytes
    server_url: str
    server_ca: str | None


@dataclass(frozen=True)
class Told:
    """One answer of the township, checked; ``asked`` are the cursors that its page starts from.

    ``incarnation`` is the one whose changesets the verdicts are about, None: the present one.
    ``manifests`` are snapshots to load, ``parts`` have come for those, ``missed`` are buckets
    whose snapshots are not to be had any more.
    """

    verdicts: Sequence[Verdict]
    scope: Scope | None
    page: Page | None
    asked: dict[str, int]
    epoch: bytes
    checkpoint: Checkpoint | None = None
    manifests: Sequence[Manifest] = ()
    parts: Sequence[tuple[ChunkName, bytes]] = ()
    missed: Sequence[str] = ()
    files: FilesTold | None = None
    incarnation: int | None = None
    heard: int = 0
    """Up to where the page takes decisions for heard."""


class Replica:
    """The sync's view of an open laptop database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def identity(self) -> Identity:
        """Raises NoResultFound when the laptop is not enrolled."""
        with self._database.reading() as connection:
            row = connection.execute(_ME).one()
        return Identity(
            row.township_id,
            row.township_public,
            row.number,
            row.incarnation,
            row.last_dseq,
            row.last_hash,
            row.signing_key,
            row.server_url,
            row.server_ca,
        )

    def answered(self) -> Place:
        """The last own changeset before the first that the township has not answered."""
        with self._database.reading() as connection:
            return outbox.answered(connection)

    def outbox(self, after: Place, budget: int) -> Outbox:
        """See ``outbox.fill``."""
        with self._database.reading() as connection:
            return outbox.fill(connection, after, budget)

    def waiting(self) -> int:
        """How many own changesets the township has not answered."""
        with self._database.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM changeset WHERE state = 'pending'"
            )
            return int(found.scalar_one())

    def cursors(self) -> dict[str, int]:
        """How far each granted bucket has been applied."""
        with self._database.reading() as connection:
            return scope.cursors(connection)

    def scope_mark(self) -> bytes:
        """The mark of the grants that this laptop knows; empty before the first."""
        with self._database.reading() as connection:
            return bytes.fromhex(setting(connection, _SCOPE) or "")

    def epoch(self) -> bytes:
        """The township's epoch as this laptop knows it; empty before the first answer."""
        with self._database.reading() as connection:
            return bytes.fromhex(setting(connection, EPOCH) or "")

    def rereading(self) -> bool:
        """Is this laptop still comparing what it holds with a restored township?"""
        with self._database.reading() as connection:
            return rereading.running(connection)

    def heard(self) -> int:
        """Up to which number of the log this laptop knows the decisions about its own work."""
        with self._database.reading() as connection:
            return decisions.heard(connection)

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that this laptop holds."""
        with self._database.reading() as connection:
            return checkpoints.newest(connection)

    def suspect(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint that contradicts the one held: both are signed, so both are proof."""
        with self._database.writing() as connection:
            checkpoints.suspect(connection, checkpoint)

    def begin_incarnation(self, expected: int) -> frozenset[str]:
        """The township has another history of this laptop: begin a new chain with what it lacks."""
        with self._database.writing() as connection:
            return frozenset(incarnation.begin(connection, expected))

    def restored(self, told: Restored) -> frozenset[str]:
        """The township was restored; returns the kinds of record that changed."""
        with self._database.writing() as connection:
            contact.made(connection, self._database.clock())
            return frozenset(restored.begin(connection, told))

    def apply(self, told: Told) -> frozenset[str]:
        """Take in one answer of the township; returns the kinds of record that changed.

        Does nothing with an answer of another epoch than the one that this laptop is in.
        """
        kinds: set[str] = set()
        with self._database.writing() as connection:
            epoch = setting(connection, EPOCH)
            if epoch not in (None, told.epoch.hex()):
                return frozenset()
            if epoch is None:
                keep(connection, EPOCH, told.epoch.hex())
            contact.made(connection, self._database.clock())
            current: int = connection.execute(_INCARNATION).scalar_one()
            goes_on = told.page is not None and _starts_here(connection, told)
            if told.page is not None and goes_on:
                decisions.take(connection, told.page, told.heard)
            if told.incarnation in (None, current):
                kinds |= _take_verdicts(connection, current, told.verdicts)
            elif (
                told.verdicts and told.incarnation is not None
            ):  # earlier work has no edits on top of the rows
                _note_verdicts(connection, told.incarnation, told.verdicts)
            if told.scope is not None:
                kinds |= scope.apply(connection, told.scope)
                keep_scope_mark(connection, told.scope)
            if told.page is not None and goes_on:
                indexes.lay_aside(connection, told.page, told.asked)
                kinds |= Arrival(connection, current).apply(told.page)
            if told.verdicts or told.scope is not None or (told.page and not told.page.more):
                kinds |= scope.release(connection, current)
            if told.checkpoint is not None:
                checkpoints.move(connection, told.checkpoint)
            kinds |= rereading.settle(connection, told.page.head if told.page else None)
            _stage(connection, told)
            if told.files is not None and files.take(connection, told.files):
                kinds.add(files.KIND)
            if files.KIND in kinds or told.scope is not None or told.files is not None:
                files.tidy(connection)
        if told.manifests or told.parts:
            kinds |= self.load_staged()
        return frozenset(kinds)

    def make_indexes(self) -> None:
        """All has come: make the indexes again that were laid aside, if any."""
        self._database.make_indexes()

    @contextmanager
    def indexes_made(self) -> Iterator[None]:
        """However what happens inside ends, afterwards all indexes are there.

        If it fails, its failure is what is told; the next opening then tries again.
        """
        try:
            yield
        except BaseException:
            with suppress(Exception):
                self.make_indexes()
            raise
        self.make_indexes()

    def files(
        self, told: Set[bytes], tried: Set[bytes], pushed: int, *, pieces: bool
    ) -> Files | None:
        """What to say about pictures that are still to go or to come; see ``files.turn``."""
        with self._database.reading() as connection:
            return files.turn(connection, told, tried, pushed, pieces=pieces)

    def staged(self) -> list[Staged]:
        """The snapshots that this laptop is loading."""
        with self._database.reading() as connection:
            return staging.all_staged(connection)

    def staged_parts(self) -> list[ChunkName]:
        """The parts of snapshots that are here, also of those that are not to be had any more."""
        with self._database.reading() as connection:
            return staging.all_parts(connection)

    def load_staged(self) -> frozenset[str]:
        """Take in the snapshots whose parts are all here, each in a transaction of its own."""
        kinds: set[str] = set()
        with self._database.reading() as connection:
            if not staging.anything(connection):
                return frozenset()
        while True:
            with self._database.writing() as connection:
                staging.tidy(connection)
                staged = staging.all_staged(connection)
                whole = next((one.manifest for one in staged if one.complete), None)
                if whole is None:
                    return frozenset(kinds)
                current: int = connection.execute(_INCARNATION).scalar_one()
                kinds |= loading.switch(connection, current, whole)

    def finished(
        self, problem: str | None, *, revoked: bool = False, forgotten: bool = False
    ) -> None:
        """Note for people how and when the last sync ended.

        Who is ``revoked`` locks; who is ``forgotten`` is offered to enrol again.
        """
        values = {"last_sync_problem": problem}
        if problem is None:
            values["last_sync_at"] = moment_text(self._database.clock())
        with self._database.writing() as connection:
            connection.execute(update(tables.device).values(values))
            files.tidy(connection)
            if revoked:
                contact.refused(connection)
            if forgotten:
                contact.unknown(connection)


def _stage(connection: Connection, told: Told) -> None:
    """Keep what came of snapshots; nothing is kept for buckets that are not granted any more."""
    followed = scope.cursors(connection) if told.manifests or told.parts else {}
    for manifest in told.manifests:
        if manifest.bucket in followed:
            staging.begin(connection, manifest)
    staging.put(connection, [part for part in told.parts if part[0].bucket in followed])
    for bucket in told.missed:
        staging.give_up(connection, bucket)


def _take_verdicts(
    connection: Connection, incarnation: int, verdicts: Sequence[Verdict]
) -> set[str]:
    """Note the answers; take back from the rows what the township did not let in.

    What it has let in by now waits in the rows for the page that brings it, like all that fits.
    """
    if not verdicts:
        return set()
    _note_verdicts(connection, incarnation, verdicts)
    late: frozenset[int] = frozenset()
    if any(verdict.status == "quarantined" for verdict in verdicts):
        decisions.carry_out(connection)
        late = decisions.let_in(connection, incarnation)
    overlay = Overlay(connection, incarnation)
    kinds: set[str] = set()
    for verdict in verdicts:
        if verdict.status not in ("rejected", "quarantined") or verdict.dseq in late:
            continue
        touched = select(tables.pending.c.record_id).where(tables.pending.c.dseq == verdict.dseq)
        pending = pending_among(connection, connection.scalars(touched).all())
        for record_id, record in pending.items():
            overlay.rebase((record.kind, record_id), record, None, {verdict.dseq})
            kinds.add(record.kind)
    return kinds


def _note_verdicts(connection: Connection, incarnation: int, verdicts: Sequence[Verdict]) -> None:
    """Enter the answers; a run of the same answers under following numbers is one statement."""
    doubtful.told(connection, incarnation, verdicts)
    runs: list[tuple[Verdict, int]] = []
    for verdict in verdicts:
        first, count = runs[-1] if runs else (verdict, 0)
        follows = (verdict.dseq - first.dseq, verdict.seq - first.seq) == (count, count)
        if count and follows and (verdict.status, verdict.reason) == (first.status, first.reason):
            runs[-1] = first, count + 1
        else:
            runs.append((verdict, 1))
    connection.exec_driver_sql(
        "UPDATE changeset SET state = ?, seq = dseq + ?, reason = ?"
        " WHERE incarnation = ? AND dseq >= ? AND dseq < ?",
        [
            (v.status, v.seq - v.dseq, v.reason, incarnation, v.dseq, v.dseq + count)
            for v, count in runs
        ],
    )


def _starts_here(connection: Connection, told: Told) -> bool:
    """Does the page go on where this laptop stands? Another process may have been faster."""
    here = scope.cursors(connection)
    moved = told.page.cursors if told.page else {}
    return all(here.get(bucket) == told.asked.get(bucket) for bucket in moved)


def keep_scope_mark(connection: Connection, granted: Scope) -> None:
    """Note which state of the grants this laptop has applied."""
    keep(connection, _SCOPE, granted.mark.hex())
