"""Erasures as the protocol's text has them (section 10.2): what was asked, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.simulation.things import Broken, Key, Thing
from township.changes import Op, Writers

STAYS = ("zone_id", "household_id", "need_id", "target_kind", "target_id", "kept_id")
"""Where an erased record hangs; all else of it goes."""


@dataclass
class Asked:
    """An erasure; without ``fields`` of whole records."""

    keys: frozenset[Key]
    fields: tuple[str, ...]
    corrected: bool
    done: int = 0
    """The entry by which the township said so."""

    def ready(self, thing: Thing) -> bool:
        """May the contents of this record go?"""
        if not self.fields:
            return thing.deleted
        return self.corrected or all(thing.values.get(name) is None for name in self.fields)


class Erasures:
    """What the office has asked for, against what the township wrote of it."""

    def __init__(self, things: dict[Key, Thing]) -> None:
        self._things = things
        self.asked: dict[bytes, Asked] = {}
        self.until: dict[Key, int] = {}
        """The entry that puts a record anew: its past before that goes."""
        self.sure: dict[Key, int] = {}
        """The same for what the township takes for done: that past is gone."""
        self.settled: list[tuple[str | None, str | None]] = []
        """(op id, field) of conflicts that were erased."""
        self._to_bare: dict[Key, set[str]] = {}
        """Stubs that still hold fields which an erasure empties that came again."""

    def ask(self, op: Op) -> None:
        """An erasure was entered."""
        ids = msgspec.msgpack.decode(op.fields["targets"], type=list[bytes])
        self.asked[op.record] = Asked(
            frozenset((op.fields["target_kind"], one) for one in ids),
            tuple((op.fields.get("field_names") or "").split()),
            op.fields["reason"] == "corrected",
        )

    def came_again(self, ops: Iterable[Op]) -> None:
        """What is left of a changeset that came with hashes: stubs lose fields right after it."""
        ops = list(ops)
        said = {(op.kind, op.record) for op in ops}
        for op in ops:
            if op.kind != "erasure" or op.action != "insert":
                continue
            asked = self.asked[op.record]
            for key in (asked.keys & self._things.keys()) - said:
                thing = self._things[key]
                if thing.deleted and any(
                    thing.values.get(name) is not None for name in asked.fields
                ):
                    self._to_bare.setdefault(key, set()).update(asked.fields)

    def must_be_bare(self) -> None:
        """Raises Broken if the township has passed such a stub over."""
        if self._to_bare:
            raise Broken(7, f"stubs keep what was erased: {self._to_bare}")

    def put(self, op: Op, seq: int) -> None:
        """The township shows a record anew whose past is gone. Raises Broken."""
        key = (op.kind, op.record)
        thing = self._things.get(key)
        if thing is not None and key in self._to_bare:
            thing.values |= dict.fromkeys(self._to_bare.pop(key))
            _same(op, thing)
            return
        wishes = [
            one
            for one in self.asked.values()
            if key in one.keys and not (one.done and one.fields)  # work on a stub may come later
        ]
        if thing is None or not any(one.ready(thing) for one in wishes):
            raise Broken(7, f"entry {seq} erases {key}, which nobody may erase")
        if thing.deleted:
            if op.kind == "conflict" and thing.values.get("other_op") is not None:
                values = thing.values
                self.settled.append((values["other_op"], values.get("field_name")))
            thing.values = {name: thing.values.get(name) for name in STAYS}
        _same(op, thing)
        self.until[key] = seq

    def say(self, op: Op, seq: int) -> None:
        """The township says that an erasure is done. Raises Broken."""
        asked = self.asked[op.record]
        for key in asked.keys & self._things.keys():
            if not asked.ready(self._things[key]) or key not in self.until:
                raise Broken(3, f"entry {seq} takes the erasure of {key} for done")
        asked.done = seq
        done = asked.keys | self._stubs()
        self.sure |= {key: put for key, put in self.until.items() if key in done}

    def _stubs(self) -> frozenset[Key]:
        """What came too late on these goes with the next erasure that is done.

        Of fields there may be a second erasure that was only begun: the first says nothing of it.
        """
        whole = (one.keys for one in self.asked.values() if one.done and not one.fields)
        known = frozenset().union(*whole) & self._things.keys()
        return frozenset(key for key in known if self._things[key].deleted)

    def open(self, held: set[Key]) -> list[Any]:
        """Erasures that are not done although nothing is in their way."""
        return [
            one
            for one in self.asked.values()
            if not one.done
            and held.isdisjoint(one.keys)
            and all(one.ready(self._things[key]) for key in one.keys & self._things.keys())
        ]


def _same(op: Op, thing: Thing) -> None:
    """Is a record put as it is? Raises Broken."""
    writers = Writers.unpack(op.fields["writers"])
    deleted = op.fields["stamps"][-1] is not None
    given = Thing(op.bucket, op.fields["state"], writers.default or "", writers.fields, deleted)
    if given.shown() != thing.shown() or op.bucket != thing.bucket:
        raise Broken(2, f"put as {given.shown()}, but it is {thing.shown()}")
