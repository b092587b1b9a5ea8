"""Reading operations fast: most are inserts of a known kind with values of the right types.

For each kind a struct is made from its declared fields, so that one decode in C checks names,
types, lengths and dates. What does not fit is read in general and judged by ``checks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from functools import cache
from operator import itemgetter
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from township import upcasting
from township.changes import ERASED, SCHEMA, Action, Changeset, Op, is_erased
from township.fields import Field
from township.records import record_kinds
from township.upcasting import Cast
from township.values import Kind

LONGEST_TEXT = 10_000
"""Characters of one value; far above every form's limit, which newer programs may raise."""

_REF = Annotated[bytes, Meta(min_length=16, max_length=16)]
_TEXT = Annotated[str, Meta(max_length=LONGEST_TEXT)]
_TYPES: dict[Kind, Any] = {
    Kind.NUMBER: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)],
    Kind.FLAG: Literal[0, 1],
    Kind.DATE: date,
    Kind.REF: _REF,
    Kind.REFS: Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}( [0-9a-f]{32})*\Z")],
    Kind.PACKED: bytes,
}


class Head(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An operation whose fields are still packed."""

    kind: str
    record: bytes
    action: Action
    bucket: str
    fields: msgspec.Raw
    salt: bytes = b""
    """Looked at for its type only: what laptops cannot read is refused."""

    def whole(self) -> Op:
        """The operation with its fields. Raises msgspec.DecodeError or RecursionError."""
        fields = msgspec.msgpack.decode(self.fields, type=dict[str, Any])
        return Op(self.kind, self.record, self.action, self.bucket, fields)


_head = msgspec.msgpack.Decoder(Head)
_ERASED = msgspec.Raw(b"\x80")


def _erased(data: bytes) -> Head:
    """Stands for an operation whose contents were erased: it touches nothing."""
    return Head("", data[:16], "erased", "", _ERASED)  # type: ignore[arg-type]


def erased(op: Head | Op) -> bool:
    """Were the contents of this operation erased before it came?"""
    return op.action == "erased"  # type: ignore[comparison-overlap]


def heads(ops: Sequence[bytes], schema: int = SCHEMA) -> list[Head] | None:
    """The heads of these operations, or None when one cannot be read.

    Operations of an older ``schema`` come in the words of this program.
    """
    try:
        found = [_erased(data) if is_erased(data) else _head.decode(data) for data in ops]
    except (ValueError, RecursionError):
        return None
    cast = upcasting.cast(schema)
    return [_cast(head, cast) for head in found] if cast else found


def heads_of_all(
    changesets: Sequence[Changeset], schemas: Sequence[int]
) -> list[list[Head] | None]:
    """What ``heads`` says of each of these, sooner where each has one operation."""
    if not any(map(upcasting.cast, set(schemas))):
        decode = _head.decode
        ops = [op for changeset in changesets for op in changeset.ops]
        single = len(ops) == len(changesets) and all(changeset.ops for changeset in changesets)
        if single and ERASED not in map(len, ops):
            with suppress(ValueError, RecursionError):
                return [[decode(op)] for op in ops]
    return [heads(each.ops, schema) for each, schema in zip(changesets, schemas, strict=True)]


def _cast(head: Head, cast: Cast) -> Head:
    try:
        op = cast.op(head.whole())
    except (ValueError, RecursionError):
        return head  # refused when it is looked at closely
    fields = msgspec.Raw(msgspec.msgpack.encode(op.fields))
    return Head(op.kind, op.record, op.action, op.bucket, fields)


@cache
def insert_decoders() -> dict[str, msgspec.msgpack.Decoder[Any]]:
    """Kind → decoder of its new records' fields; kinds that need a closer look have none."""
    return {
        kind: msgspec.msgpack.Decoder(_struct(kind, record.fields(), record.owner_field))
        for kind, record in record_kinds().items()
        if all(field.kind is not Kind.MOMENT for field in record.fields().values())
        and kind != "conflict"
    }


def _struct(kind: str, fields: dict[str, Field], place: str) -> type[msgspec.Struct]:
    typed = [(name, _TYPES.get(field.kind, _TEXT) | None, None) for name, field in fields.items()]
    if place not in fields:
        typed.append((place, None, None))
    typed.sort(
        key=itemgetter(0)
    )  # as they come: the next one is looked for where the last one was found
    return msgspec.defstruct(kind, typed, forbid_unknown_fields=True, gc=False)
