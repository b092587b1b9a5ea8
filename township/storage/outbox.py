"""What a laptop offers the township: own changesets in order, chain by chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Row, literal_column, select, tuple_
from sqlalchemy.orm import Session

from township.changes import Changeset
from township.storage import tables
from township.storage.incarnation import MOVED
from township.storage.restored import Head


class Place(NamedTuple):
    """An own changeset by its numbers; ``dseq`` 0: before the first."""

    incarnation: int
    dseq: int


@dataclass(frozen=True)
class Outbox:
    """Own changesets of one incarnation in order; ``own`` is the head of that chain.

    ``hash`` is that of the last one here, ``complete``: none come after in any incarnation.
    """

    changesets: Sequence[Changeset]
    own: Head
    last_dseq: int
    hash: bytes
    complete: bool


def answered(session: Session) -> Place:
    """The last own changeset before the first that the township has not answered."""
    me = session.execute(select(tables.device)).one()
    return _before_oldest(session, me, Place(0, 0))


def fill(session: Session, after: Place, budget: int) -> Outbox:
    """Own changesets after this one, about ``budget`` bytes, at least one if any is left.

    Of earlier incarnations only what waits again because a restored township has lost it.
    """
    c = tables.changeset.c
    me = session.execute(select(tables.device)).one()
    if after.incarnation != me.incarnation:
        after = _before_oldest(session, me, after)
    number, dseq = after
    earlier = number != me.incarnation
    own = _head(session, me, number)
    taken: list[Changeset] = []
    hash_, size = b"", 0
    chosen = [c.incarnation == number, c.dseq > dseq]
    rows = session.execute(
        select(c.dseq, c.header, c.ops, c.hash)
        .where(*chosen, *([c.state == "pending"] if earlier else []))
        .order_by(c.dseq)
        .execution_options(yield_per=200)
    )
    for row in rows:
        if size >= budget:
            return Outbox(taken, own, dseq, hash_, False)
        taken.append(Changeset(row.header, msgspec.msgpack.decode(row.ops)))
        dseq, hash_ = row.dseq, row.hash
        size += len(row.ops)
    return Outbox(taken, own, dseq, hash_, not earlier)


def _before_oldest(session: Session, me: Row[Any], after: Place) -> Place:
    """The place before the oldest waiting changeset that comes after this one."""
    c = tables.changeset.c
    oldest = session.execute(
        select(c.incarnation, c.dseq)
        .where(c.state == "pending", tuple_(c.incarnation, c.dseq) > tuple_(*after))
        .order_by(literal_column("rowid"))  # by the index of states, which keeps this order
        .limit(1)
    ).one_or_none()
    if oldest is None:
        return Place(me.incarnation, me.last_dseq)
    return Place(oldest.incarnation, oldest.dseq - 1)


def _head(session: Session, me: Row[Any], number: int) -> Head:
    """Where the chain of an incarnation ends, what lives on in a later one left out."""
    if number == me.incarnation:
        return Head(number, me.last_dseq, me.last_hash)
    c = tables.changeset.c
    row = session.execute(
        select(c.dseq, c.hash)
        .where(c.incarnation == number, c.state != MOVED)
        .order_by(c.dseq.desc())
        .limit(1)
    ).one()
    return Head(number, row.dseq, row.hash)
