"""The township was restored from a backup: what it has lost is offered again, the rest reread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from township.changes import is_erased
from township.storage import (
    checkpoints,
    decisions,
    doubtful,
    files,
    incarnation,
    layers,
    rereading,
    staging,
    tables,
)
from township.storage.checkpoints import Checkpoint
from township.storage.incarnation import MOVED
from township.storage.overlay import Overlay
from township.storage.settings import keep, setting

EPOCH = "sync.epoch"
FIRST = "sync.first_incarnation"
"""Setting: the first incarnation under this laptop's present number; see ``reenrolling``."""
_TOGETHER = 500
_OPS = msgspec.msgpack.Decoder(list[bytes])


class Head(NamedTuple):
    """A place in an own chain: ``hash`` is that of changeset ``dseq``, 0 for none."""

    incarnation: int
    dseq: int
    hash: bytes


@dataclass(frozen=True)
class Restored:
    """What the township says in a new epoch.

    ``before`` is the epoch that this laptop named, ``chains`` where its own chains stand at the
    township. ``continues``: the log goes on from all that this laptop has seen.
    """

    before: bytes
    epoch: bytes
    chains: Sequence[Head]
    checkpoint: Checkpoint
    continues: bool


def begin(connection: Connection, told: Restored) -> set[str]:
    """Enter the new epoch; returns the kinds whose rows changed.

    One transaction of the caller's. Does nothing when this laptop is in another epoch by now.
    """
    if setting(connection, EPOCH) != told.before.hex():
        return set()
    keep(connection, EPOCH, told.epoch.hex())
    checkpoints.move(connection, told.checkpoint)
    staging.clear(connection)
    files.offer_again(connection)
    if told.continues:  # the backup is newer than what this laptop has seen: nothing was lost
        return set()
    current: int = connection.execute(select(tables.device.c.incarnation)).scalar_one()
    decisions.forget(connection)
    kinds: set[str] = set()
    if held := _erased_here_only(connection, current, told.chains):
        _leave_in_the_rows(connection, current, held)
        kinds = incarnation.begin(connection, current, held=held)
        current += 1
    kinds |= _lay_on(connection, current, _offer_again(connection, current, told.chains))
    rereading.begin(connection)
    return kinds


def _erased_here_only(connection: Connection, current: int, chains: Iterable[Head]) -> int:
    """Up to which own changeset the township has this chain, if it may hold work there of which
    there are only hashes here, since it was erased; else 0.

    What it has of the present incarnation comes by its numbers only, and could not be carried out
    again; of an earlier one it comes whole.
    """
    head = next((head for head in chains if head.incarnation == current), None)
    if head is None or not _wrote(connection, head):
        return 0
    c = tables.changeset.c
    rows = connection.scalars(
        select(c.ops).where(c.incarnation == current, c.dseq <= head.dseq)
    ).yield_per(_TOGETHER)
    return head.dseq if any(is_erased(op) for packed in rows for op in _OPS.decode(packed)) else 0


def _leave_in_the_rows(connection: Connection, current: int, held: int) -> None:
    """What does not go into the new chain is not pending any more, but people go on seeing it.

    It comes whole with the pages, as work of an earlier incarnation; also what the township has
    lost, since that is offered before. The answer to some of what it has may not have come here.
    """
    c, overlay = tables.changeset.c, Overlay(connection, current)
    new = c.state == "pending", c.incarnation == current, c.dseq > held
    goes_along = set(connection.scalars(select(c.dseq).where(*new)))
    for key, record in layers.pending_records(connection).items():
        if settled := set(record.dseqs) - goes_along:
            overlay.stay(key, record, settled)


def _offer_again(connection: Connection, current: int, chains: Iterable[Head]) -> list[int]:
    """What the township has lost waits again; returns the numbers in the current incarnation.

    What it has of an own chain may have come from a copy of this laptop, and have another answer
    by now: that is asked for. Where the township's chain is not a beginning of the own one, all of
    it waits: the answer to it will tell what both have. Such work, and that of earlier
    incarnations, stays in the rows as it is until then.
    """
    c = tables.changeset.c
    heads = {head.incarnation: head for head in chains}
    again: list[int] = []
    kept: dict[int, int] = {}
    first = int(setting(connection, FIRST) or 1)
    mine = select(c.incarnation).distinct().where(c.incarnation >= first)
    for number in connection.scalars(mine).all():
        head = heads.get(number, Head(number, 0, b""))
        own = head.dseq == 0 or _wrote(connection, head)
        kept[number] = head.dseq if own else 0
        lost = (
            c.incarnation == number,
            c.dseq > kept[number],
            c.state.not_in(("pending", MOVED)),
        )
        if own and number == current:
            again = list(connection.scalars(select(c.dseq).where(*lost).order_by(c.dseq)))
        connection.execute(
            update(tables.changeset).where(*lost).values(state="pending", seq=None, reason=None)
        )
    doubtful.begin(connection, kept)
    return again


def _wrote(connection: Connection, head: Head) -> bool:
    c = tables.changeset.c
    found = connection.scalar(
        select(c.hash).where(
            c.incarnation == head.incarnation, c.dseq == head.dseq, c.state != MOVED
        )
    )
    return found == head.hash


def _lay_on(connection: Connection, current: int, again: list[int]) -> set[str]:
    """Put own work back on top of the rows, and wait for rows that are not here.

    The restored township may show them again: a record may have left with a move that was lost.
    """
    overlay = Overlay(connection, current)
    known = layers.pending_records(connection)
    new = layers.touched(connection, overlay, again)
    views = layers.beneath(overlay, known, new)
    edits = {
        key: sorted({*(known[key].dseqs if key in known else ()), *new.get(key, ())})
        for key in views
    }
    return layers.renew(connection, overlay, views, edits, awaited=edits.keys())
