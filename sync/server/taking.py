"""Taking changesets into the log one after the other: check, decide, number, keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from sync import merge
from sync.server import devices, rows, tables
from sync.server.checks import Refused, check_structure, kind_rules
from sync.server.conflicts import open_conflicts
from sync.server.devices import Device
from sync.server.engine import insert_many
from sync.server.origins import Logged, Origin, Origins
from sync.server.rows import Key, Row
from sync.wire import ChainHead
from township.changes import (
    SCHEMA,
    Changeset,
    Header,
    Op,
    Writers,
    decode_op,
    encode,
    op_hash,
)
from township.changes import link as chain_link
from township.storage.pages import Outcome, Status, Verdict
from township.values import moment_text

TOWNSHIP_DEVICE = 0
"""The device number under which the township itself writes."""

_NO_ORDERS: merge.Orders = {}


@dataclass(frozen=True)
class Turn:
    """A changeset whose place in its chain is proven; the last of a push brings a signature."""

    changeset: Changeset
    header: Header
    hash: bytes
    signature: bytes | None = None


class Taking:
    """One push on its way into the log; ``seq`` is the newest number given out."""

    def __init__(self, connection: Connection, device: Device, seq: int, now: datetime) -> None:
        self.seq = seq
        self._connection = connection
        self._device = device
        self._now = now
        self._received_at = moment_text(now)
        self._grants = devices.grants(connection, device)
        self._authors = None if device.any_author else set(devices.authors(connection, device))
        self._origins = Origins(connection, device.township_id)
        self._rows: dict[Key, Row] = {}
        self._log: list[tuple[Any, ...]] = []
        self._feed: list[tuple[Any, ...]] = []
        self._conflicts: list[Op] = []
        self._own_chain: ChainHead | None = None

    def take(self, turns: Sequence[Turn]) -> list[Verdict]:
        """Take these in order and write all that follows from them."""
        decoded = [_decode(turn.changeset) for turn in turns]
        keys = {(op.kind, op.record) for ops in decoded if ops for op in ops}
        self._rows = rows.load(self._connection, self._device.township_id, keys)
        verdicts = [self._take(turn, ops) for turn, ops in zip(turns, decoded, strict=True)]
        self._write()
        return verdicts

    def _take(self, turn: Turn, ops: list[Op] | None) -> Verdict:
        self.seq += 1
        seq = self.seq
        try:
            self._check(turn.header, ops)
        except Refused as refused:
            self._keep(turn, refused.status, refused.reason, None)
            return Verdict(turn.header.dseq, refused.status, seq, refused.reason)
        outcome = self._apply(turn, ops or [])
        status: Status = "conflict" if self._conflicts else "applied"
        self._keep(turn, status, None, outcome)
        if self._conflicts:
            self._write_conflicts()
        return Verdict(turn.header.dseq, status, seq)

    def _check(self, header: Header, ops: list[Op] | None) -> None:
        """Raises Refused; nothing has been touched then."""
        if ops is None or header.count != len(ops):
            raise Refused("rejected", "unreadable")
        if self._authors is not None and header.author not in self._authors:
            raise Refused("quarantined", "author")
        made: set[Key] = set()
        for op in ops:
            check_structure(op)
            key = (op.kind, op.record)
            row = self._rows.get(key)
            if op.action == "insert":
                if row is not None or key in made:
                    raise Refused("rejected", "record_exists")
                made.add(key)
            elif row is None and key not in made:
                raise Refused("quarantined", "unknown_record")
            if (row.bucket if row else op.bucket) not in self._grants:
                raise Refused("quarantined", "not_granted")

    def _apply(self, turn: Turn, ops: list[Op]) -> Outcome | None:
        """Bring checked operations into the rows and the feed."""
        header = turn.header
        prefix = f"{header.device}.{header.incarnation}.{header.dseq}."
        lost: dict[int, list[str]] = {}
        merged: dict[int, dict[str, Any]] = {}
        buckets: list[str] = []
        for index, op in enumerate(ops):
            op_id = f"{prefix}{index}"
            row, decision = self._apply_op(op, op_id, header)
            buckets.append(row.bucket)
            if decision is None:
                continue
            if decision.conflict:
                lost[index] = list(decision.lost)
            if decision.merged:
                merged[index] = dict(decision.merged)
        self._place(self.seq, turn.changeset.ops, buckets)
        return Outcome(lost, merged) if lost or merged else None

    def _apply_op(self, op: Op, op_id: str, header: Header) -> tuple[Row, merge.Decision | None]:
        key = (op.kind, op.record)
        if op.action == "insert":
            values = {name: value for name, value in op.fields.items() if value is not None}
            row = Row(op.bucket, merge.State(values, Writers(op_id)), self.seq, fresh=True)
            self._rows[key] = row
            return row, None
        row = self._rows[key]
        rule = kind_rules().get(op.kind)

        def base_of(field: str, base: str) -> Any:
            return self._origins.value(op.kind, op.record, field, base)

        decision = merge.decide(row.state, op, rule.orders if rule else _NO_ORDERS, base_of)
        if decision.conflict:
            self._conflicts += open_conflicts(
                op, op_id, header, decision, row.state, row.bucket, self._origins
            )
        merge.apply(row.state, decision, op_id)
        row.seq, row.touched = self.seq, True
        return row, decision

    def _place(self, seq: int, ops: Sequence[bytes], buckets: list[str]) -> None:
        """Enter a changeset into the feed of each bucket that it touches."""
        places: dict[str, list[int]] = {}
        for index, bucket in enumerate(buckets):
            places.setdefault(bucket, []).append(index)
        whole = len(places) == 1
        for bucket, indexes in places.items():
            packed = None if whole else msgspec.msgpack.encode(indexes)
            size = sum(len(ops[index]) for index in indexes)
            self._feed.append((self._device.township_id, bucket, seq, packed, size))

    def _keep(self, turn: Turn, status: str, reason: str | None, outcome: Outcome | None) -> None:
        """Append to the log."""
        header, packed = turn.header, msgspec.msgpack.encode(turn.changeset.ops)
        packed_outcome = msgspec.msgpack.encode(outcome) if outcome else None
        if status in ("applied", "conflict"):
            origin = Origin(header.device, header.incarnation, header.dseq)
            self._origins.note(origin, Logged(turn.changeset.header, packed, packed_outcome))
        self._log.append(
            (
                self._device.township_id,
                self.seq,
                header.device,
                header.incarnation,
                header.dseq,
                turn.hash,
                status,
                reason,
                turn.changeset.header,
                packed,
                packed_outcome,
                turn.signature,
                self._received_at,
            )
        )

    def _write_conflicts(self) -> None:
        """The township's own changeset, right after the one that called for it."""
        ops, self._conflicts = self._conflicts, []
        self.seq += 1
        before = self._own_chain or self._township_chain()
        wall_ms = int(self._now.timestamp() * 1000)
        header = Header(
            SCHEMA, TOWNSHIP_DEVICE, before.incarnation, before.dseq + 1, b"", wall_ms, len(ops)
        )
        encoded = [encode(op) for op in ops]
        changeset = Changeset(encode(header), encoded)
        hash_ = chain_link(before.hash, changeset.header, map(op_hash, encoded))
        turn = Turn(changeset, header, hash_)
        self._apply(turn, ops)
        self._keep(turn, "applied", None, None)
        self._own_chain = ChainHead(before.incarnation, header.dseq, hash_)

    def _township_chain(self) -> ChainHead:
        own = devices.find(self._connection, self._device.township_id, TOWNSHIP_DEVICE)
        if own is None:
            raise LookupError("the township's own device is missing")
        return devices.chain_head(self._connection, own, own.incarnation)

    def _write(self) -> None:
        township_id = self._device.township_id
        insert_many(self._connection, tables.log, self._log)
        insert_many(self._connection, tables.feed, self._feed)
        self._enter_buckets({entry[1] for entry in self._feed})
        rows.save(self._connection, township_id, self._rows)
        if self._own_chain:
            own = devices.find(self._connection, township_id, TOWNSHIP_DEVICE)
            assert own is not None
            devices.move_chain(self._connection, own, self._own_chain, self._received_at)

    def _enter_buckets(self, names: set[str]) -> None:
        c = tables.bucket.c
        township_id = self._device.township_id
        known = select(c.bucket).where(c.township_id == township_id, c.bucket.in_(names))
        new = names - set(self._connection.scalars(known))
        if new:
            self._connection.execute(
                insert(tables.bucket),
                [{"township_id": township_id, "bucket": name} for name in sorted(new)],
            )


def _decode(changeset: Changeset) -> list[Op] | None:
    """The operations, or None when one of them cannot be read."""
    try:
        return [decode_op(data) for data in changeset.ops]
    except (ValueError, RecursionError):
        return None
