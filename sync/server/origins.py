"""Looking back into the log: who wrote a value, when, and what an earlier op wrote."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from sync.merge import merged_writer
from sync.server import quarantine
from sync.server.entries import Turn
from sync.server.log import Log
from sync.server.scribe import Scribe
from sync.server.segments import Origin
from township import upcasting
from township.changes import Header, Op, decode_header, decode_op, is_erased
from township.storage.pages import Outcome
from township.values import Value


class Found(NamedTuple):
    """A changeset that is in effect, as far as the outcome does not say otherwise."""

    header: bytes
    ops: Sequence[bytes]
    outcome: Outcome | None


class Origins:
    """Changesets by origin; those of the running push are told to it by ``note``."""

    def __init__(self, scribe: Scribe, township_id: bytes) -> None:
        self._scribe = scribe
        self._township_id = township_id
        self._log: Log | None = None
        self._known: dict[Origin, Found | None] = {}
        self._plain: list[Sequence[Turn]] = []

    def note(self, turn: Turn, outcome: Outcome | None) -> None:
        """Remember a changeset that may not be written yet."""
        header, changeset = turn.header, turn.changeset
        origin = Origin(header.device, header.incarnation, header.dseq)
        self._known[origin] = Found(changeset.header, changeset.ops, outcome)

    def note_plain(self, turns: Sequence[Turn]) -> None:
        """Remember changesets without an outcome."""
        self._plain.append(turns)

    def header(self, op_id: str | None) -> Header | None:
        """The header of the changeset with this op."""
        place = _parse(op_id)
        logged = self._find(place[0]) if place else None
        return decode_header(logged.header) if logged else None

    def value(self, kind: str, record: bytes, field: str, op_id: str) -> tuple[Value] | None:
        """The value that this op wrote there; None when it is not such an op."""
        place = _parse(op_id)
        logged = self._find(place[0]) if place else None
        if place is None or logged is None:
            return None
        if place[1] >= len(logged.ops):
            return None
        if is_erased(logged.ops[place[1]]):
            return None
        op = decode_op(logged.ops[place[1]])
        if cast := upcasting.cast(decode_header(logged.header).schema):
            op = cast.op(op)
        if (op.kind, op.record) != (kind, record):
            return None
        if op_id == merged_writer(op_id.removesuffix("m")):
            return _merged(logged, place[1], field)
        return _written(op, field)

    def came_erased(self, op_id: str | None) -> bool:
        """Does the changeset with this op hold hashes in the place of other ops?"""
        place = _parse(op_id)
        logged = self._find(place[0]) if place else None
        return logged is not None and any(map(is_erased, logged.ops))

    def _find(self, origin: Origin) -> Found | None:
        for turn in chain.from_iterable(self._plain):  # few pushes ask at all
            self.note(turn, None)
        self._plain.clear()
        if origin not in self._known:
            self._known[origin] = self._read(origin)
        return self._known[origin]

    def _read(self, origin: Origin) -> Found | None:
        connection = self._scribe.connection  # free: the scribe has written what came before
        log = self._log = self._log or Log(connection, self._township_id)
        logged = log.of(origin)
        if logged is None or logged.status not in ("applied", "conflict"):
            logged = quarantine.admitted(connection, self._township_id, origin)
        if logged is None:
            return None
        outcome = logged.outcome and msgspec.msgpack.decode(logged.outcome, type=Outcome)
        return Found(logged.header, logged.ops, outcome or None)


def _parse(op_id: str | None) -> tuple[Origin, int] | None:
    """Origin and index in an op id, which may come from a stranger."""
    parts = (op_id or "").removesuffix("m").split(".")
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
        return None
    device, incarnation, dseq, index = map(int, parts)
    return Origin(device, incarnation, dseq), index


def _merged(found: Found, index: int, field: str) -> tuple[Value] | None:
    merged = found.outcome.merged.get(index, {}) if found.outcome else {}
    return (merged[field],) if field in merged else None


def _written(op: Op, field: str) -> tuple[Value] | None:
    if op.action == "insert":
        return (op.fields.get(field),)
    return (op.fields[field][0],) if op.action == "set" and field in op.fields else None
