"""docs/vectors holds what the code makes; ``python -m tests.sync.test_vectors`` writes it anew."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import bundle as wire_bundle
from sync import chain, wire
from sync import history as wire_history
from sync.wire import Answer, Author, ChainHead, Enrol, Enrolled, History, Request, Sealed
from tests.sync.photo_messages import about_pictures
from township.changes import (
    GENESIS,
    SEEN,
    Changeset,
    Header,
    Op,
    Writers,
    encode,
    op_hash,
    op_id,
    put_fields,
)
from township.fields import Field
from township.records import record_kinds
from township.storage import sealing
from township.storage.pages import (
    ChunkLine,
    ChunkName,
    Decision,
    Entry,
    Group,
    Manifest,
    Offer,
    Outcome,
    Own,
    Page,
    Scope,
    Verdict,
)

FOLDER = Path(__file__).parents[2] / "docs" / "vectors"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TOWNSHIP_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
TOWNSHIP, ZONE, HOME, AUTHOR = (bytes([n]) * 16 for n in (0xA0, 0xB0, 0xC0, 0xD0))
NONCE = bytes(range(16))
CODE = "ABCDEFGH234567890XYZ"
WALL_MS = 1_777_000_000_000
BUCKET = f"{ZONE.hex()}/i"

INSERT = {"zone_id": ZONE, "no": "龙马溪-2-017", "away": 0}
WRITERS = Writers("7.1.1.0", {"phone": "7.1.2.0"})
OPS = [
    [Op("household", HOME, "insert", BUCKET, INSERT)],
    [
        Op("household", HOME, "set", BUCKET, {"phone": ["12345678901", "7.1.1.0"]}),
        Op("household", HOME, "set", BUCKET, {"address": [None, None], "away": [1, "7.1.1.0"]}),
    ],
    [
        Op("household", HOME, "delete", BUCKET, {SEEN: WRITERS.pack()}),
        Op("household", HOME, "restore", BUCKET, {}),
    ],
]
HEADERS = [Header(1, 7, 1, dseq, AUTHOR, WALL_MS, len(ops)) for dseq, ops in enumerate(OPS, 1)]
CHANGESETS = [
    Changeset(encode(header), [encode(op) for op in ops])
    for header, ops in zip(HEADERS, OPS, strict=True)
]
HASHES = chain.hashes(GENESIS, CHANGESETS)
HEAD_TEXT = chain.head_bytes(TOWNSHIP, 7, 1, 3, HASHES[-1])
REQUEST = Request(
    ChainHead(1, 3, HASHES[-1]), CHANGESETS, KEY.sign(HEAD_TEXT), {BUCKET: 40}, 262_144, b"\x01" * 8
)


NEW_BUCKET = f"{'ab' * 16}/i"
PLACE = {"zone_id": [b"\xab" * 16, "7.1.1.0"], "group_id": [b"\xac" * 16, None]}
MOVED = {**INSERT, "zone_id": b"\xab" * 16, "group_id": b"\xac" * 16}
MOVED_WRITERS = Writers("7.1.1.0", {"zone_id": "7.1.4.0", "group_id": "7.1.4.0"})
MOVES = [
    Op("household", HOME, "move", BUCKET, PLACE),
    Op("household", HOME, "leave", BUCKET, {}),
    Op(
        "household",
        HOME,
        "put",
        NEW_BUCKET,
        put_fields(MOVED, MOVED_WRITERS.pack(), [AUTHOR, WALL_MS, AUTHOR, WALL_MS + 1, None]),
    ),
]
"""An op of a laptop and the two of the township that follow from it."""


def plain_frame(content: bytes) -> bytes:
    """A zstd frame with one uncompressed block: the same bytes from every zstd version."""
    assert 256 <= len(content) < 1 << 16
    size = (len(content) - 256).to_bytes(2, "little")
    block = (len(content) << 3 | 1).to_bytes(3, "little")
    return bytes.fromhex("28b52ffd60") + size + block + content


def shown(value: Any) -> Any:
    """A message as JSON: bytes as ``hex:…``, structs as arrays, maps with text keys."""
    if isinstance(value, msgspec.Struct):
        values = [shown(getattr(value, name)) for name in value.__struct_fields__]
        return values if value.__struct_config__.array_like else msgspec.to_builtins(value)
    if isinstance(value, bytes):
        return f"hex:{value.hex()}"
    if isinstance(value, dict):
        return {str(name): shown(item) for name, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list | tuple) else value


def changesets() -> Any:
    return {
        "device_private_key": KEY.private_bytes_raw().hex(),
        "device_public_key": KEY.public_key().public_bytes_raw().hex(),
        "township": TOWNSHIP.hex(),
        "genesis": GENESIS.hex(),
        "changesets": [
            {
                "header": {"fields": shown(header), "bytes": changeset.header.hex()},
                "ops": [
                    {
                        "id": op_id(7, 1, header.dseq, index),
                        "fields": shown(op),
                        "bytes": data.hex(),
                        "sha256": op_hash(data).hex(),
                    }
                    for index, (op, data) in enumerate(zip(ops, changeset.ops, strict=True))
                ],
                "hash": hash_.hex(),
            }
            for header, ops, changeset, hash_ in zip(HEADERS, OPS, CHANGESETS, HASHES, strict=True)
        ],
        "moves": [{"fields": shown(op), "bytes": encode(op).hex()} for op in MOVES],
        "writers": {
            "fields": [WRITERS.default, WRITERS.fields],
            "bytes": WRITERS.pack().hex(),
        },
        "head": {"signed_text": HEAD_TEXT.hex(), "signature": KEY.sign(HEAD_TEXT).hex()},
    }


def envelope() -> Any:
    plain = msgspec.msgpack.encode(REQUEST)
    body = plain_frame(plain)
    sealed = chain.seal(KEY, TOWNSHIP, 7, body)
    return {
        "device_private_key": KEY.private_bytes_raw().hex(),
        "plain": plain.hex(),
        "body": body.hex(),
        "body_sha256": sha256(body).hexdigest(),
        "signed_text": chain.envelope_bytes(TOWNSHIP, 7, body).hex(),
        "signature": sealed.signature.hex(),
        "envelope": wire.parcel(sealed).hex(),
    }


def enrolment() -> Any:
    key, body = chain.code_key(CODE), plain_frame(msgspec.msgpack.encode(ENROLLED))
    typed = ["abcd-efgh 2345_6789oxyz", "ABCD-EFGH-2345-6789-OXYZ", "il0O-uU"]
    return {
        "typed": {text: wire.tidy_code(text) for text in typed},
        "code": CODE,
        "code_id": CODE[: wire.CODE_ID_LENGTH],
        "code_key": key.hex(),
        "nonce": NONCE.hex(),
        "body": body.hex(),
        "ask_proof": chain.code_proof(key, "ask", NONCE, body).hex(),
        "answer_proof": chain.code_proof(key, "answer", NONCE, body).hex(),
    }


OUTCOME = Outcome({1: ["away"]}, {0: {"policies_told": "medical subsidy"}})
SCOPE = Scope(b"\x02" * 8, [BUCKET, "township/i"], [AUTHOR])
ENROLLED = Enrolled(
    TOWNSHIP,
    "屈原镇",
    TOWNSHIP_KEY.public_key().public_bytes_raw(),
    bytes(16),
    7,
    "-----BEGIN CERTIFICATE-----\n" + "A" * 64 + "\n-----END CERTIFICATE-----\n",
    [Author(AUTHOR, "xiangmeihua", "向美华")],
    SCOPE,
    "",
    bytes([3]) * 32,
)
PAGE = Page(
    [
        Entry(41, CHANGESETS[0].header, list(CHANGESETS[0].ops)),
        Entry(42, CHANGESETS[1].header, [CHANGESETS[1].ops[1]], [1], Outcome({1: ["away"]}, {})),
    ],
    [Own(43, 1, 2), Own(44, 3, 1, OUTCOME), Own(45, 4, 1, Outcome(moved=[0]), [])],
    {BUCKET: 45, "township/i": 45},
    45,
    False,
    [Decision(1, 2, "applied", 42), Decision(1, 3, "rejected", 44, "请重新核对")],
    45,
)
ANSWER = Answer(
    sha256(plain_frame(msgspec.msgpack.encode(REQUEST))).digest(),
    bytes(16),
    None,
    ChainHead(1, 3, HASHES[-1]),
    [Verdict(1, "applied", 43, None, True), Verdict(2, "rejected", 44, "value")],
    PAGE,
    SCOPE,
    History(45, bytes([3]) * 32, bytes([4]) * 64, [bytes([5]) * 32]),
)
GAP = Answer(bytes(32), bytes(16), "gap", ChainHead(1, 0, GENESIS), [], None, None)
OLD = Answer(bytes(32), bytes(16), None, ChainHead(1, 0, GENESIS), [], None, None, minimum=2)
GROUP = Group(
    "household",
    [HOME],
    [WRITERS.pack()],
    [AUTHOR],
    ["2026-04-24T03:06:40Z"],
    [None],
    ["2026-04-24T03:06:40Z"],
    [None],
    {"zone_id": [ZONE], "no": ["龙马溪-2-017"]},
)
MANIFEST = Manifest(TOWNSHIP, BUCKET, 40, [ChunkLine(bytes([6]) * 32, 400_000, 5_000)])
OFFER = Offer(
    msgspec.msgpack.encode(MANIFEST),
    TOWNSHIP_KEY.sign(chain.snapshot_bytes(msgspec.msgpack.encode(MANIFEST))),
)
LOADING = Request(
    ChainHead(1, 0, GENESIS), [], b"", None, 262_144, b"", 0, [ChunkName(BUCKET, bytes([6]) * 32)]
)
OFFERING = Answer(
    bytes(32), bytes(16), None, ChainHead(1, 0, GENESIS), [], None, None, None, [OFFER], [b"part"]
)
ENROL = Enrol(wire.PROTOCOL, CODE[:4], NONCE, bytes([1]) * 32, bytes([2]) * 32, "笔记本")


SEALING_KEY = bytes(range(64, 96))


def bundle() -> Any:
    """The sealed file stays as it is: age takes a new random key each time."""
    message = bytes.fromhex(envelope()["envelope"])
    public = X25519PrivateKey.from_private_bytes(SEALING_KEY).public_key().public_bytes_raw()
    file = FOLDER / "bundle.json"
    sealed = json.loads(file.read_text("utf-8"))["file"] if file.exists() else ""
    try:
        fits = wire_bundle.unseal("outbox", bytes.fromhex(sealed), SEALING_KEY) == [message]
    except wire_bundle.BadBundle:
        fits = False
    return {
        "private_key": SEALING_KEY.hex(),
        "public_key": public.hex(),
        "identity": sealing.identity_text(SEALING_KEY),
        "recipient": sealing.recipient_text(public),
        "plain": msgspec.msgpack.encode(wire_bundle.Bundle([message])).hex(),
        "file": sealed if fits else wire_bundle.seal("outbox", [message], public).hex(),
    }


def messages() -> Any:
    made: list[msgspec.Struct] = [REQUEST, ANSWER, GAP, OLD, ENROL, ENROLLED]
    made += [Sealed(b"body", bytes(32)), SCOPE, PAGE, OUTCOME, LOADING, OFFERING, OFFER]
    made += [MANIFEST, GROUP, *about_pictures(HOME, ZONE, HASHES[-1])]
    return [
        {
            "message": type(message).__name__,
            "value": shown(message),
            "msgpack": msgspec.msgpack.encode(message).hex(),
        }
        for message in made
    ]


def records() -> Any:
    return {
        kind: {
            "class": record.data_class,
            "township_wide": record.township_wide,
            "fields": {name: declared(field) for name, field in record.fields().items()},
        }
        for kind, record in sorted(record_kinds().items())
    }


def declared(field: Field) -> Any:
    found: dict[str, Any] = {"kind": field.kind.value}
    found |= {"required": True} if field.required else {}
    found |= {"target": field.target} if field.target else {}
    found |= {"codes": list(field.codes)} if field.codes else {}
    return found


LEAVES = [
    wire_history.leaf(
        wire_history.entry_bytes(
            seq, 7, 1, seq, "applied", wire_history.commitment(bytes([seq]) * 16, HASHES[seq % 2])
        )
    )
    for seq in range(1, 8)
]


def _root(low: int, high: int) -> bytes:
    return wire_history.root_of(LEAVES[low:high])


CHECKPOINT_TEXT = wire_history.checkpoint_bytes(TOWNSHIP, 7, _root(0, 7))


def history() -> Any:
    return {
        "leaves": [leaf.hex() for leaf in LEAVES],
        "leaf_of": "seq, dseq = 1 … 7; device 7; incarnation 1; status applied; salt seq × 16;"
        " chain hashes of changesets.json, the second for odd seq",
        "roots": [_root(0, size).hex() for size in range(8)],
        "inclusion": [
            {"index": index, "size": 7, "proof": [h.hex() for h in found]}
            for index in range(7)
            if (found := wire_history.inclusion(index, 7, _root))
        ],
        "consistency": [
            {
                "old": old,
                "size": 7,
                "proof": [h.hex() for h in wire_history.consistency(old, 7, _root)],
            }
            for old in range(8)
        ],
        "checkpoint": {
            "signed_text": CHECKPOINT_TEXT.hex(),
            "public_key": KEY.public_key().public_bytes_raw().hex(),
            "signature": KEY.sign(CHECKPOINT_TEXT).hex(),
        },
    }


MADE: dict[str, Callable[[], Any]] = {
    made.__name__: made
    for made in (bundle, changesets, envelope, enrolment, history, messages, records)
}


def text_of(name: str) -> str:
    return json.dumps(MADE[name](), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("name", MADE)
def test_the_file_holds_what_the_code_makes(name: str) -> None:
    written = (FOLDER / f"{name}.json").read_text("utf-8")
    assert json.loads(written) == json.loads(text_of(name)), (
        f"docs/vectors/{name}.json: if the change is wanted, python -m tests.sync.test_vectors"
    )


def test_a_stranger_opens_the_bundle() -> None:
    told = json.loads((FOLDER / "bundle.json").read_text("utf-8"))
    line, sealed = bytes.fromhex(told["file"]).split(b"\n", 1)
    assert line == b"lianxinqiao bundle 1 outbox"
    identity = pyrage.x25519.Identity.from_str(told["identity"])
    assert str(identity.to_public()) == told["recipient"]
    assert pyrage.decrypt(sealed, [identity]).hex() == told["plain"]


def test_no_file_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(MADE)


MESSAGES = [Request, Answer, Enrol, Enrolled, Sealed, Scope, Page, Outcome, Offer, Manifest, Group]


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_reads_back(kind: type[msgspec.Struct]) -> None:
    found = [m for m in messages() if m["message"] == kind.__name__]
    for message in found:
        read = wire.parse(bytes.fromhex(message["msgpack"]), kind)
        assert shown(read) == message["value"]
    assert found


def test_the_hand_made_frame_is_a_frame() -> None:
    assert wire.unpack(bytes.fromhex(envelope()["body"]), Request) == REQUEST


def main() -> None:
    for name in MADE:
        (FOLDER / f"{name}.json").write_text(text_of(name), "utf-8")


if __name__ == "__main__":
    main()
