"""Looking back into the log: who wrote a value, when, and what an earlier op wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from sync.merge import merged_writer
from sync.server import quarantine, tables
from sync.server.entries import Turn
from sync.server.scribe import Scribe
from township import upcasting
from township.changes import Header, Op, decode_header, decode_op, is_erased
from township.storage.pages import Outcome
from township.values import Value


class Origin(NamedTuple):
    """Place of a changeset in its device's chain."""

    device: int
    incarnation: int
    dseq: int


class Logged(NamedTuple):
    """A changeset of the log, still packed."""

    header: bytes
    ops: bytes
    outcome: bytes | None


class Origins:
    """Changesets by origin; those of the running push are told to it by ``note``."""

    def __init__(self, scribe: Scribe, township_id: bytes) -> None:
        self._scribe = scribe
        self._township_id = township_id
        self._known: dict[Origin, Logged | None] = {}
        self._fresh: dict[tuple[int, int, int], tuple[bytes, bytes, bytes | None]] = {}

    def note(self, header: Header, logged: tuple[bytes, bytes, bytes | None]) -> None:
        """Remember a changeset that is not written yet: what ``Logged`` holds."""
        self._fresh[header.device, header.incarnation, header.dseq] = logged

    def note_many(self, turns: Sequence[Turn], packed: Sequence[bytes]) -> None:
        """Remember changesets without an outcome, their operations packed as the log has them."""
        for (changeset, header, *_), ops in zip(turns, packed, strict=True):
            origin = header.device, header.incarnation, header.dseq
            self._fresh[origin] = changeset.header, ops, None

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
        encoded: list[bytes] = msgspec.msgpack.decode(logged.ops)
        if place[1] >= len(encoded):
            return None
        if is_erased(encoded[place[1]]):
            return None
        op = decode_op(encoded[place[1]])
        if cast := upcasting.cast(decode_header(logged.header).schema):
            op = cast.op(op)
        if (op.kind, op.record) != (kind, record):
            return None
        if op_id == merged_writer(op_id.removesuffix("m")):
            return _merged(logged, place[1], field)
        return _written(op, field)

    def _find(self, origin: Origin) -> Logged | None:
        if fresh := self._fresh.get(origin):
            return Logged._make(fresh)
        if origin not in self._known:
            c = tables.log.c
            row = self._scribe.connection.execute(
                select(c.header, c.ops, c.outcome).where(
                    c.township_id == self._township_id,
                    c.device == origin.device,
                    c.incarnation == origin.incarnation,
                    c.dseq == origin.dseq,
                    c.status.in_(("applied", "conflict")),
                )
            ).one_or_none()
            found = row or quarantine.admitted(self._scribe.connection, self._township_id, *origin)
            self._known[origin] = Logged(*found) if found else None
        return self._known[origin]


def _parse(op_id: str | None) -> tuple[Origin, int] | None:
    """Origin and index in an op id, which may come from a stranger."""
    parts = (op_id or "").removesuffix("m").split(".")
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
        return None
    device, incarnation, dseq, index = map(int, parts)
    return Origin(device, incarnation, dseq), index


def _merged(logged: Logged, index: int, field: str) -> tuple[Value] | None:
    if logged.outcome is None:
        return None
    merged = msgspec.msgpack.decode(logged.outcome, type=Outcome).merged.get(index, {})
    return (merged[field],) if field in merged else None


def _written(op: Op, field: str) -> tuple[Value] | None:
    if op.action == "insert":
        return (op.fields.get(field),)
    return (op.fields[field][0],) if op.action == "set" and field in op.fields else None
