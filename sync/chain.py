"""Signatures over device chains and messages, and proofs of knowing a one-time code.

Ed25519 throughout. Every signed text begins with a line that says what it is, so that a
signature for one purpose is worthless for another.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.wire import PROTOCOL, BadMessage, Envelope
from township.changes import ERASED, Changeset

CHAIN = b"lianxinqiao chain 1\n"
MESSAGE = b"lianxinqiao message 1\n"
CODE = b"lianxinqiao code 1"
SNAPSHOT = b"lianxinqiao snapshot 1\n"


def head_bytes(township: bytes, device: int, incarnation: int, dseq: int, hash_: bytes) -> bytes:
    """What a device signs after a push: one signature covers all changesets before it."""
    return CHAIN + township + b"".join(_number(n) for n in (device, incarnation, dseq)) + hash_


def envelope_bytes(township: bytes, sender: int, body: bytes) -> bytes:
    """What the sender of a message signs: the compressed body and who speaks to whom."""
    return MESSAGE + township + _number(sender) + body


def snapshot_bytes(manifest: bytes) -> bytes:
    """What the township signs of a snapshot: its manifest, which names the township."""
    return SNAPSHOT + manifest


def seal(key: Ed25519PrivateKey, township: bytes, sender: int, body: bytes) -> Envelope:
    """A signed envelope around a packed body."""
    signature = key.sign(envelope_bytes(township, sender, body))
    return Envelope(PROTOCOL, township, sender, signature, body)


def check_envelope(envelope: Envelope, public: bytes) -> None:
    """Raises BadMessage("signature") unless the holder of ``public`` made this envelope."""
    text = envelope_bytes(envelope.township, envelope.sender, envelope.body)
    if not verify(public, envelope.signature, text):
        raise BadMessage("signature")


def verify(public: bytes, signature: bytes, text: bytes) -> bool:
    """Is this the signature of ``text`` by the holder of a raw Ed25519 public key?"""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def hashes(previous: bytes, changesets: Sequence[Changeset]) -> list[bytes]:
    """The chain hash of each changeset after ``previous``."""
    found = []
    for changeset in changesets:
        ops = changeset.ops
        if len(ops) == 1 and len(ops[0]) != ERASED:  # nearly all: ``link`` without its calls
            said = sha256(changeset.header).digest() + sha256(ops[0]).digest()
            previous = sha256(previous + said).digest()
        else:
            previous = changeset.hash(previous)
        found.append(previous)
    return found


def code_key(code: str) -> bytes:
    """What is kept of a one-time code: enough to check a proof, not to read the code back."""
    return hmac.digest(CODE, code.encode(), "sha256")


def code_proof(key: bytes, purpose: str, nonce: bytes, body: bytes) -> bytes:
    """Proof of knowing the code behind ``key``; ``purpose`` is ``ask`` or ``answer``."""
    text = purpose.encode() + b"\n" + nonce + sha256(body).digest()
    return hmac.digest(key, text, "sha256")


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")
