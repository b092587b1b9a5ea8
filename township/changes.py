"""Changesets: what one local transaction changed, in the bytes that are hashed and sent.

The bytes of a header and of each operation are made once, by the author's device, and are
stored and passed on as they are. The chain hashes hashes of operations, so that a partial
view of a changeset can still be verified.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Literal

import msgspec

SCHEMA = 1
"""Version of the record schema that this program writes; grows by additions only."""

GENESIS = bytes(32)
"""What the first changeset of a device incarnation names as its predecessor."""

MAX_OP = 64 << 10
"""Bytes of one operation."""
MAX_CHANGESET = 2 << 20
"""Bytes of the operations of one changeset: with it alone a page still fits a message."""

ERASED = 32
"""Bytes of an operation whose contents were erased: its hash stands in its place. No operation
is as short."""
_SALT = 10

SEEN = "seen"
"""Field of a delete: the packed writers of the record as its author saw them."""

Action = Literal["insert", "set", "delete", "restore", "move", "leave", "put"]
"""``leave`` and ``put`` only the township writes: records that change their bucket."""


class Op(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One change of one record.

    ``fields``: for ``insert`` name → value (absent means None); for ``set`` name →
    [value, base] with base the op id that last wrote the field as the author saw it (None:
    never written); for ``delete`` the packed ``Writers`` that the author saw under ``SEEN``; for
    ``restore`` and ``leave`` empty; for ``move`` (of a household) as for ``set``, always
    ``zone_id`` and ``group_id``; for ``put`` the whole record, see ``put_fields``. ``bucket`` is
    the bucket in which the author holds the record; ``record`` is its UUIDv7 (16 bytes).
    ``salt`` are random bytes without meaning: once the contents are erased, nobody can try
    out what they were against the hash that stays (decision 038).
    """

    kind: str
    record: bytes
    action: Action
    bucket: str
    fields: dict[str, Any]
    salt: bytes = b""


def salted(op: Op) -> Op:
    """The operation with a salt of its own, as authors write it."""
    return msgspec.structs.replace(op, salt=os.urandom(_SALT))


def is_erased(data: bytes) -> bool:
    """Does only the hash of this operation stand here?"""
    return len(data) == ERASED


def put_fields(state: dict[str, Any], writers: bytes, stamps: list[Any]) -> dict[str, Any]:
    """The fields of a ``put``.

    ``writers`` are packed; ``stamps``: author and clock (ms) of the insert, author and clock of
    the last change, clock of the delete or None.
    """
    kept = {name: value for name, value in state.items() if value is not None}
    return {"stamps": stamps, "state": kept, "writers": writers}


class Header(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Who wrote a changeset, where it stands in its device's chain, and how many ops it has.

    ``device`` is the number the township gave the laptop, ``incarnation`` grows when a copy or
    a restored backup is detected, ``dseq`` counts from 1 without gaps, ``author`` is the id of
    the cadre, ``wall_ms`` the laptop's clock in milliseconds since 1970 (a label for people).
    """

    schema: int
    device: int
    incarnation: int
    dseq: int
    author: bytes
    wall_ms: int
    count: int


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_op_decoder = msgspec.msgpack.Decoder(Op)
_header_decoder = msgspec.msgpack.Decoder(Header)


def encode(value: Op | Header) -> bytes:
    """Canonical bytes: msgpack arrays, maps with sorted keys."""
    return _encoder.encode(value)


def decode_op(data: bytes) -> Op:
    """The operation behind its bytes. Raises msgspec.DecodeError or ValidationError."""
    return _op_decoder.decode(data)


def decode_header(data: bytes) -> Header:
    """The header behind its bytes. Raises msgspec.DecodeError or ValidationError."""
    return _header_decoder.decode(data)


def op_hash(data: bytes) -> bytes:
    """SHA-256 of an operation's bytes; of an erased one the hash that stands in its place."""
    return data if is_erased(data) else sha256(data).digest()


def link(previous: bytes, header: bytes, op_hashes: Iterable[bytes]) -> bytes:
    """The chain hash of a changeset: SHA-256(previous ‖ SHA-256(header) ‖ op hashes)."""
    return sha256(b"".join((previous, sha256(header).digest(), *op_hashes))).digest()


def op_id(device: int, incarnation: int, dseq: int, index: int) -> str:
    """Name of one operation, unique in a township: ``7.1.42.0``."""
    return f"{device}.{incarnation}.{dseq}.{index}"


def bucket(owner: bytes | None, data_class: str) -> str:
    """Name of a bucket: ``<zone or cadre id in hex>/i``, or ``township/i`` for those of neither."""
    return f"{owner.hex() if owner else 'township'}/{data_class}"


class Writers:
    """Which op last wrote each field of one record.

    Packed as msgpack ``[default, {field: op id}]``: most records are written once, by one op.
    """

    __slots__ = ("default", "fields")

    def __init__(self, default: str | None = None, fields: dict[str, str] | None = None) -> None:
        self.default = default
        self.fields = fields if fields is not None else {}

    def of(self, field: str) -> str | None:
        """The op that wrote the field, None when the record is not known anywhere."""
        return self.fields.get(field, self.default)

    def write(self, fields: Iterable[str], writer: str) -> None:
        """Note a new writer for these fields."""
        for field in fields:
            self.fields[field] = writer

    def pack(self) -> bytes:
        """Bytes to store beside the record."""
        return _encoder.encode([self.default, self.fields])

    @classmethod
    def unpack(cls, data: bytes | None) -> Writers:
        """The writers behind stored bytes; an unknown record has none."""
        if not data:
            return cls()
        default, fields = msgspec.msgpack.decode(data)
        return cls(default, fields)


class Changeset(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Header and operations as the bytes their author made."""

    header: bytes
    ops: Sequence[bytes]

    def hash(self, previous: bytes) -> bytes:
        """This changeset's link in the chain after ``previous``."""
        return link(previous, self.header, map(op_hash, self.ops))
