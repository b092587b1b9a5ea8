"""What happens to an operation against a record's state. Pure: no clock, no storage.

Rules (design §4): an equal value, or a base that is the current writer, is set; sets merge by
their elements; otherwise the township's value stays and a conflict keeps both. ``set`` never
creates and never revives; a delete made without sight of a newer edit loses to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from township.changes import SEEN, Op, Writers
from township.values import Value

BaseOf = Callable[[str, str], tuple[Value] | None]
"""(field, op id) → the value that this op wrote there, in a tuple; None when not known."""

Orders = Mapping[str, Sequence[str]]
"""Fields that hold sets → the order of their codes; an empty order means alphabetical."""


@dataclass(slots=True)
class State:
    """A record as the township holds it."""

    values: dict[str, Value]
    writers: Writers
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do: ``write`` these values, leave the ``lost`` fields, note the ``merged`` ones.

    ``deleted`` is the new mark, None for unchanged. ``refused``: the whole op has no effect
    and a conflict keeps it.
    """

    write: Mapping[str, Value] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    merged: Mapping[str, Value] = field(default_factory=dict)
    deleted: bool | None = None
    refused: bool = False

    @property
    def conflict(self) -> bool:
        """Does a person have to look at it?"""
        return bool(self.lost) or self.refused


def decide(state: State, op: Op, orders: Orders, base_of: BaseOf) -> Decision:
    """Decide a ``set``, ``move``, ``delete`` or ``restore`` on a record that exists."""
    if op.action == "move":
        return _move(state, op)
    if op.action == "set":
        return _set_deleted(state, op) if state.deleted else _set(state, op, orders, base_of)
    if op.action == "restore":
        return Decision(deleted=False)
    return _delete(state, op)


def _set(state: State, op: Op, orders: Orders, base_of: BaseOf) -> Decision:
    write: dict[str, Value] = {}
    merged: dict[str, Value] = {}
    lost: list[str] = []
    for name, (value, base) in op.fields.items():
        current = state.values.get(name)
        if value == current or base == state.writers.of(name):
            write[name] = value
            continue
        known = base_of(name, base) if base is not None and name in orders else None
        if known is None:
            lost.append(name)
        else:
            merged[name] = write[name] = join_sets(current, value, known[0], orders[name])
    return Decision(write, tuple(lost), merged)


def _set_deleted(state: State, op: Op) -> Decision:
    """What was typed into a record that another had deleted is kept for a person to decide."""
    values = {name: value for name, (value, _) in op.fields.items()}
    same = {name: value for name, value in values.items() if value == state.values.get(name)}
    return Decision(same, tuple(name for name in values if name not in same))


def _move(state: State, op: Op) -> Decision:
    """As a whole: a group belongs to its zone."""
    fits = all(
        value == state.values.get(name) or (base == state.writers.of(name) and not state.deleted)
        for name, (value, base) in op.fields.items()
    )
    if fits:
        return Decision({name: value for name, (value, _) in op.fields.items()})
    return Decision(lost=tuple(op.fields))


def _delete(state: State, op: Op) -> Decision:
    seen = op.fields.get(SEEN)
    if state.deleted or seen is None or _same(Writers.unpack(seen), state.writers):
        return Decision(deleted=True)
    return Decision(refused=True)


def _same(seen: Writers, now: Writers) -> bool:
    names = seen.fields.keys() | now.fields.keys()
    return seen.default == now.default and all(seen.of(n) == now.of(n) for n in names)


def join_sets(current: Value, mine: Value, base: Value, order: Sequence[str]) -> Value:
    """Both sides' additions and removals, applied to a set stored as words; None if empty."""
    now, wanted, before = (set(_words(value)) for value in (current, mine, base))
    joined = (now | (wanted - before)) - (before - wanted)
    place = {code: index for index, code in enumerate(order)}
    return " ".join(sorted(joined, key=lambda w: (place.get(w, len(place)), w))) or None


def _words(value: Value) -> list[str]:
    return value.split() if isinstance(value, str) else []


def merged_writer(op_id: str) -> str:
    """Who wrote a merged value: not the op itself, whose author saw only its own side."""
    return op_id + "m"


def apply(state: State, decision: Decision, op_id: str) -> None:
    """Bring a decision into the state."""
    if decision.write:
        state.values.update(decision.write)
        state.writers.write(decision.write, op_id)
    if decision.merged:
        state.writers.write(decision.merged, merged_writer(op_id))
    if decision.deleted is not None:
        state.deleted = decision.deleted
