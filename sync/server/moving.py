"""Households that move to another zone, with all that hangs on them.

A move is decided like an edit (``sync.merge``). Then the township writes what follows from it:
each record leaves its bucket and is put whole into the one of the new zone. Where a record lay
before is kept, so that work which a former zone sends later follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select, update

from sync.merge import Decision
from sync.server import tables
from sync.server.checks import kind_rules
from sync.server.devices import Grants
from sync.server.reading import Head
from sync.server.rows import Key, Rows
from sync.server.scribe import Scribe
from township.changes import SEEN, Op

_CHUNK = 500


class _Refs(msgspec.Struct, gc=False):
    """The fields of a record by which it may hang on another."""

    household_id: Any = None
    need_id: Any = None
    target_kind: Any = None
    target_id: Any = None
    kept_id: Any = None


_decoder = msgspec.msgpack.Decoder(_Refs)
_NAMES = _Refs.__struct_fields__


def hangs_on(kind: str, refs: _Refs) -> Key | None:
    """The record with which one of this kind moves; also for kinds of newer programs."""
    if kind == "conflict":
        return refs.target_kind, refs.target_id
    if kind == "duplicate":
        return refs.target_kind, refs.kept_id
    if refs.household_id is not None:
        return "household", refs.household_id
    return ("need", refs.need_id) if refs.need_id is not None else None


def zone_of(bucket: str) -> str:
    """The zone in a bucket's name."""
    return bucket[: bucket.index("/")]


_ANY = (
    select(tables.moved.c.kind).where(tables.moved.c.township_id == bindparam("township")).limit(1)
)


class Moving:
    """The moves of one push; ``due`` once something has to change its bucket."""

    def __init__(self, scribe: Scribe, township_id: bytes, rows: Rows, grants: Grants) -> None:
        self._scribe = scribe
        self._township_id = township_id
        self._rows = rows
        self._grants = grants
        self._former: dict[Key, list[str]] = {}
        self._stored: set[Key] = set()
        self._changed: set[Key] = set()
        self._homes: dict[Key, str] = {}
        self._followers: dict[Key, str] = {}
        self._indexes: dict[str, dict[Key, Key]] = {}

    @property
    def due(self) -> bool:
        """Does something have to move after this changeset?"""
        return bool(self._homes or self._followers)

    def look(self, read: Sequence[list[Head] | None]) -> set[Key]:
        """Learn which of these records have moved before; returns parents that must be loaded."""
        if self._scribe.connection.scalar(_ANY, {"township": self._township_id}) is None:
            return set()
        ops = [head for found in read if found for head in found]
        parents = {parent for op in ops if op.action == "insert" and (parent := parent_of(op))}
        self._learn(parents | {(op.kind, op.record) for op in ops if op.action != "insert"})
        return parents & self._former.keys()

    def may_write(self, op: Head | Op, bucket: str) -> bool:
        """Does the device hold a zone where the record lay before? Blind deletes are not taken."""
        if op.action == "move" or (op.action == "delete" and SEEN not in op.fields):
            return False
        place = bucket[bucket.index("/") :]
        former = self._former.get((op.kind, op.record), ())
        return any(zone + place in self._grants for zone in former)

    def may_move(self, op: Op, bucket: str) -> bool:
        """Does the device hold both zones?"""
        classes = {
            rule.data_class
            for rule in kind_rules().values()
            if rule.owner_field == "zone_id" and not rule.township_wide
        }
        zones = (zone_of(bucket), op.fields["zone_id"][0].hex())
        return all(f"{zone}/{name}" in self._grants for zone in zones for name in classes)

    def decided(self, op: Op, bucket: str, decision: Decision) -> list[str]:
        """Note what a move has come to; returns the buckets where its author hears of it."""
        key, wanted, here = (op.kind, op.record), op.fields["zone_id"][0].hex(), zone_of(bucket)
        place = bucket[bucket.index("/") :]
        if decision.lost:
            if wanted != here:
                self._note(key, wanted)
        else:
            self._homes[key] = wanted
        told = [bucket, wanted + place, op.bucket]
        return [name for name in dict.fromkeys(told) if name in self._grants]

    @property
    def calm(self) -> bool:
        """Nothing that this push works on has ever moved."""
        return not (self._former or self._followers)

    def follows(self, op: Head | Op) -> bool:
        """Does a new record belong to one that lies elsewhere by now? Then it will go there."""
        if self.calm:
            return False
        parent, zone = parent_of(op), zone_of(op.bucket)
        if parent is None:
            return False
        home = self._followers.get(parent)
        if home is None and zone in self._former.get(parent, ()):
            bucket = self._rows.bucket(parent)
            home = zone_of(bucket) if bucket else None
        if home is None or home == zone:
            return False
        self._followers[op.kind, op.record] = home
        return True

    def strays(self, op: Op, bucket: str) -> list[str] | None:
        """Where the author hears of an edit on a record that lies in another zone than it knew.

        None for all others.
        """
        if bucket in self._grants and (
            op.bucket == bucket or zone_of(op.bucket) == zone_of(bucket)
        ):
            return None
        place = bucket[bucket.index("/") :]
        former = self._former.get((op.kind, op.record), ())
        told = [zone + place for zone in former if zone + place in self._grants]
        return [name for name in told if name != bucket]

    def carry_out(self, seq: int) -> tuple[list[Op], list[Op]]:
        """Let everything move that has to; returns what leaves and what is put."""
        going = self._going()
        self._rows.load([key for key in going if key not in self._rows])
        self._learn(going.keys() - self._former.keys())
        leaves, puts = [], []
        for key, zone in sorted(going.items()):
            row = self._rows.row(key)
            old, new = row.bucket, zone + row.bucket[row.bucket.index("/") :]
            if old != new and key not in self._followers:
                leaves.append(Op(*key, "leave", old, {}))
            row.bucket, row.seq, row.touched = new, seq, True
            row.state.values["zone_id"] = bytes.fromhex(zone)
            if old != new:
                self._note(key, zone_of(old))
            puts.append(self._rows.put(key))
        self._homes, self._followers = {}, {}
        return leaves, puts

    def save(self) -> None:
        """Write down where records lay before."""
        base = {"township_id": self._township_id}
        old = [key for key in sorted(self._changed) if key in self._stored]
        new = [key for key in sorted(self._changed) if key not in self._stored]
        if new:
            rows = [
                base | {"kind": key[0], "id": key[1], "zones": " ".join(self._former[key])}
                for key in new
            ]
            self._scribe.connection.execute(insert(tables.moved), rows)
        if old:
            values = [
                {"at_kind": key[0], "at_id": key[1], "zones": " ".join(self._former[key])}
                for key in old
            ]
            c = tables.moved.c
            statement = update(tables.moved).where(
                c.township_id == self._township_id,
                c.kind == bindparam("at_kind"),
                c.id == bindparam("at_id"),
            )
            self._scribe.connection.execute(statement.values(zones=bindparam("zones")), values)

    def _going(self) -> dict[Key, str]:
        """All that moves, and to which zone."""
        going = dict(self._followers)
        for home, zone in self._homes.items():
            bucket = self._rows.bucket(home)
            assert bucket is not None, "a move was decided on it"
            here = zone_of(bucket)
            children = self._children(here) if here != zone else {}
            found = {home: zone}
            queue = [home]
            for key in queue:
                new = [child for child in children.get(key, ()) if child not in found]
                found.update(dict.fromkeys(new, zone))
                queue += new
            going |= found
        return going

    def _children(self, zone: str) -> dict[Key, list[Key]]:
        """The records of a zone by what they hang on."""
        parents = {k: p for k, p in self._index(zone).items() if k not in self._rows}
        for key, fields in self._rows.lying_in(zone):
            if parent := hangs_on(key[0], _refs(fields)):
                parents[key] = parent
        children: dict[Key, list[Key]] = {}
        for key, parent in parents.items():
            children.setdefault(parent, []).append(key)
        return children

    def _index(self, zone: str) -> dict[Key, Key]:
        """The same for what the database holds, read once in a push."""
        if zone not in self._indexes:
            b, c = tables.bucket.c, tables.record.c
            known = self._scribe.connection.scalars(
                select(b.bucket).where(b.township_id == self._township_id)
            )
            names = [name for name in known if zone_of(name) == zone]
            statement = select(c.kind, c.id, c.state).where(
                c.township_id == self._township_id, c.bucket.in_(names)
            )
            rows = self._scribe.connection.execute(statement.execution_options(yield_per=_CHUNK))
            self._indexes[zone] = {
                (row.kind, row.id): parent
                for row in rows
                if (parent := hangs_on(row.kind, _refs(row.state)))
            }
        return self._indexes[zone]

    def _note(self, key: Key, zone: str) -> None:
        former = self._former.setdefault(key, [])
        if zone not in former:
            former.append(zone)
            self._changed.add(key)

    def _learn(self, keys: Iterable[Key]) -> None:
        by_kind: dict[str, list[bytes]] = {}
        for kind, id_ in keys:
            if "\0" not in kind:  # PostgreSQL has no such character
                by_kind.setdefault(kind, []).append(id_)
        c = tables.moved.c
        for kind, ids in by_kind.items():
            for start in range(0, len(ids), _CHUNK):
                rows = self._scribe.connection.execute(
                    select(c.id, c.zones).where(
                        c.township_id == self._township_id,
                        c.kind == kind,
                        c.id.in_(ids[start : start + _CHUNK]),
                    )
                )
                for id_, zones in rows:
                    self._former[kind, id_] = zones.split()
                    self._stored.add((kind, id_))


def _refs(fields: bytes | dict[str, Any]) -> _Refs:
    if isinstance(fields, dict):
        return _Refs(*(fields.get(name) for name in _NAMES))
    return _decoder.decode(fields)


def parent_of(op: Head | Op) -> Key | None:
    """What a new record hangs on; None also for fields that cannot be read."""
    try:
        parent = hangs_on(op.kind, _refs(op.fields if isinstance(op, Op) else bytes(op.fields)))
    except (ValueError, RecursionError):
        return None
    return parent if parent and all(map(_is_name, parent)) else None


def _is_name(part: Any) -> bool:
    return isinstance(part, str | bytes)
