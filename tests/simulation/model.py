"""What the township must have made of its log, worked out a second time and differently.

The rules are those of docs/sync-protocol.md §10, written from the text: one plain dictionary
per record, one operation after the other. Whatever differs from the program is a broken promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tests.simulation import waits
from tests.simulation.stubs import Erasures
from tests.simulation.things import Broken, Key, Moves, Thing
from township.changes import SEEN, Op, Writers, decode_header, decode_op, is_erased
from township.records import record_kinds
from township.storage.pages import Outcome
from township.values import Kind


def _sets() -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (kind, name): tuple(declared.codes or ())
        for kind, record in record_kinds().items()
        for name, declared in record.fields().items()
        if declared.kind in (Kind.CODES, Kind.REFS)
    }


class Model:
    """The township by its log."""

    def __init__(self) -> None:
        self.things: dict[Key, Thing] = {}
        self.lost: set[tuple[str, str | None]] = set()
        """(op id, field) of everything that did not come into effect; None: a whole delete."""
        self._ops: dict[str, Op] = {}
        self._merged: dict[tuple[str, str], Any] = {}
        self._sets = _sets()
        self._moves = Moves(self.things)
        self.erasures = Erasures(self.things)
        self._gone: Mapping[str, int] = {}
        self._seq = 0

    def fold(self, rows: Iterable[Any], gone: Mapping[str, int]) -> Model:
        """Carry out log rows; raises Broken where the program decided otherwise.

        The rows are those that came; of the ops ``gone`` nobody knew any more what they were when
        the log was longer than that.
        """
        rows, self._gone = list(rows), gone
        for row in rows:
            self._seq = row.seq
            if row.status not in ("applied", "conflict"):
                continue
            outcome = Outcome()
            if row.outcome is not None:
                outcome = msgspec.msgpack.decode(row.outcome, type=Outcome)
            if (row := waits.let_in(rows, row)) is None:
                continue
            header = decode_header(row.header)
            prefix = f"{header.device}.{header.incarnation}.{header.dseq}."
            if header.device != 0:
                self._must_be_over()
            ops = {at: decode_op(data) for at, data in enumerate(row.ops) if not is_erased(data)}
            for index, op in ops.items():
                self._carry_out(op, f"{prefix}{index}", index, outcome)
            if len(ops) < len(row.ops):
                self.erasures.came_again(ops.values())
        self._must_be_over()
        self._check_conflicts()
        return self

    def _must_be_over(self) -> None:
        """What the township has to write right after a changeset is all there. Raises Broken."""
        self._moves.must_be_over()
        self.erasures.must_be_bare()

    def _carry_out(self, op: Op, op_id: str, index: int, outcome: Outcome) -> None:
        key = (op.kind, op.record)
        self._ops[op_id] = op
        told = outcome.lost.get(index)
        if op.action == "insert":
            if key in self.things:
                raise Broken(7, f"{op_id} made {key} a second time")
            self.things[key] = Thing(op.bucket, dict(op.fields), op_id)
            if self._moves.follows(key) != (index in outcome.moved):
                raise Broken(6, f"{op_id} follows its household or not: {outcome.moved}")
            if op.kind == "erasure":
                self.erasures.ask(op)
            return
        if op.action == "put" and self._moves.over:
            self.erasures.put(op, self._seq)
            return
        if op.action in ("leave", "put"):
            self._moves.carried_out(op)
            return
        thing = self.things.get(key)
        if thing is None:
            raise Broken(7, f"{op_id} changes {key}, which nobody made")
        if op.action == "restore":
            thing.deleted = False
        elif op.action == "move":
            expected = self._move(key, thing, op, op_id)
            if sorted(told or []) != expected or index not in outcome.moved:
                raise Broken(3, f"{op_id} lost {told}, expected {expected}")
            self.lost |= {(op_id, name) for name in expected}
        elif op.action == "delete":
            self._delete(thing, op, op_id, told)
        else:
            merged = outcome.merged.get(index, {})
            expected = self._set(thing, op, op_id, merged)
            if sorted(told or []) != sorted(expected):
                raise Broken(3, f"{op_id} lost {told}, expected {expected}")
            self.lost |= {(op_id, name) for name in expected}
            if op.kind == "erasure" and "done_at" in op.fields:
                self.erasures.say(op, self._seq)

    def _delete(self, thing: Thing, op: Op, op_id: str, told: list[str] | None) -> None:
        seen = Writers.unpack(op.fields[SEEN]) if op.fields else None
        names = set(thing.values) | set(thing.writers) | (set(seen.fields) if seen else set())
        fresh = seen is None or (
            seen.default == thing.default
            and all((seen.of(name) or "") == thing.writer(name) for name in names)
        )
        if thing.deleted or fresh:
            thing.deleted = True
            if told is not None:
                raise Broken(3, f"{op_id} was refused without need")
        elif told != []:
            raise Broken(3, f"{op_id} deleted what its author had not seen")
        else:
            self.lost.add((op_id, None))

    def _move(self, key: Key, thing: Thing, op: Op, op_id: str) -> list[str]:
        """All of it or nothing: a group belongs to its zone."""
        wanted = op.fields["zone_id"][0].hex()
        for name, (value, base) in op.fields.items():
            if value != thing.values.get(name) and (thing.deleted or base != thing.writer(name)):
                if wanted != thing.zone:
                    thing.former.add(wanted)
                return sorted(op.fields)
        for name, (value, _) in op.fields.items():
            self._write(thing, name, value, op_id)
        self._moves.home(key, wanted)
        return []

    def _set(self, thing: Thing, op: Op, op_id: str, merged: dict[str, Any]) -> list[str]:
        lost = []
        key = (op.kind, op.record)
        for name, (value, base) in op.fields.items():
            now = thing.values.get(name)
            before = self._value(key, base, name)
            codes = self._sets.get((op.kind, name))
            if value == now or (base == thing.writer(name) and not thing.deleted):
                self._write(thing, name, value, op_id)
            elif codes is not None and before is not ... and not thing.deleted:
                joined = join(now, value, before, codes)
                if merged.get(name, ...) != joined:
                    raise Broken(3, f"{op_id} {name}: merged {merged.get(name)}, not {joined}")
                self._write(thing, name, joined, op_id + "m")
            else:
                lost.append(name)
        return lost

    def _write(self, thing: Thing, name: str, value: Any, writer: str) -> None:
        thing.values[name], thing.writers[name] = value, writer
        if writer.endswith("m"):
            self._merged[writer, name] = value

    def _value(self, key: Key, base: str | None, name: str) -> Any:
        """What an earlier op wrote into a field; ``...`` when the log has no such op."""
        if base is None or self._gone.get(base.removesuffix("m"), self._seq) < self._seq:
            return ...
        if base.endswith("m"):
            return self._merged.get((base, name), ...)
        op = self._ops.get(base)
        if op is None or (op.kind, op.record) != key:
            return ...
        if op.action != "set":
            return op.fields.get(name)
        return op.fields[name][0] if name in op.fields else ...

    def _check_conflicts(self) -> None:
        """All that was lost lies in exactly one conflict record."""
        kept = [
            (thing.values.get("other_op"), thing.values.get("field_name"))
            for (kind, _), thing in self.things.items()
            if kind == "conflict" and thing.values.get("other_op") is not None
        ]
        kept += self.erasures.settled
        if sorted(map(repr, kept)) != sorted(map(repr, self.lost)):
            raise Broken(3, f"conflicts hold {kept}, lost were {sorted(map(repr, self.lost))}")


def join(now: Any, mine: Any, before: Any, codes: tuple[str, ...]) -> str | None:
    """What both sides added, without what either took away."""
    current, wanted, base = (set((text or "").split()) for text in (now, mine, before))
    words = {w for w in current | wanted if not (w in base and w not in wanted)}
    words -= base - current
    words |= wanted - base
    return " ".join(sorted(words, key=lambda w: (codes.index(w) if w in codes else 99, w))) or None
