"""What older programs wrote, in the words of this one: for ever, on the server and on laptops.

The bytes that are hashed and signed stay as their author made them; whoever reads an operation
passes it through here first. ``STEPS[n]`` leads from record schema n + 1 to n + 2. A step
that only adds kinds or fields is empty. Otherwise it says of a field what has become of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from township.changes import SEEN, Op, Writers
from township.values import Value

Recast = Callable[[Value], dict[str, Value]]
"""A value of the old field → the new fields and their values.

Total: it gives the same names for every primitive value, also for None and for nonsense, which
is judged later; the first name is that of the field's heir.
"""

Step = Mapping[tuple[str, str], Recast]
"""(kind, old field) → what became of it."""

STEPS: tuple[Step, ...] = ()


def floor() -> int:
    """The oldest record schema whose programs understand what is written today."""
    return max((n for n, step in enumerate(STEPS, 2) if step), default=1)


def cast(schema: int) -> Cast | None:
    """The way from a schema to this program's; None when there is nothing to do."""
    steps = tuple(step for step in STEPS[max(schema, 1) - 1 :] if step)
    return Cast(steps) if steps else None


@dataclass(frozen=True)
class Cast:
    """Steps to go, oldest first."""

    steps: tuple[Step, ...]

    def kinds(self) -> set[str]:
        """The kinds whose records look different afterwards."""
        return {kind for step in self.steps for kind, _ in step} | {"conflict", "duplicate"}

    def op(self, op: Op) -> Op:
        """An operation; one whose fields are not of the proper form stays as it is."""
        if op.action == "insert":
            return msgspec.structs.replace(op, fields=self.values(op.kind, op.fields))
        if op.action in ("set", "move") and all(map(_is_pair, op.fields.values())):
            return msgspec.structs.replace(op, fields=self._pairs(op.kind, op.fields))
        if op.action == "put":
            writers = self.writers(op.kind, Writers.unpack(op.fields["writers"])).pack()
            state = self.values(op.kind, op.fields["state"])
            fields = {**op.fields, "state": state, "writers": writers}
            return msgspec.structs.replace(op, fields=fields)
        if op.action == "delete" and type(op.fields.get(SEEN)) is bytes:
            return msgspec.structs.replace(op, fields=self._seen(op))
        return op

    def values(self, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A record's values by field."""
        found = dict(fields)
        for step in self.steps:
            found = _named_in(kind, found, step)
            found = {
                name: value
                for old, was in found.items()
                for name, value in _became(step, kind, old, was).items()
            }
        return found

    def names(self, kind: str, name: str) -> list[str]:
        """What has become of a field."""
        return list(self.values(kind, {name: None})) if kind in self.kinds() else [name]

    def writers(self, kind: str, writers: Writers) -> Writers:
        """Who wrote what: the heirs of a field were written by who wrote it."""
        fields = {
            heir: op_id for name, op_id in writers.fields.items() for heir in self.names(kind, name)
        }
        return Writers(writers.default, fields)

    def _pairs(self, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: [value, base]
            for old, (was, base) in fields.items()
            for name, value in self.values(kind, {old: was}).items()
        }

    def _seen(self, op: Op) -> dict[str, Any]:
        try:
            seen = self.writers(op.kind, Writers.unpack(op.fields[SEEN]))
        except (msgspec.MsgspecError, ValueError, TypeError, AttributeError):
            return op.fields  # judged where it is taken in
        return {**op.fields, SEEN: seen.pack()}


def _is_pair(pair: Any) -> bool:
    return type(pair) is list and len(pair) == 2


def _became(step: Step, kind: str, name: str, value: Any) -> dict[str, Any]:
    recast = step.get((kind, name))
    return recast(value) if recast else {name: value}


def _named_in(kind: str, fields: dict[str, Any], step: Step) -> dict[str, Any]:
    """Records that speak of fields of other records."""
    if kind == "conflict":
        return _conflict(fields, step)
    try:
        return _duplicate(fields, step) if kind == "duplicate" else fields
    except msgspec.MsgspecError:
        return fields  # nobody can read it either way


def _duplicate(fields: dict[str, Any], step: Step) -> dict[str, Any]:
    if type(fields.get("moved")) is not bytes:
        return fields
    moved = [
        [kind, record, next(iter(_became(step, kind, name, None)))]
        for kind, record, name in msgspec.msgpack.decode(fields["moved"], type=_Moved)
    ]
    return {**fields, "moved": msgspec.msgpack.encode(moved)}


_Moved = list[tuple[str, bytes, str]]


def _conflict(fields: dict[str, Any], step: Step) -> dict[str, Any]:
    recast = step.get((str(fields.get("target_kind")), str(fields.get("field_name"))))
    if recast is None:
        return fields
    heir = next(iter(recast(None)))
    found = {**fields, "field_name": heir}
    for name in ("kept_value", "other_value"):
        if type(fields.get(name)) is bytes:
            with suppress(msgspec.MsgspecError):
                value = recast(msgspec.msgpack.decode(fields[name]))[heir]
                found[name] = msgspec.msgpack.encode(value)
    return found
