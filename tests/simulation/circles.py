"""Who reads sealed matters, worked out a second time from decision 040, and every copy of a run.

A laptop can only go by what it knows: designations, roles and keys that have come to it, and the
day by its clock. Each copy is opened with the keys of all laptops as soon as it is sealed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.simulation.things import Broken
from township.changes import Op, decode_op
from township.storage.database import Database
from township.storage.sealing import recipient_text
from township.usecases import sealed_matters, sealed_text
from township.usecases.sealed_text import Opened, SealedText

if TYPE_CHECKING:
    from tests.simulation.world import Machine, World

WORD = re.compile("画眉[0-9]{5}".encode())
"""What is part of every sealed text, and of nothing else."""
RESERVE = "reserve"
FITTING = {
    "accusation": {"DIS", "PET"},
    "box_note": {"DIS", "PET"},
    RESERVE: {"DIS", "TOP"},
}
"""Roles of which somebody may be designated. Source: domain §2 (class X), §7.5."""
Circle = Mapping[bytes, frozenset[str]]
"""Each reader with the public keys of his laptops; with none when he cannot receive yet."""


@dataclass(frozen=True)
class Sight:
    """What a laptop knows on its day: (subject, cadre, from, to), roles and keys of cadres."""

    named: tuple[tuple[str, bytes, str | None, str | None], ...]
    roles: Mapping[bytes, frozenset[str]]
    keys: Mapping[bytes, frozenset[str]]
    today: str

    def circle(self, subject: str, accused: frozenset[bytes]) -> Circle:
        """Who reads a matter of this subject that complains about these cadres."""
        for turn in (subject, RESERVE):
            if left := self._holders(turn) - accused:
                return {one: self.keys.get(one, frozenset()) for one in left}
        return {}

    def has_left(self, cadre: bytes) -> bool:
        """Was this cadre ever designated, and for no later day than this one?"""
        begun = [(begin or "") <= self.today for _, one, begin, _ in self.named if one == cadre]
        return bool(begun) and all(begun)

    def _holders(self, subject: str) -> frozenset[bytes]:
        return frozenset(
            cadre
            for about, cadre, begin, end in self.named
            if about == subject
            and (begin or "") <= self.today <= (end or "9999")
            and self.roles.get(cadre, frozenset()) & FITTING[subject]
        )


def sight_of(database: Database) -> Sight:
    """What this laptop knows."""
    with database.engine.connect() as connection:
        named = connection.exec_driver_sql(
            "SELECT subject, cadre_id, from_on, to_on FROM designation WHERE deleted_at IS NULL"
        ).all()
        roles = connection.exec_driver_sql(
            "SELECT id, roles FROM cadre WHERE deleted_at IS NULL AND status = 'active'"
        ).all()
        rows = connection.exec_driver_sql(
            "SELECT cadre_id, public FROM sealing_key WHERE deleted_at IS NULL AND until_at IS NULL"
        ).all()
    keys: dict[bytes, set[str]] = {}
    for cadre, public in rows:
        keys.setdefault(cadre, set()).add(public)
    return Sight(
        tuple((one[0], one[1], one[2], one[3]) for one in named),
        {cadre: frozenset(text.split()) for cadre, text in roles},
        {cadre: frozenset(found) for cadre, found in keys.items()},
        database.today().isoformat(),
    )


@dataclass(frozen=True)
class Copy:
    """One copy; ``openers`` are the keys of the laptops that open it."""

    entry: bytes
    reader: bytes
    openers: frozenset[str]


class Witness:
    """What was ever sealed in a run, and to whom."""

    def __init__(self) -> None:
        self.begun = False
        """Somebody was designated, or something sealed."""
        self.words = 0
        self.texts: dict[bytes, SealedText] = {}
        """Entries as their authors wrote them."""
        self.copies: dict[bytes, Copy] = {}
        self.let_go: Counter[tuple[bytes, bytes]] = Counter()
        """How often a person has let an entry go."""
        self._bodies: dict[bytes, bytes] = {}
        self._privates: dict[str, bytes] = {}
        self._seen: set[bytes] = set()

    def word(self) -> str:
        """A word that is nowhere else."""
        self.words += 1
        return f"画眉{self.words:05}"

    @contextmanager
    def watching(self, here: World, machine: Machine, wrote: str = "") -> Iterator[None]:
        """Something may be sealed on a laptop, which may stop at a commit. Raises Broken."""
        self.begun = True
        self._learn_keys(here)
        seen = _Seen(sight_of(machine.database), accused_known(machine), machine)
        self._new_ops(machine)  # what it had before was sealed elsewhere, as on its twin
        with here.at(machine):
            yield
        self._note(seen, self._new_ops(machine), wrote)

    def _learn_keys(self, here: World) -> None:
        for machine in here.machines:
            self._privates[public_of(machine)] = _private(machine)

    def _new_ops(self, machine: Machine) -> list[Op]:
        found = []
        with machine.database.engine.connect() as connection:
            for hash_, packed in connection.exec_driver_sql(
                "SELECT hash, ops FROM changeset ORDER BY incarnation, dseq"
            ):
                if hash_ not in self._seen and b"sealed_entry" in packed:
                    found += [decode_op(data) for data in msgspec.msgpack.decode(packed)]
                self._seen.add(hash_)
        return [op for op in found if op.kind == "sealed_entry"]

    def _note(self, seen: _Seen, ops: list[Op], wrote: str) -> None:
        fresh: dict[bytes, set[str]] = {}
        gone = {op.record for op in ops if op.action == "delete"} & self.copies.keys()
        self.let_go.update({(self.copies[one].entry, self.copies[one].reader) for one in gone})
        for op in ops:
            if op.action == "insert":
                opened = self._open(op.fields["sealed"])
                if opened and not opened[0].gone:
                    self._take(seen, op, *opened, fresh)
            elif op.action == "delete" and op.record in self.copies:
                self._let_go(seen, self.copies[op.record])
        for entry, openers in fresh.items():
            text = self.texts[entry]
            due = frozenset().union(*self._circle(seen, text).values()) & self._privates.keys()
            if text.text != wrote or text.author != seen.cadre:
                raise Broken(2, f"{seen.login} sealed {text.text}, not {wrote}")
            if openers != due:
                raise Broken(1, f"{seen.login} sealed to {len(openers)} of {len(due)} laptops")

    def _open(self, sealed: bytes) -> tuple[Opened, frozenset[str]] | None:
        """What is inside, and whose keys open it; None when only lost laptops could."""
        found = {public: sealed_text.unseal(sealed, [key]) for public, key in self._keys()}
        openers = {public: opened for public, opened in found.items() if opened}
        first = next(iter(openers.values()), None)
        return (first, frozenset(openers)) if first else None

    def _keys(self) -> Iterator[tuple[str, bytes]]:
        yield from self._privates.items()

    def _take(
        self,
        seen: _Seen,
        op: Op,
        opened: Opened,
        openers: frozenset[str],
        fresh: dict[bytes, set[str]],
    ) -> None:
        text, reader = opened.text(), op.fields["reader_id"]
        if text.entry not in self.texts:
            self.texts[text.entry], self._bodies[text.entry] = text, opened.body
            fresh[text.entry] = set()
        if opened.body != self._bodies[text.entry]:
            raise Broken(2, f"{seen.login} passes on what is not {text.text}")
        if not openers <= self._circle(seen, text).get(reader, frozenset()):
            raise Broken(6, f"{seen.login} seals {text.text} to who may not read it")
        if text.entry in fresh:
            fresh[text.entry] |= openers
        self.copies[op.record] = Copy(text.entry, reader, openers)

    def _let_go(self, seen: _Seen, copy: Copy) -> None:
        text = self.texts[copy.entry]
        circle = self._circle(seen, text)
        if copy.reader in circle or not any(circle.values()):
            raise Broken(1, f"{seen.login} throws {text.text} away")

    def _circle(self, seen: _Seen, text: SealedText) -> Circle:
        accused = seen.accused.get(text.matter, frozenset()) | {*text.accused}
        return seen.sight.circle(text.subject, accused)


class _Seen:
    """What a laptop knew before it sealed."""

    def __init__(
        self, sight: Sight, accused: dict[bytes, frozenset[bytes]], machine: Machine
    ) -> None:
        self.sight, self.accused = sight, accused
        self.login, self.cadre = machine.seat.login, machine.seat.cadre


def accused_known(machine: Machine) -> dict[bytes, frozenset[bytes]]:
    """Whom the matters that are read on a laptop complain about."""
    return {
        matter.id: frozenset(cadre for one in matter.entries for cadre in one.text.accused)
        for matter in reading(machine).matters
    }


def reading(machine: Machine) -> sealed_matters.Reading:
    """What the person of this laptop reads on it."""
    with machine.database.reader() as session:
        return sealed_matters.read(session, machine.seat.cadre)


def public_of(machine: Machine) -> str:
    """The key to which things are sealed for this laptop."""
    private = X25519PrivateKey.from_private_bytes(_private(machine))
    return recipient_text(private.public_key().public_bytes_raw())


def _private(machine: Machine) -> bytes:
    with machine.database.engine.connect() as connection:
        found: bytes = connection.exec_driver_sql("SELECT sealing_key FROM device").scalar_one()
    return found
