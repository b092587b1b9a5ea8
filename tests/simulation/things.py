"""A record as the model sees it, and what follows from moves: who goes along, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from township.changes import Op, Writers

Key = tuple[str, bytes]


class Broken(AssertionError):
    """A promise that was not kept, by its number in design §4; 0: the program failed."""

    def __init__(self, promise: int, text: str) -> None:
        super().__init__(f"promise {promise}: {text}")
        self.promise = promise


@dataclass
class Thing:
    """A record as the model sees it."""

    bucket: str
    values: dict[str, Any]
    default: str
    writers: dict[str, str] = field(default_factory=dict)
    deleted: bool = False
    former: set[str] = field(default_factory=set)
    """Zones where it lay before, or was wanted."""

    @property
    def zone(self) -> str:
        return self.bucket.split("/")[0]

    def writer(self, name: str) -> str:
        return self.writers.get(name, self.default)

    def shown(self) -> tuple[dict[str, Any], bool, dict[str, str]]:
        """Values that are there, whether it is a stub, and the writer of each field."""
        values = {name: value for name, value in self.values.items() if value is not None}
        names = set(values) | set(self.writers)
        return values, self.deleted, {name: self.writer(name) for name in sorted(names)}


def parent(key: Key, values: dict[str, Any]) -> Key | None:
    """What a record hangs on."""
    if key[0] == "conflict":
        return values["target_kind"], values["target_id"]
    if key[0] == "duplicate":
        return values["target_kind"], values["kept_id"]
    for name in ("household", "need"):
        if values.get(f"{name}_id") is not None:
            return name, values[f"{name}_id"]
    return None


class Moves:
    """What has to change its bucket after a changeset, against what the township wrote of it."""

    def __init__(self, things: dict[Key, Thing]) -> None:
        self._things = things
        self._homes: dict[Key, str] = {}
        self._followers: dict[Key, str] = {}
        self._expected: dict[Key, str] = {}
        self._left: set[Key] = set()
        self._gone: set[Key] = set()
        """Those that need not leave: they lie there already, or were never shown."""

    @property
    def over(self) -> bool:
        """Nothing has to move at present."""
        return not (self._homes or self._followers or self._expected)

    def home(self, key: Key, zone: str) -> None:
        """A household was moved."""
        self._homes[key] = zone

    def follows(self, key: Key) -> bool:
        """Does a new record have to follow what it hangs on?"""
        thing = self._things[key]
        above = parent(key, thing.values) if key[0] != "conflict" else None
        if above is None or above not in self._things:
            return False
        over = self._things[above]
        zone = self._followers.get(above) or (over.zone if thing.zone in over.former else None)
        if zone is None or zone == thing.zone:
            return False
        self._followers[key] = zone
        return True

    def carried_out(self, op: Op) -> None:
        """The township says that a record leaves, or puts it. Raises Broken."""
        key = (op.kind, op.record)
        if self._homes or self._followers:
            self._expect()
        thing, zone = self._things.get(key), self._expected.get(key)
        if thing is None or zone is None:
            raise Broken(6, f"{op.action} of {key}, which does not move")
        if op.action == "leave":
            if op.bucket != thing.bucket:
                raise Broken(6, f"{key} leaves {op.bucket}, but lies in {thing.bucket}")
            self._left.add(key)
            return
        if (key in self._left) != (key not in self._gone):
            raise Broken(6, f"{key} is put, but it did not leave")
        self._put(thing, zone, op)
        del self._expected[key]

    def must_be_over(self) -> None:
        """Everything that hangs on a household has moved with it. Raises Broken."""
        if not self.over:
            raise Broken(6, f"stays behind: {self._homes} {self._followers} {self._expected}")

    def _expect(self) -> None:
        self._expected = dict(self._followers)
        self._gone = set(self._followers)
        self._left = set()
        for home, zone in self._homes.items():
            moving = {home}
            before = self._things[home].zone
            self._gone |= {home} if before == zone else set()
            while more := {
                key
                for key, thing in self._things.items()
                if thing.zone == before != zone and key not in moving
                if parent(key, thing.values) in moving
            }:
                moving |= more
            self._expected |= dict.fromkeys(moving, zone)
        self._homes, self._followers = {}, {}

    def _put(self, thing: Thing, zone: str, op: Op) -> None:
        place = f"{zone}/{thing.bucket.split('/')[1]}"
        if op.bucket != place:
            raise Broken(6, f"put into {op.bucket} instead of {place}")
        thing.former |= {thing.zone} - {zone}
        thing.bucket, thing.values["zone_id"] = place, bytes.fromhex(zone)
        writers = Writers.unpack(op.fields["writers"])
        deleted = op.fields["stamps"][-1] is not None
        given = Thing(
            place, op.fields["state"], writers.default or "", dict(writers.fields), deleted
        )
        if given.shown() != thing.shown():
            raise Broken(2, f"put as {given.shown()}, but it is {thing.shown()}")
