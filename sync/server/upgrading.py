"""Server databases of older programs, brought to the tables of this one.

Version 1 kept the log and the feed with a row per entry.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)

from sync.server import tables
from sync.server.inserting import insert_many
from sync.server.segments import ERASED, Draft, Origin, Shown
from township.changes import Changeset

_TOGETHER = 500
_DRAFTS = 20
"""Segments that are written at once."""

VERSION_1 = MetaData()

_log = Table(
    "log",
    VERSION_1,
    Column("township_id", LargeBinary(16)),
    Column("seq", BigInteger),
    Column("device", Integer),
    Column("incarnation", Integer),
    Column("dseq", BigInteger),
    Column("hash", LargeBinary(32)),
    Column("status", String(12)),
    Column("reason", String(40)),
    Column("header", LargeBinary),
    Column("ops", LargeBinary),  # msgpack [op bytes]
    Column("outcome", LargeBinary),
    Column("signature", LargeBinary(64)),
    Column("received_at", String(20)),
    Column("salt", LargeBinary(16)),
    Column("leaf", LargeBinary(32)),
)

_feed = Table(
    "feed",
    VERSION_1,
    Column("township_id", LargeBinary(16)),
    Column("bucket", String(40)),
    Column("seq", BigInteger),
    Column("ops", LargeBinary),
    Column("size", Integer),
    Column("device", Integer),
    Column("incarnation", Integer),
    Column("dseq", BigInteger),
    Column("altered", Boolean),
)


def upgrade(connection: Connection) -> None:
    """From version 1, in the transaction that notes the new version. Nothing of the log changes."""
    for township_id in connection.scalars(select(tables.township.c.township_id)).all():
        _Upgrade(connection, township_id).run()
    VERSION_1.drop_all(connection)


class _Upgrade:
    """One township's log and feed as segments and stretches."""

    def __init__(self, connection: Connection, township_id: bytes) -> None:
        self._connection = connection
        self._township_id = township_id
        self._drafts: list[tuple[Draft, str]] = []
        self._outcomes: list[tuple[Any, ...]] = []

    def run(self) -> None:
        with closing(self._rows(_feed)) as feed, closing(self._rows(_log)) as log:
            shown = next(feed, None)
            for row in log:
                draft = self._draft_for(row)
                while shown is not None and shown.seq == row.seq:
                    draft.show(_shown(shown))
                    shown = next(feed, None)
                self._add(draft, row)
        self._write()

    def _rows(self, table: Table) -> Generator[Any, None, None]:
        c = table.c
        statement = select(table).where(c.township_id == self._township_id).order_by(c.seq)
        options = statement.execution_options(yield_per=_TOGETHER)
        with self._connection.execute(options) as rows:
            yield from rows

    def _draft_for(self, row: Any) -> Draft:
        origin = Origin(row.device, row.incarnation, row.dseq)
        if self._drafts:
            draft, received_at = self._drafts[-1]
            if received_at == row.received_at and draft.takes(origin, row.status, row.reason):
                return draft
        if len(self._drafts) >= _DRAFTS:
            self._write()
        draft = Draft(row.seq, origin, row.status, row.reason)
        self._drafts.append((draft, row.received_at))
        return draft

    def _add(self, draft: Draft, row: Any) -> None:
        changeset = Changeset(row.header, msgspec.msgpack.decode(row.ops, type=list[bytes]))
        draft.extend([changeset], [row.hash], [row.salt or ERASED], [row.leaf], row.signature)
        if row.outcome is not None:
            self._outcomes.append((self._township_id, row.seq, row.outcome))

    def _write(self) -> None:
        place, drafts = self._township_id, self._drafts
        rows = [draft.row(place, received_at) for draft, received_at in drafts]
        insert_many(self._connection, tables.segment, rows)
        shown = [row for draft, _ in drafts for row in draft.stretches(place)]
        insert_many(self._connection, tables.stretch, shown)
        insert_many(self._connection, tables.outcome, self._outcomes)
        self._drafts, self._outcomes = [], []


def _shown(row: Any) -> Shown:
    origin = Origin(row.device, row.incarnation, row.dseq)
    return Shown(row.bucket, origin, row.size, row.ops, bool(row.altered))
