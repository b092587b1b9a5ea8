"""What a laptop offers the township: own changesets in order, chain by chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, and_, bindparam, literal_column, or_, select, tuple_

from township.changes import Changeset
from township.storage import doubtful, tables
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
    ``waiting`` of them were never answered, or are lost to a restored township.
    """

    changesets: Sequence[Changeset]
    own: Head
    last_dseq: int
    hash: bytes
    complete: bool
    waiting: int


_c = tables.changeset.c
_ME = select(tables.device)
_AFTER = (
    select(_c.dseq, _c.header, _c.ops, _c.hash, _c.state)
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

    Of earlier incarnations only what waits again because a restored township has lost it, and
    what it may have answered anew.
    """
    me = connection.execute(_ME).one()
    if after.incarnation != me.incarnation:
        after = _before_oldest(connection, me, after)
    number, dseq = after
    earlier = number != me.incarnation
    own = _head(connection, me, number)
    taken: list[Changeset] = []
    hash_, size, waiting = b"", 0, 0
    statement = _AFTER
    if earlier:
        asked = and_(_c.state != MOVED, _c.dseq <= doubtful.span(connection, number).upto)
        statement = _AFTER.where(or_(_c.state == "pending", asked))
    for row in connection.execute(statement, {"number": number, "after": dseq}):
        if size >= budget:
            return Outbox(taken, own, dseq, hash_, False, waiting)
        taken.append(Changeset(row.header, msgspec.msgpack.decode(row.ops)))
        dseq, hash_ = row.dseq, row.hash
        size += len(row.ops)
        waiting += row.state == "pending"
    return Outbox(taken, own, dseq, hash_, not earlier, waiting)


def _before_oldest(connection: Connection, me: Row[Any], after: Place) -> Place:
    """The place before the oldest changeset after this one that waits or is asked for again."""
    place = {"number": after.incarnation, "after": after.dseq}
    waits = connection.execute(_OLDEST, place).one_or_none()
    asked = doubtful.oldest(connection, after)
    found = [Place(*one) for one in (waits, asked) if one is not None]
    if not found:
        return Place(me.incarnation, me.last_dseq)
    oldest = min(found)
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
