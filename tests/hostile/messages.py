"""Messages that are nearly right: one place in a sound one is changed, from outside to inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import zstandard
from hypothesis import strategies as st

from sync import chain, wire
from sync.wire import Request
from tests.sync.sample import ZONE
from tests.sync.stranger import Stranger, edit, household
from township.changes import SEEN, Changeset, Op, Writers, bucket, encode, link, op_hash
from township.fields import Field
from township.records import new_id, record_kinds
from township.storage.file_pages import FilePart, Files, FileWant
from township.storage.pages import ChunkName
from township.values import Kind

_DEEP = b"\x91" * 20_000 + b"\xc0"
_RAW = (
    _DEEP,
    b"\x81\xa1a" * 20_000 + b"\xc0",
    b"\xc1",  # never used in MessagePack
    b"\xdd\xff\xff\xff\xff",  # 4 billion elements, none there
    b"\xdb\xff\xff\xff\xff",
    b"\xa3\xed\xa0\x80",  # a lone surrogate
    b"\xa2\xc3\x28",
    b"\xca\x7f\xc0\x00\x00",  # not a number
    b"\xd6\xff\x00\x00\x00\x00",  # a moment
    b"\xd4\x05\x00",
    b"\x82\xa1a\x01\xa1a\x02",  # one key twice
    b"\x81\x01\x02",
)
_TEXTS = ("", "\0", "\u202e王二\u202c", "😀" * 3, "'; DROP TABLE record;--", "../../etc/passwd")

VALUES: Sequence[str | int | bytes | None] = ("", "龙马溪", 0, -1, 2**63, b"", bytes(16), None)


def leaves() -> st.SearchStrategy[Any]:
    """Values that do not belong where they are put."""
    return st.one_of(
        st.sampled_from([msgspec.Raw(raw) for raw in _RAW]),
        st.sampled_from(_TEXTS),
        st.sampled_from([None, True, -1, 0, 2**31, 2**53, 2**62, 2**63 - 1, 2**64 - 1, -(2**63)]),
        st.floats(),
        st.text(max_size=20),
        st.binary(max_size=40),
        st.sampled_from(["长" * 10_001, bytes(70_000), [], {}, [[]], {"": None}]),
        st.lists(st.sampled_from(VALUES), max_size=3),
        st.dictionaries(st.text(max_size=3), st.integers(-5, 5), max_size=3),
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to all parts of a value."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from places(part, (*path, at))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another part at one place."""
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = replaced(copy[key], tuple(rest), new)
    return copy


@st.composite
def spoiled(draw: st.DrawFn, value: Any) -> Any:
    """The value with one or two parts that do not belong there, or too many or too few."""
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(places(value))))
        part = value
        for key in path:
            part = part[key]
        options: list[st.SearchStrategy[Any]] = [leaves()]
        if isinstance(part, list):
            options += [
                st.just(part[:-1]),
                leaves().map(lambda leaf, part=part: [*part, leaf]),
                st.just(part * 2),
            ]
        if isinstance(part, dict):
            options.append(
                st.tuples(st.text(max_size=5), leaves()).map(
                    lambda new, part=part: {**part, new[0]: new[1]}
                )
            )
        value = replaced(value, path, draw(st.one_of(options)))
        if not isinstance(value, list | dict):
            break
    return value


@st.composite
def scratched(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few of them changed, lost or added."""
    at = draw(st.integers(0, 9_999)) * (len(data) + 1) // 10_000  # drawn alike for any length
    gone = draw(st.integers(0, 8))
    return data[:at] + draw(st.binary(max_size=8)) + data[at + gone :]


def near_messages(laptop: Stranger | None = None) -> st.SearchStrategy[bytes]:
    """Messages that the township must refuse or may answer, but that change nothing."""
    if laptop is None:
        return st.binary()
    right = laptop.message()
    request = msgspec.msgpack.decode(msgspec.msgpack.encode(_full(laptop)))
    envelope = msgspec.msgpack.decode(right)
    return st.one_of(
        scratched(right),
        spoiled(envelope).map(packed),
        bodies().map(lambda body: sealed(laptop, body)),
        spoiled(request).map(packed).map(compressed).map(lambda body: sealed(laptop, body)),
    )


def near_enrolments(code: str) -> st.SearchStrategy[bytes]:
    """Questions of a new laptop that knows the code, spoiled before its proof or after it."""
    code = wire.tidy_code(code)
    key, number = chain.code_key(code), bytes(16)
    asked = [wire.PROTOCOL, code[:4], number, bytes(32), bytes(32), "新"]

    def proven(body: bytes) -> list[Any]:
        return [body, chain.code_proof(key, "ask", number, body)]

    inside = st.one_of(spoiled(asked).map(packed).map(compressed), bodies()).map(proven)
    right = proven(compressed(packed(asked)))
    return st.one_of(inside.map(packed), spoiled(right).map(packed), scratched(packed(right)))


def bodies() -> st.SearchStrategy[bytes]:
    """Bodies that are no zstd frame with one message, or a very large one."""
    frame = compressed(packed([1, 2, 3]))
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(b"\xc0")
    bomb = zstandard.ZstdCompressor().compress(bytes(wire.MAX_PLAIN + 1))
    window = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    wide = zstandard.ZstdCompressor(compression_params=window).compress(bytes(1 << 20))
    fixed = (b"", frame + frame, frame[:-1], unsized, bomb, wide, compressed(_DEEP))
    return st.one_of(st.binary(max_size=60), st.sampled_from(fixed), scratched(frame))


def packed(value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


def compressed(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(plain)


def sealed(laptop: Stranger, body: bytes) -> bytes:
    """The body in an envelope with a right signature."""
    assert laptop.enrolled is not None
    return wire.parcel(
        chain.seal(laptop.key, laptop.enrolled.township, laptop.enrolled.device, body)
    )


def _full(laptop: Stranger) -> Request:
    """A request that asks for something of everything."""
    return msgspec.structs.replace(
        wire.unpack(wire.open_envelope(laptop.message()).body, Request),
        chunks=[ChunkName("township/i", bytes(32))],
        files=Files([bytes(16)], [FilePart(bytes(16), 0, b"x")], [FileWant(bytes(16), 0)]),
    )


# Changesets with a right signature and something wrong inside.


def value_of(name: str, field: Field, zone: bytes) -> str | int | bytes | None:
    """A sound value for a field."""
    if name == "zone_id":
        return zone
    values: dict[Kind, str | int | bytes] = {
        Kind.NUMBER: 1,
        Kind.FLAG: 1,
        Kind.DATE: "2026-05-03",
        Kind.MOMENT: "2026-05-03T06:05:00Z",
        Kind.REF: bytes(16),
        Kind.REFS: bytes(16).hex(),
        Kind.PACKED: b"\xc0",
        Kind.PHONE: "0717-2881234",
    }
    codes = next(iter(field.codes), "a") if field.codes else "一"
    return values.get(field.kind, codes)


def sample_ops(base: str) -> list[Op]:
    """A sound operation of each sort; ``base`` wrote the household ``KNOWN``."""
    ops = [
        edit(ZONE, KNOWN, "phone", "110", base),
        Op("household", KNOWN, "move", f"{ZONE.hex()}/i", _move(base)),
        Op("household", KNOWN, "delete", f"{ZONE.hex()}/i", {SEEN: Writers(base).pack()}),
        Op("household", KNOWN, "restore", f"{ZONE.hex()}/i", {}),
        Op("newer_kind", new_id(), "insert", f"{ZONE.hex()}/i", {"newer": "x", "number": 3}),
        household(ZONE, new_id()),
    ]
    for kind, record in record_kinds().items():
        fields = {name: value_of(name, field, ZONE) for name, field in record.fields().items()}
        owner = None if record.township_wide else fields[record.owner_field]
        ops.append(Op(kind, new_id(), "insert", bucket(owner, record.data_class), fields))
    return ops


KNOWN = new_id()


def _move(base: str) -> dict[str, Any]:
    return {"zone_id": [ZONE, base], "group_id": [bytes(16), base]}


@st.composite
def broken_changesets(draw: st.DrawFn, laptop: Stranger, author: bytes, base: str) -> Changeset:
    """The laptop's next changeset, with something wrong in an operation or in its header."""
    op = draw(st.sampled_from(sample_ops(base)))
    sound = laptop.changeset(op, author=author)
    header, ops = sound.header, list(sound.ops)
    plain = msgspec.msgpack.decode(encode(op))
    match draw(st.integers(0, 9)):
        case 0:
            header = draw(st.one_of(scratched(header), _spoiled_header(header)))
        case 1:
            ops = draw(st.sampled_from([[], ops * 2, [*ops, b""], [_DEEP]]))
        case 2:
            ops = [draw(scratched(ops[0]))]
        case _:
            ops = [packed(draw(spoiled(plain)))]
    return Changeset(header, ops)


def _spoiled_header(header: bytes) -> st.SearchStrategy[bytes]:
    plain: list[Any] = msgspec.msgpack.decode(header)
    return st.one_of(
        spoiled(plain).map(packed),
        st.sampled_from([-(2**63), -1, 2**53, 2**63 - 1, 2**64 - 1]).map(
            lambda clock: packed([*plain[:5], clock, *plain[6:]])
        ),
    )


def push(laptop: Stranger, changeset: Changeset) -> bytes:
    """The message that brings it, with right signatures over what it says."""
    assert laptop.enrolled is not None
    hashes = map(op_hash, changeset.ops)
    dseq = laptop.head.dseq + 1
    head = wire.ChainHead(1, dseq, link(laptop.head.hash, changeset.header, hashes))
    township, number = laptop.enrolled.township, laptop.enrolled.device
    signature = laptop.key.sign(chain.head_bytes(township, number, 1, dseq, head.hash))
    request = Request(head, [changeset], signature, laptop.cursors, wire.MAX_PAGE, b"")
    return sealed(laptop, wire.pack(request))
