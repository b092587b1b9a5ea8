"""age files made with dice, so that a seed means the same everywhere; the real program opens them.

``pyrage`` takes its randomness from the machine and adds lines of random length. Source of the
format: age-encryption.org/v1 (C2SP). What is around it, like the padding, is the program's own.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.server import sealing_keys
from township.storage import sealing
from township.usecases import passing_on, sealed_entries

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@contextmanager
def diced(dice: Random) -> Iterator[None]:
    """Sealed matters, their ids and their numbers follow from the dice; few go together."""
    real = sealing.seal_padded
    ours = SimpleNamespace(
        encrypt=lambda content, recipients: encrypt(content, recipients, dice),
        x25519=pyrage.x25519,
    )

    def seal_padded(content: bytes, recipients: Sequence[str]) -> bytes:
        with patch.object(sealing, "pyrage", ours):
            return real(content, recipients)

    def new_number() -> str:
        return "-".join("".join(dice.choices(_ALPHABET, k=4)) for _ in range(2))

    with ExitStack() as stack:
        for place, name, new in (
            (sealing, "seal_padded", seal_padded),
            (sealed_entries, "os", SimpleNamespace(urandom=dice.randbytes)),
            (sealed_entries, "new_id", lambda: dice.randbytes(16)),
            (sealed_entries.sealed_text, "new_number", new_number),
            (sealing_keys, "new_id", lambda: dice.randbytes(16)),
            (passing_on, "TOGETHER", 2),
        ):
            stack.enter_context(patch.object(place, name, new))
        yield


def encrypt(content: bytes, recipients: Sequence[Any], dice: Random) -> bytes:
    """Content of a single chunk as a binary age file."""
    assert len(content) <= 64 << 10
    key, nonce = dice.randbytes(16), dice.randbytes(16)
    header = b"age-encryption.org/v1\n"
    for recipient in recipients:
        header += _stanza(key, _raw(str(recipient)), dice)
    header += b"---"
    proof = hmac.digest(_derived(key, b"", b"header"), header, "sha256")
    last = bytes(11) + b"\1"
    body = ChaCha20Poly1305(_derived(key, nonce, b"payload")).encrypt(last, content, None)
    return header + b" " + _text(proof) + b"\n" + nonce + body


def _stanza(key: bytes, public: bytes, dice: Random) -> bytes:
    own = X25519PrivateKey.from_private_bytes(dice.randbytes(32))
    share = own.public_key().public_bytes_raw()
    shared = own.exchange(X25519PublicKey.from_public_bytes(public))
    wrapping = _derived(shared, share + public, b"age-encryption.org/v1/X25519")
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)
    return b"-> X25519 " + _text(share) + b"\n" + _text(wrapped) + b"\n"


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret)


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _raw(recipient: str) -> bytes:
    """The key in ``age1…``: groups of five bits after the mark, the last six of them a check."""
    bits = 0
    groups = recipient.rpartition("1")[2][:-6]
    for letter in groups:
        bits = bits << 5 | _LETTERS.index(letter)
    return (bits >> len(groups) * 5 - 256).to_bytes(32, "big")
