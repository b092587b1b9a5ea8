"""Taking changesets into the log one after the other: check, decide, number, keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from sync import merge
from sync.server import devices, quarantine, tables
from sync.server.checks import Refused, checked, kind_rules
from sync.server.conflicts import open_conflicts
from sync.server.devices import TOWNSHIP_DEVICE, Device
from sync.server.entries import STINT, Entries, Turn
from sync.server.erased_again import again, bared, came_erased
from sync.server.history import Memory
from sync.server.moving import Moving
from sync.server.origins import Origins
from sync.server.permits import Permits
from sync.server.plain import Plain
from sync.server.reading import Head, erased, heads, heads_of_all
from sync.server.rows import Key, Rows
from sync.server.scribe import Scribe
from sync.wire import ChainHead
from township.changes import SCHEMA, Changeset, Header, Op, encode, link, op_hash, salted
from township.rules.retention import STRUCTURE
from township.storage.pages import Outcome, Status, Verdict
from township.values import Value, moment_text

_MOST_PUT = 512 << 10
"""Bytes of records that move in one changeset; what a page cannot hold comes with the next."""
_NO_ORDERS: merge.Orders = {}


def structure(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record's fields stays when its contents are erased."""
    return {n: value for n, value in values.items() if n in STRUCTURE and value is not None}


class Taking:
    """One push on its way into the log; ``seq`` is the newest number given out.

    New records are first taken to be new, as UUIDv7 make them; when the database knows better
    (IntegrityError), the push is taken again with ``certain``, which looks before.
    """

    def __init__(
        self,
        scribe: Scribe,
        device: Device,
        seq: int,
        now: datetime,
        memory: Memory | None = None,
        *,
        certain: bool,
    ) -> None:
        self._entries = Entries(device.township_id, seq, now, memory)
        self._scribe, connection = scribe, scribe.connection
        self._device = device
        self._now = now
        self._certain = certain
        self._received_at = moment_text(now)
        self._grants = devices.grants(connection, device)
        self._authors = None if device.any_author else set(devices.authors(connection, device))
        self._origins = Origins(scribe, device.township_id)
        self._rows = Rows(scribe, device.township_id)
        self._moving = Moving(scribe, device.township_id, self._rows, self._grants)
        self._permits = Permits(scribe, device, self._rows)
        self._plain = Plain(self._grants, self._authors, self._permits, self._rows)
        self._conflicts: list[Op] = []
        self._own_chain: ChainHead | None = None
        self._set_aside: list[tuple[Header, int, str]] = []
        self._trusted = False

    @property
    def seq(self) -> int:
        """The newest number given out."""
        return self._entries.seq

    @property
    def leaves(self) -> Sequence[bytes]:
        """What the push adds to the history tree."""
        return self._entries.leaves

    def take(self, turns: Sequence[Turn]) -> list[Verdict]:
        """Take these in order and write all that follows from them."""
        read = heads_of_all(
            [turn.changeset for turn in turns], [turn.header.schema for turn in turns]
        )
        self._rows.load(
            {
                (head.kind, head.record)
                for found in read
                if found
                for head in found
                if (self._certain or head.action != "insert") and not erased(head)
            }
            | self._moving.look(read)
        )
        verdicts: list[Verdict] = []
        while (at := len(verdicts)) < len(turns):
            if plain := self._plain_run(turns, read, at):
                verdicts += self._take_plain(turns[at : at + len(plain)], plain)
            else:
                verdicts.append(self._take(turns[at], read[at]))
            if self._rows.waiting >= STINT:
                self._scribe.hand_over(tables.record, self._rows.fresh())
        self._write()
        return verdicts

    def _plain_run(
        self, turns: Sequence[Turn], read: Sequence[list[Head] | None], at: int
    ) -> list[Head]:
        if not self._moving.calm:
            return []
        return self._plain.run(turns, read, range(at, len(turns)))

    def _take_plain(self, turns: Sequence[Turn], new: Sequence[Head]) -> list[Verdict]:
        """Take changesets that make one record each."""
        first = self.seq + 1
        self._rows.add_many(turns, new, first)
        self._entries.keep_plain(turns, [head.bucket for head in new])
        self._origins.note_plain(turns)
        return [Verdict(turn.header.dseq, "applied", seq) for seq, turn in enumerate(turns, first)]

    def _take(self, turn: Turn, found: list[Head] | None) -> Verdict:
        seq = self._entries.next()
        try:
            ops = self._check(turn.header, found)
        except Refused as refused:
            self._keep(turn, refused.status, refused.reason, None)
            if refused.status == "quarantined":
                self._set_aside.append((turn.header, seq, refused.reason))
            return Verdict(turn.header.dseq, refused.status, seq, refused.reason)
        outcome = self._apply(turn, ops)
        status: Status = "conflict" if self._conflicts else "applied"
        self._keep(turn, status, None, outcome)
        self._follow(ops)
        return Verdict(turn.header.dseq, status, seq)

    def _follow(self, ops: Sequence[Head | Op]) -> None:
        """What the township writes right after these, because of them."""
        if self._conflicts:
            self._write_conflicts()
        if self._moving.due:
            self._write_moves()
        if stubs := bared(self._rows, ops, self.seq + 1):
            self._write_parts([], stubs)
        if missing := again(self._rows, ops):
            self._enter(missing)

    def admit(self, turn: Turn, decision: Op, *, trusted: bool) -> Verdict:
        """Let a changeset in that was in quarantine, as if it arrived now.

        ``decision`` is what the township writes into the log about it. ``trusted``: whatever
        the grants say. Raises Refused; then nothing is written.
        """
        found = heads(turn.changeset.ops, turn.header.schema)
        keys = {(head.kind, head.record) for head in found or ()}
        self._rows.load(keys | self._moving.look([found]))
        self._trusted = trusted
        ops = self._check(turn.header, found)
        entry = self._own_turn([decision])
        outcome = self._apply(turn, ops)
        status: Status = "conflict" if self._conflicts else "applied"
        self._keep(entry, status, None, outcome)
        self._origins.note(turn, outcome)
        verdict = Verdict(turn.header.dseq, status, self.seq)
        self._follow(ops)
        self._write()
        return verdict

    def enter(self, ops: Sequence[Op]) -> int:
        """Enter records of the township's own in one changeset; returns its number."""
        self._rows.load({(op.kind, op.record) for op in ops if op.action != "insert"})
        self._enter(ops)
        self._write()
        return self.seq

    def _enter(self, ops: Sequence[Op]) -> None:
        turn = self._own_turn(ops)
        self._keep(turn, "applied", None, self._apply(turn, ops))

    def note(self, decision: Op) -> int:
        """Enter a word of the township that changes no record; returns its number."""
        self._keep(self._own_turn([decision]), "applied", None, None)
        self._write()
        return self.seq

    def _check(self, header: Header, found: list[Head] | None) -> list[Head | Op]:
        """The operations, new records still packed. Raises Refused; nothing is touched then."""
        if found is None or header.count != len(found):
            raise Refused("rejected", "unreadable")
        authors = None if self._trusted else self._authors
        if authors is not None and header.author not in authors:
            raise Refused("quarantined", "author")
        made: dict[Key, str] = {}
        ops: list[Head | Op] = []
        for head in found:
            if erased(head):
                ops.append(head)
                continue
            ops.append(checked(head))
            key = (head.kind, head.record)
            bucket = (made.get(key) if made else None) or self._rows.bucket(key)
            if head.action == "insert":
                if bucket is not None:
                    raise Refused("rejected", "record_exists")
                bucket = made[key] = head.bucket
            elif bucket is None:
                raise Refused("quarantined", "unknown_record")
            elif head.action == "restore" and key not in made and self._is_gone(key):
                raise Refused("rejected", "erased")
            if self._trusted:
                continue
            if not self._may_write(ops[-1], bucket):
                raise Refused("quarantined", "not_granted")
            if head.action == "move" and not self._may_move(ops[-1], bucket):
                raise Refused("quarantined", "not_granted")
            self._permits.check(header.author, ops[-1], new=key in made)
        return ops

    def _may_write(self, op: Head | Op, bucket: str) -> bool:
        rule = kind_rules().get(op.kind)
        if rule and rule.outgoing and op.action == "insert":
            return True
        return bucket in self._grants or self._moving.may_write(op, bucket)

    def _is_gone(self, key: Key) -> bool:
        """Has what is deleted been erased, here or before this township was restored?"""
        state = self._rows.row(key).state
        contents = any(v is not None for n, v in state.values.items() if n not in STRUCTURE)
        return state.deleted and (not contents or came_erased(self._rows, self._origins, key))

    def _may_move(self, op: Head | Op, bucket: str) -> bool:
        return isinstance(op, Op) and self._moving.may_move(op, bucket)

    def _apply(self, turn: Turn, ops: Sequence[Head | Op]) -> Outcome | None:
        """Bring checked operations into the rows and the feed."""
        header, seq = turn.header, self.seq
        prefix = f"{header.device}.{header.incarnation}.{header.dseq}."
        lost: dict[int, list[str]] = {}
        merged: dict[int, dict[str, Any]] = {}
        buckets: list[str | None] = []
        told: dict[int, list[str]] = {}
        for index, op in enumerate(ops):
            op_id = f"{prefix}{index}"
            if erased(op):
                buckets.append(None)
                continue
            if op.action == "insert":
                fields = op.fields if isinstance(op, Head) else msgspec.msgpack.encode(op.fields)
                self._rows.add(op, bytes(fields), header, index, seq)
                buckets.append(op.bucket)
                if self._moving.follows(op):
                    told[index], buckets[-1] = [op.bucket], None
                continue
            assert isinstance(op, Op)
            bucket, decision = self._decide(op, op_id, header)
            buckets.append(bucket)
            if op.action == "move":
                told[index], buckets[-1] = self._moving.decided(op, bucket, decision), None
            elif (strays := self._moving.strays(op, bucket)) is not None:
                told[index] = strays
            if decision.conflict:
                lost[index] = list(decision.lost)
            if decision.merged:
                merged[index] = dict(decision.merged)
        altered = bool(lost or merged or told)
        self._entries.place(turn, buckets, told, altered=altered)
        return Outcome(lost, merged, sorted(told)) if altered else None

    def _decide(self, op: Op, op_id: str, header: Header) -> tuple[str, merge.Decision]:
        row = self._rows.row((op.kind, op.record))
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
        if not decision.refused and not (op.action == "move" and decision.lost):
            row.stamps.move(header, deleted=decision.deleted)
        return row.bucket, decision

    def _keep(self, turn: Turn, status: str, reason: str | None, outcome: Outcome | None) -> None:
        self._entries.keep(turn, status, reason, outcome)
        if status in ("applied", "conflict"):
            self._origins.note(turn, outcome)

    def _write_conflicts(self) -> None:
        """The township's own changeset, right after the one that called for it."""
        ops, self._conflicts = self._conflicts, []
        turn = self._own_turn(ops)
        self._apply(turn, ops)
        self._keep(turn, "applied", None, None)

    def _write_moves(self) -> None:
        """Records change their buckets, in one changeset of the township or in several."""
        self._write_parts(*self._moving.carry_out(self.seq + 1))

    def renew(self, keys: Sequence[Key], notes: Mapping[Key, Mapping[str, Value]]) -> None:
        """Show records whole whose past was erased, then set these fields of others.

        Of a deleted record only stays where it hangs. Nothing else is done in this push.
        """
        self._rows.load([*keys, *notes])
        puts = []
        for key in keys:
            row = self._rows.row(key)
            if row.state.deleted:
                row.state.values = structure(row.state.values)
            row.seq, row.touched = self.seq + 1, True
            puts.append(self._rows.put(key))
        self._write_parts([], puts)
        if notes:
            self._write_notes(notes)
        self._write()

    def _write_notes(self, notes: Mapping[Key, Mapping[str, Value]]) -> None:
        ops = []
        for key, values in notes.items():
            row = self._rows.row(key)
            fields = {name: [value, row.state.writers.of(name)] for name, value in values.items()}
            ops.append(Op(*key, "set", row.bucket, fields))
        turn = self._own_turn(ops)
        header = turn.header
        for index, (key, values) in enumerate(notes.items()):
            op_id = f"{header.device}.{header.incarnation}.{header.dseq}.{index}"
            row = self._rows.row(key)
            merge.apply(row.state, merge.Decision(write=dict(values)), op_id)
            row.seq, row.touched = self.seq, True
            row.stamps.move(header, deleted=None)
        self._entries.place(turn, [op.bucket for op in ops], {}, altered=False)
        self._keep(turn, "applied", None, None)

    def _write_parts(self, part: list[Op], puts: Sequence[Op]) -> None:
        size = 0
        for op in puts:
            weight = len(encode(op))
            if part and size + weight > _MOST_PUT:
                self._write_part(part)
                part, size = [], 0
            part.append(op)
            size += weight
        if part:
            self._write_part(part)

    def _write_part(self, ops: list[Op]) -> None:
        turn = self._own_turn(ops)
        self._entries.place(turn, [op.bucket for op in ops], {}, altered=False)
        self._keep(turn, "applied", None, None)

    def _own_turn(self, ops: Sequence[Op]) -> Turn:
        """The next changeset of the township itself."""
        self._entries.next()
        before = self._own_chain or self._township_chain()
        wall_ms = int(self._now.timestamp() * 1000)
        header = Header(
            SCHEMA, TOWNSHIP_DEVICE, before.incarnation, before.dseq + 1, b"", wall_ms, len(ops)
        )
        encoded = [encode(salted(op)) for op in ops]
        changeset = Changeset(encode(header), encoded)
        hash_ = link(before.hash, changeset.header, map(op_hash, encoded))
        self._own_chain = ChainHead(before.incarnation, header.dseq, hash_)
        return Turn(changeset, header, hash_)

    def _township_chain(self) -> ChainHead:
        own = devices.find(self._scribe.connection, self._device.township_id, TOWNSHIP_DEVICE)
        if own is None:
            raise LookupError("the township's own device is missing")
        return devices.chain_head(self._scribe.connection, own, own.incarnation)

    def _write(self) -> None:
        """All that is left; then what rests on the whole push."""
        township_id = self._device.township_id
        self._scribe.hand_over(tables.record, self._rows.fresh())
        for table, rows in self._entries.rows():  # made while the scribe writes
            self._scribe.hand_over(table, rows)
        self._rows.save()
        self._moving.save()
        connection = self._scribe.connection
        self._entries.finish(connection)
        quarantine.enter(connection, self._device, self._set_aside)
        if self._own_chain:
            own = devices.find(connection, township_id, TOWNSHIP_DEVICE)
            assert own is not None
            devices.move_chain(connection, own, self._own_chain, self._received_at)
