"""The laptop's turn: push, pull, then pictures, until nothing is left. No I/O of its own.

``Client.request`` makes the next message, ``receive`` checks the answer, ``apply`` takes it in;
who carries the bytes (HTTP, a stick, a simulated network) does not matter. An answer that gets
lost costs one repetition: every message may be sent again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from sync import collector, epochs, fetching, problems, turns
from sync.fetching import Came, Fetching
from sync.parcels import Parcels
from sync.pictures import Pictures
from sync.progress import Progress as Progress  # what callers of run hear
from sync.proving import answer_to, continues, head_signature, signed_checkpoint
from sync.wire import Answer, ChainHead, Request
from township.changes import SCHEMA
from township.storage.file_pages import Files
from township.storage.outbox import Outbox, Place
from township.storage.pages import ChunkName, Manifest
from township.storage.replica import Identity, Replica, Told

Carrier = Callable[[bytes], bytes]
"""Brings a message to the township and its answer back. Raises SyncProblem."""

FIRST_BATCH = 256 << 10
"""Bytes of operations in the first push and page: little is lost when a bad line cuts it."""
LARGEST_BATCH = 2 << 20
_QUICK_S, _SLOW_S = 2.0, 8.0
"""A round trip up to the first lets messages grow, one beyond the second makes them smaller."""
MUCH_WORK = 10_000
"""Own changesets that wait: a laptop with more takes no snapshots. In them its own new buckets
would come back while its work lies on top of them, record by record; the log only counts it.
"""
_MOST_GAPS = 3
_MOST_TURNS = 8
_MOST_EPOCHS = 3


@dataclass(frozen=True)
class _Sent:
    """What the answer on its way must fit to."""

    name: bytes
    identity: Identity
    outbox: Outbox
    cursors: dict[str, int] | None
    chunks: list[ChunkName]
    epoch: bytes
    files: Files | None
    pieces: bool
    heard: int


_Ask = tuple[int, Place, int, bytes]


class Client:
    """One sync of one laptop. ``done`` once everything is pushed and the log's end is reached.

    An answer may be applied after the next request was made: both follow from what ``receive``
    has seen, so that the township works while the laptop writes. Without ``snapshots``
    everything comes by the log; without ``pictures`` they stay where they are.
    """

    def __init__(self, replica: Replica, *, snapshots: bool = True, pictures: bool = True) -> None:
        kinds = replica.load_staged()  # complete, when the last sync was cut off
        staged = replica.staged() if snapshots else []
        waiting = replica.waiting()
        welcome = snapshots and waiting <= MUCH_WORK
        self._fetching = Fetching(staged, replica.staged_parts(), welcome=welcome)
        self.progress = Progress(
            waiting=waiting,
            kinds=set(kinds),
            load=self._fetching.load,
            comparing=replica.rereading(),
        )
        self.done = False
        self._pictures = Pictures(replica) if pictures else None
        self._pulled = False  # all records: from now on pictures have the line for themselves
        self.minimum = 0
        """The record schema that the township demands of who pulls, if this program lacks it."""
        self._replica = replica
        self._begin()
        self._budget = FIRST_BATCH
        self._took = 0.0
        self._gaps = 0
        self._turns = 0
        self._epochs = 0
        self._sent: _Sent | None = None
        self._told: deque[Told] = deque()
        self._ready: tuple[_Ask, Outbox] | None = None
        self._parcels = Parcels()

    def _begin(self) -> None:
        """Where the laptop stands, by its database."""
        self._answered = self._replica.answered()
        self._cursors = self._replica.cursors()
        self._scope = self._replica.scope_mark()
        self._checkpoint = self._replica.checkpoint()
        self._epoch = self._replica.epoch()
        self._heard = self._replica.heard()

    def request(self) -> bytes:
        """The next message to the township."""
        outbox, identity = self._outbox(), self._replica.identity()
        known = self._checkpoint.size if self._checkpoint else 0
        body, idle = self._body(outbox, identity, known)
        parcel = self._parcels.sent(body, identity)
        self._sent = _Sent(
            parcel.name,
            identity,
            outbox,
            body.cursors,
            body.chunks or [],
            self._epoch,
            body.files,
            idle,
            self._heard,
        )
        self._answered = Place(outbox.own.incarnation, outbox.last_dseq)
        self._budget = self._next_budget()
        return parcel.message

    def _next_budget(self) -> int:
        """By the last round trip: what a bad line cuts has to be sent once more."""
        if self._took > _SLOW_S:
            return max(self._budget // 2, FIRST_BATCH)
        return min(self._budget * 2, LARGEST_BATCH) if self._took <= _QUICK_S else self._budget

    def _body(self, outbox: Outbox, identity: Identity, known: int) -> tuple[Request, bool]:
        """What the next message says, ``known`` of the log being proven; and does nothing but
        pictures move any more?
        """
        chunks = [] if self.minimum else self._fetching.next(self._budget)  # none would come
        idle = self._pulled and outbox.complete and not outbox.changesets and not chunks
        cursors = None if idle or chunks or not outbox.complete else dict(self._cursors)
        ready = outbox.complete and not self._told  # else records or tables are behind
        asks = self._pictures if ready else None
        body = Request(
            ChainHead(*outbox.own),
            list(outbox.changesets),
            head_signature(identity, outbox),
            cursors,
            self._budget,
            self._scope,
            known,
            chunks if chunks or self._fetching.welcome else None,
            self._epoch,
            self._heard,
            SCHEMA,
            asks.ask(outbox.last_dseq, pieces=idle) if asks else None,
        )
        return body, idle

    @property
    def offered(self) -> int:
        """How many changesets of the last request the township never answered, or has lost."""
        return self._sent.outbox.waiting if self._sent else 0

    def prepare(self) -> None:
        """Make the next request as it will probably be, while the township works on this one."""
        if not self._sent or self._sent.outbox.complete:
            return
        outbox = self._outbox()
        self._ready = self._ask(), outbox
        if not outbox.complete and self._checkpoint:
            # the township's log will be longer by what is on its way, if nobody else comes
            known = self._checkpoint.size + self._sent.outbox.waiting
            body, _ = self._body(outbox, self._sent.identity, known)
            self._parcels.prepare(body, self._sent.identity)

    def _outbox(self) -> Outbox:
        ready, self._ready = self._ready, None
        if ready and ready[0] == self._ask():
            return ready[1]
        return self._replica.outbox(self._answered, self._budget)

    def _ask(self) -> _Ask:
        """What an outbox depends on besides what is saved later."""
        return self._replica.identity().incarnation, self._answered, self._budget, self._epoch

    def receive(self, data: bytes, seconds: float = 0.0) -> None:
        """Check the answer to the last request. Raises SyncProblem; then nothing is changed.

        It was waited for so many seconds. The last page is applied at once: only then is it
        known which pictures are missing.
        """
        sent, self._took = self._sent, seconds
        assert sent is not None, "an answer follows a request"
        answer = answer_to(sent.name, data, sent.identity)
        self.progress.round_trips += 1
        if answer.refused == "epoch":
            self._enter_epoch(sent, answer)
            return
        self._check_history(sent, answer)
        if answer.refused == "fork":
            self._turn(sent, answer)
            return
        pictures = None
        if self._pictures and not answer.refused:
            pictures = self._pictures.heard(sent.files, answer.files, pieces=sent.pieces)
        head = self._checkpoint.size if self._checkpoint else 0
        manifests = fetching.offered(answer, sent.cursors or {}, sent.identity, head)
        given = not answer.refused and not answer.minimum
        came = self._fetching.came(sent.chunks, answer.chunks) if given else Came()
        self._told.append(
            Told(
                answer.verdicts,
                answer.scope,
                answer.page,
                sent.cursors or {},
                answer.epoch,
                self._checkpoint,
                manifests,
                came.parts,
                came.missed,
                pictures,
                answer.chain.incarnation,
                sent.heard,
            )
        )
        self.progress.count(answer, sent.outbox.waiting)
        self._go_on(sent, answer)
        self._load_on(manifests, came)
        if self._pulled:
            self._go_on_with_pictures()

    def apply(self) -> None:
        """Take the oldest received answer in; whatever fails leaves the laptop as it was."""
        if self._told:
            self.progress.kinds |= self._replica.apply(self._told.popleft())
            if self.progress.comparing:
                self.progress.comparing = self._replica.rereading()

    def _turn(self, sent: _Sent, answer: Answer) -> None:
        """This laptop was restored or copied: what both have is settled, the rest moves on.

        Raises SyncProblem when copies of this laptop take each other's place again and again.
        """
        told = Told(
            answer.verdicts,
            None,
            None,
            {},
            answer.epoch,
            self._checkpoint,
            incarnation=answer.chain.incarnation,
        )
        self.progress.kinds |= self._replica.apply(told)
        if len(answer.verdicts) < max(1, len(sent.outbox.changesets)):
            self._turns += 1
            if self._turns > _MOST_TURNS:
                raise problems.diverged()
            self.progress.kinds |= self._replica.begin_incarnation(sent.identity.incarnation)
            self._answered = self._replica.answered()
        self._cursors = self._replica.cursors()
        self._pulled = False

    def _enter_epoch(self, sent: _Sent, answer: Answer) -> None:
        """The township was restored: what it has lost is offered again, and all is read anew.

        Raises SyncProblem.
        """
        found = signed_checkpoint(answer, sent.identity)
        self._epochs += 1
        if sent.epoch in (b"", answer.epoch) or self._epochs > _MOST_EPOCHS:
            raise problems.nonsense()
        told = epochs.told(answer, sent.epoch, found, self._checkpoint)
        self.progress.kinds |= self._replica.restored(told)
        self._fetching.forget()
        self._begin()
        self._pulled = False
        if self._pictures:
            self._pictures = Pictures(self._replica)
        self.progress.waiting = self._replica.waiting()
        self.progress.comparing = self._replica.rereading()

    def _check_history(self, sent: _Sent, answer: Answer) -> None:
        """Does the township's log continue the one that this laptop has seen?"""
        found = signed_checkpoint(answer, sent.identity)
        if not continues(self._checkpoint, found, answer):
            self._replica.suspect(found)
            raise problems.rewritten()
        if sent.epoch not in (b"", answer.epoch):
            raise problems.nonsense()
        self._checkpoint, self._epoch = found, answer.epoch

    def _load_on(self, manifests: list[Manifest], came: Came) -> None:
        """What to fetch next, and from where the log goes on after a snapshot."""
        for manifest in manifests:
            if manifest.bucket in self._cursors and self._fetching.begin(manifest):
                self._cursors[manifest.bucket] = manifest.seq
        for manifest in came.complete:
            if manifest.bucket in self._cursors:
                self._cursors[manifest.bucket] = manifest.seq

    def _go_on(self, sent: _Sent, answer: Answer) -> None:
        """Where the next request starts, or whether there is none."""
        if answer.scope is not None:
            known = self._cursors
            self._cursors = {name: known.get(name, 0) for name in answer.scope.buckets}
            self._scope = answer.scope.mark
            self._fetching.keep(answer.scope.buckets)
            self._pulled = False
        if answer.refused == "gap" or answer.chain.dseq < sent.outbox.last_dseq:
            self._pulled = False
            self._gaps += 1
            if self._gaps > _MOST_GAPS:
                raise problems.diverged()
            self._answered = Place(answer.chain.incarnation, answer.chain.dseq)
            return
        if answer.minimum:  # nothing comes; pictures may go
            self.minimum, self._pulled = answer.minimum, sent.outbox.complete
            return
        if self.minimum:  # not demanded any more: what did not come is still to come
            self.minimum, self._pulled = 0, False
        if answer.page is not None:
            self._cursors.update(answer.page.cursors)
            self._heard = answer.page.heard
            self._pulled = not answer.page.more and answer.scope is None

    def _go_on_with_pictures(self) -> None:
        """All records are through: is there a picture that moves?"""
        while self._told:
            self.apply()
        self._replica.make_indexes()
        asks = self._pictures
        self.progress.photos = asks.left(self._answered.dseq) if asks else 0
        self.done = not self.progress.photos


def run(
    replica: Replica,
    carrier: Carrier,
    step: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    snapshots: bool = True,
) -> Progress:
    """Sync until done or cancelled, and note how it ended. Raises SyncProblem.

    ``step`` hears the progress after each round trip; whatever was taken in by then stays. The
    carrier works in a thread of its own, so that the line and the disk are busy together.
    """
    client = Client(replica, snapshots=snapshots)
    try:
        with (
            replica.indexes_made(),
            collector.seldom(),
            turns.quick(),
            ThreadPoolExecutor(1, thread_name_prefix="carrier") as line,
        ):
            answer = line.submit(_timed, carrier, client.request())
            client.prepare()
            going = True
            while going:
                client.receive(*answer.result())
                going = not client.done and not (cancelled and cancelled())
                if going:
                    answer = line.submit(_timed, carrier, client.request())
                client.apply()
                if going:
                    client.prepare()
                if step:
                    step(client.progress)
        if client.minimum:
            raise problems.too_old(client.minimum)
    except problems.SyncProblem as problem:
        replica.finished(
            str(problem),
            revoked=isinstance(problem, problems.Revoked),
            forgotten=isinstance(problem, problems.Forgotten),
        )
        raise
    if client.done:
        replica.finished(None)
    return client.progress


def _timed(carrier: Carrier, message: bytes) -> tuple[bytes, float]:
    """The answer, and how many seconds it took."""
    begun = monotonic()
    return carrier(message), monotonic() - begun
