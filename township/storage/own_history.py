"""Checking a laptop's own history: every changeset follows the one before it, unchanged.

What the township has taken is besides in its log, under the same hashes and the laptop's signature:
somebody who rewrites the whole chain here is found out at the next sync.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from township.changes import GENESIS, decode_header, link, op_hash
from township.storage import tables


@dataclass(frozen=True)
class Misfit:
    """The first own changeset that does not fit, by its numbers, and why, in Chinese."""

    incarnation: int
    dseq: int
    text: str


def verify(connection: Connection) -> tuple[int, Misfit | None]:
    """Walk all own changesets in order; how many fit, and the first that does not."""
    c = tables.changeset.c
    count, incarnation, dseq, hash_ = 0, 0, 0, GENESIS
    rows = connection.execute(
        select(c.incarnation, c.dseq, c.header, c.ops, c.hash).order_by(c.incarnation, c.dseq)
    )
    for row in rows:
        if row.incarnation != incarnation:
            incarnation, dseq, hash_ = row.incarnation, 0, GENESIS
        if row.dseq != dseq + 1:
            return count, Misfit(incarnation, dseq + 1, "缺这一条")
        if problem := _problem(hash_, row.dseq, row.header, row.ops, row.hash):
            return count, Misfit(incarnation, row.dseq, problem)
        count, dseq, hash_ = count + 1, row.dseq, row.hash
    return count, _end(connection, incarnation, dseq, hash_)


def _problem(before: bytes, dseq: int, header: bytes, packed: bytes, hash_: bytes) -> str | None:
    ops: list[bytes] = msgspec.msgpack.decode(packed)
    if decode_header(header).dseq != dseq:
        return "编号与内容不符，次序被改动过"
    if link(before, header, map(op_hash, ops)) != hash_:
        return "内容、时间或前一条被改动过"
    return None


def _end(connection: Connection, incarnation: int, dseq: int, hash_: bytes) -> Misfit | None:
    """Is the last one here the last that was written?"""
    me = connection.execute(select(tables.device)).one_or_none()
    if me is None or me.last_dseq == 0:
        return None
    if (me.incarnation, me.last_dseq) != (incarnation, dseq):
        last = dseq if incarnation == me.incarnation else 0
        return Misfit(me.incarnation, last + 1, "缺这一条到最后一条")
    if me.last_hash != hash_:
        return Misfit(incarnation, dseq, "最后一条与本机记下的不符")
    return None
