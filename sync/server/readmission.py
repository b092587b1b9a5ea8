"""Letting quarantined work in after all, or sending it back.

Work of one device comes in in the order of its chain: a changeset waits as long as an earlier
one of the same device waits that touches one of its records. It is judged as if it arrived
now, its ops keep the ids that their author gave them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from sync.server import circumstances, devices, quarantine, tables
from sync.server.checks import Refused
from sync.server.devices import Device
from sync.server.engine import Store
from sync.server.entries import Turn
from sync.server.log import Log
from sync.server.quarantine import Waiting
from sync.server.reading import heads
from sync.server.rows import Key
from sync.server.scribe import Scribe
from sync.server.sequencer import lock_head, move_head
from sync.server.taking import Taking
from sync.server.trying import retrying
from sync.wire import REASONS
from township.changes import Changeset, decode_header
from township.storage.pages import Verdict

TOGETHER = 200
"""Changesets judged in one transaction, so that others need not wait long."""
_ERASED = "erased"
"""Reason why nothing can bring this work in any more."""


class Blocked(Exception):
    """An earlier changeset of the same device comes first; ``seq`` is its entry."""

    def __init__(self, seq: int) -> None:
        super().__init__(str(seq))
        self.seq = seq


class Unknown(Exception):
    """Nothing waits under this number."""


def readmit(store: Store, device: Device, now: datetime) -> int:
    """Let in what the grants of a device cover by now; returns how many changesets.

    What would bring back something erased goes back to its author: nobody could let it in, and the
    erasure would wait for it.

    Does nothing when all was judged in the same circumstances before. Cut off anywhere, it goes
    on with the next call.
    """
    return _Round(store, device, now).run()


def sweep(store: Store, township_id: bytes, now: datetime) -> int:
    """The same for all devices that have something waiting."""
    return sum(readmit(store, device, now) for device in _devices(store, township_id))


@retrying
def _devices(store: Store, township_id: bytes) -> list[Device]:
    with store.reading() as connection:
        numbers = {one.device for one, _ in quarantine.waiting(connection, township_id)}
        found = [devices.find(connection, township_id, number) for number in sorted(numbers)]
    return [device for device in found if device is not None and not device.revoked]


class _Round:
    """One look at all that waits of a device, in several transactions."""

    def __init__(self, store: Store, device: Device, now: datetime) -> None:
        self._store = store
        self._device = device
        self._now = now
        self._after = 0
        self._held: set[Key] = set()

    def run(self) -> int:
        if not self._due():
            return 0
        count, more = 0, True
        while more:
            admitted, more = self._part(self._after, frozenset(self._held))
            count += admitted
        return count

    @retrying
    def _due(self) -> bool:
        with self._store.reading() as connection:
            waits = quarantine.waiting(connection, self._device.township_id, self._device.number)
            marks = circumstances.of(connection, self._device, [one for one, _ in waits])
            return any(tried != marks[one.seq] for one, tried in waits)

    @retrying
    def _part(self, after: int, held_before: frozenset[Key]) -> tuple[int, bool]:
        held, count = set(held_before), 0
        township_id, number = self._device.township_id, self._device.number
        with self._store.writing() as connection:
            seq = lock_head(connection, township_id)
            device = devices.find(connection, township_id, number)
            if device is None or device.revoked:
                return 0, False
            all_ = [one for one, _ in quarantine.waiting(connection, township_id, number)]
            marks = circumstances.of(connection, device, all_)
            waits = [one for one in all_ if one.seq > after]
            log = Log(connection, township_id)
            for one in waits[:TOGETHER]:
                turn = _turn(log, one)
                try:
                    if held & _keys(turn):
                        raise Blocked(one.seq)
                    seq = _admit(connection, device, (one, turn), seq, self._now, trusted=False)
                    count += 1
                except Blocked:
                    held |= _keys(turn)
                except Refused as refused:
                    if refused.reason == _ERASED:
                        seq = _send_back(connection, device, one, REASONS[_ERASED], seq, self._now)
                        continue
                    held |= _keys(turn)
                    quarantine.judged(connection, township_id, one, refused.reason)
            move_head(connection, township_id, seq)
            quarantine.tried(
                connection, device, {one.seq: marks[one.seq] for one in waits[:TOGETHER]}
            )
            if more := len(waits) > TOGETHER:
                after = waits[TOGETHER - 1].seq
        self._after, self._held = after, held
        return count, more


@retrying
def admit(store: Store, township_id: bytes, seq: int, now: datetime) -> Verdict:
    """A person lets entry ``seq`` in, whatever the grants say.

    Raises Unknown, Blocked, and Refused when it does not fit any more; then nothing changes.
    """
    with store.writing() as connection:
        head = lock_head(connection, township_id)
        one = _found(connection, township_id, seq)
        log = Log(connection, township_id)
        turn = _turn(log, one)
        for earlier, _ in quarantine.waiting(connection, township_id, one.device):
            if earlier.seq < seq and _keys(_turn(log, earlier)) & _keys(turn):
                raise Blocked(earlier.seq)
        device = devices.find(connection, township_id, one.device)
        assert device is not None
        head = _admit(connection, device, (one, turn), head, now, trusted=True)
        move_head(connection, township_id, head)
        return _verdict(connection, township_id, one)


@retrying
def refuse(store: Store, township_id: bytes, seq: int, text: str, now: datetime) -> None:
    """A person sends entry ``seq`` back to its author, and says why. Raises Unknown."""
    with store.writing() as connection:
        head = lock_head(connection, township_id)
        one = _found(connection, township_id, seq)
        device = devices.find(connection, township_id, one.device)
        assert device is not None
        number = _send_back(connection, device, one, text, head, now)
        move_head(connection, township_id, number)


def _send_back(
    connection: Connection, device: Device, one: Waiting, text: str, head: int, now: datetime
) -> int:
    """Returns the number of the log under which the author hears of it."""
    op = quarantine.entry_op(one, "refused", text)
    with Scribe(connection) as scribe:
        number = Taking(scribe, device, head, now, certain=True).note(op)
    quarantine.decided(connection, device.township_id, one, number, "rejected", text)
    return number


def _admit(
    connection: Connection,
    device: Device,
    what: tuple[Waiting, Turn],
    head: int,
    now: datetime,
    *,
    trusted: bool,
) -> int:
    """Returns the newest number of the log then. Raises Refused; then nothing is written."""
    one, turn = what
    with Scribe(connection) as scribe:
        taking = Taking(scribe, device, head, now, certain=True)
        op = quarantine.entry_op(one, "admitted")
        verdict = taking.admit(turn, op, trusted=trusted)
    quarantine.decided(connection, device.township_id, one, verdict.seq, verdict.status)
    return taking.seq


def _found(connection: Connection, township_id: bytes, seq: int) -> Waiting:
    for one, _ in quarantine.waiting(connection, township_id):
        if one.seq == seq:
            return one
    raise Unknown


def _verdict(connection: Connection, township_id: bytes, one: Waiting) -> Verdict:
    c = tables.quarantine.c
    row = connection.execute(
        select(c.decided, c.decided_seq).where(
            c.township_id == township_id, c.device == one.device, c.seq == one.seq
        )
    ).one()
    return Verdict(one.dseq, row.decided, row.decided_seq)


def _turn(log: Log, one: Waiting) -> Turn:
    """The changeset as its author made it."""
    entry = log.at(one.seq)
    assert entry is not None, "quarantine is drawn from the log"
    changeset = Changeset(entry.header, entry.ops)
    return Turn(changeset, decode_header(entry.header), entry.hash)


def _keys(turn: Turn) -> set[Key]:
    return {(head.kind, head.record) for head in heads(turn.changeset.ops) or ()}
