"""Signatures and the chain: any change of a byte shows."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync import chain, wire
from sync.wire import BadMessage, ChainHead, Request
from township.changes import GENESIS, Changeset

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
CHANGESETS = [Changeset(b"header1", [b"op1", b"op2"]), Changeset(b"header2", [b"op3"])]


def test_the_chain_is_what_the_protocol_says() -> None:
    first, second = chain.hashes(GENESIS, CHANGESETS)
    header, *ops = (sha256(part).digest() for part in (b"header1", b"op1", b"op2"))
    assert first == sha256(bytes(32) + header + b"".join(ops)).digest()
    assert second.hex() == "9e80e8febd220500c8b5bfe057c341f00739565edd90fad4b9b59e1b1eaadac7"
    assert chain.hashes(first, CHANGESETS[1:]) == [second]


@given(st.integers(0, 1), st.sampled_from(["header", "ops", "order"]))
def test_any_difference_breaks_all_that_follows(place: int, what: str) -> None:
    changed = list(CHANGESETS)
    old = changed[place]
    if what == "header":
        changed[place] = Changeset(old.header + b"!", old.ops)
    elif what == "ops":
        changed[place] = Changeset(old.header, [*old.ops, b"op"])
    else:
        changed.reverse()
    before, after = chain.hashes(GENESIS, CHANGESETS), chain.hashes(GENESIS, changed)
    assert before[-1] != after[-1]


def test_moving_an_operation_to_the_next_changeset_shows() -> None:
    moved = [Changeset(b"header1", [b"op1"]), Changeset(b"header2", [b"op2", b"op3"])]
    assert chain.hashes(GENESIS, moved)[-1] != chain.hashes(GENESIS, CHANGESETS)[-1]


def test_an_envelope_is_bound_to_sender_township_and_body() -> None:
    envelope = chain.seal(KEY, bytes(16), 7, b"body")
    chain.check_envelope(envelope, PUBLIC)
    for other in (
        wire.Envelope(1, bytes(16), 8, envelope.signature, b"body"),
        wire.Envelope(1, b"\x01" + bytes(15), 7, envelope.signature, b"body"),
        wire.Envelope(1, bytes(16), 7, envelope.signature, b"body!"),
    ):
        with pytest.raises(BadMessage, match="signature"):
            chain.check_envelope(other, PUBLIC)


def test_a_signature_serves_one_purpose() -> None:
    text = chain.head_bytes(bytes(16), 7, 1, 1, bytes(32))
    assert chain.verify(PUBLIC, KEY.sign(text), text)
    assert not chain.verify(PUBLIC, KEY.sign(text), chain.envelope_bytes(bytes(16), 7, bytes(32)))
    assert not chain.verify(b"no key", KEY.sign(text), text)


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_decoder(data: bytes) -> None:
    for read in (wire.open_envelope, lambda d: wire.unpack(d, Request)):
        with pytest.raises(BadMessage):
            read(data)


def test_deep_nesting_is_malformed() -> None:
    deep = b"\x91" * 100_000 + b"\xc0"
    with pytest.raises(BadMessage, match="malformed"):
        wire.parse(deep, Request)


def test_a_request_comes_back_as_it_went() -> None:
    request = Request(ChainHead(1, 2, bytes(32)), CHANGESETS, bytes(64), {"township/i": 3}, 9, b"")
    assert wire.unpack(wire.pack(request), Request) == request
