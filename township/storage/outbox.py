"""What a laptop offers the township: own changesets in order, chain by chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, literal_column, select, tuple_

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


_c = tables.changeset.c
_ME = select(tables.device)
_AFTER = (
    select(_c.dseq, _c.header, _c.ops, _c.hash)
    .where(_c.incarnation == bindparam("number"), _c.dseq > bindparam("after"))
    .order_by(_c.dseq)
    .execution_options(yield_per=200)
)
_OLDEST = (
    select(_c.incarnation, _c.dseq)
    .where(
        _c.state == "pending",
        tuple_(_c.incarnation, _c.dseq) > tuple_(bindparam("number"), bindparam("after")),
    )
    .order_by(literal_column("rowid"))  # by the index of states, which keeps this order
    .limit(1)
)


def answered(connection: Connection) -> Place:
    """The last own changeset before the first that the township has not answered."""
    me = connection.execute(_ME).one()
    return _before_oldest(connection, me, Place(0, 0))


def fill(connection: Connection, after: Place, budget: int) -> Outbox:
    """Own changesets after this one, about ``budget`` bytes, at least one if any is left.

    Of earlier incarnations only what waits again because a restored township has lost it.
    """
    me = connection.execute(_ME).one()
    if after.incarnation != me.incarnation:
        after = _before_oldest(connection, me, after)
    number, dseq = after
    earlier = number != me.incarnation
    own = _head(connection, me, number)
    taken: list[Changeset] = []
    hash_, size = b"", 0
    statement = _AFTER.where(_c.state == "pending") if earlier else _AFTER
    for row in connection.execute(statement, {"number": number, "after": dseq}):
        if size >= budget:
            return Outbox(taken, own, dseq, hash_, False)
        taken.append(Changeset(row.header, msgspec.msgpack.decode(row.ops)))
        dseq, hash_ = row.dseq, row.hash
        size += len(row.ops)
    return Outbox(taken, own, dseq, hash_, not earlier)


def _before_oldest(connection: Connection, me: Row[Any], after: Place) -> Place:
    """The place before the oldest waiting changeset that comes after this one."""
    place = {"number": after.incarnation, "after": after.dseq}
    oldest = connection.execute(_OLDEST, place).one_or_none()
    if oldest is None:
        return Place(me.incarnation, me.last_dseq)
    return Place(oldest.incarnation, oldest.dseq - 1)


def _head(connection: Connection, me: Row[Any], number: int) -> Head:
    """Where the chain of an incarnation ends, what lives on in a later one left out."""
    if number == me.incarnation:
        return Head(number, me.last_dseq, me.last_hash)
    row = connection.execute(
        select(_c.dseq, _c.hash)
        .where(_c.incarnation == number, _c.state != MOVED)
        .order_by(_c.dseq.desc())
        .limit(1)
    ).one()
    return Head(number, row.dseq, row.hash)
