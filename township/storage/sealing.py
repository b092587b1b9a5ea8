"""Sealing bytes to receivers in the age format (age-encryption.org/v1, X25519).

Devices have raw X25519 keys; age writes the same keys in Bech32. Anybody can seal, only the
receiver can open: who wrote what is inside must be proven by signatures in there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyrage

STEP = 1024
"""Bytes to whose multiples padded content is filled up, so that its length tells little."""
_LENGTH = 4
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class NotForThisKey(Exception):
    """Sealed to somebody else, or so damaged that it looks like it."""


class Broken(Exception):
    """Not what was sealed: cut off, changed, or no age file at all."""


def recipient_text(public: bytes) -> str:
    """A raw X25519 public key as age writes it: ``age1…``."""
    return _bech32("age", public)


def identity_text(private: bytes) -> str:
    """A raw X25519 private key as age writes it: ``AGE-SECRET-KEY-1…``."""
    return _bech32("age-secret-key-", private).upper()


def seal(content: bytes, public: bytes) -> bytes:
    """A binary age file that only the holder of this raw X25519 key can open."""
    recipient = pyrage.x25519.Recipient.from_str(recipient_text(public))
    sealed: bytes = pyrage.encrypt(content, [recipient])
    return sealed


def seal_padded(content: bytes, recipients: Sequence[str]) -> bytes:
    """A binary age file for any of these recipients (``age1…``), its length rounded up."""
    filled = len(content).to_bytes(_LENGTH, "big") + content
    filled += bytes(-len(filled) % STEP)
    keys = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    sealed: bytes = pyrage.encrypt(filled, keys)
    return sealed


def unseal_padded(sealed: bytes, privates: Iterable[bytes]) -> bytes:
    """What ``seal_padded`` sealed, with whichever of these raw private keys opens it.

    Raises NotForThisKey, Broken.
    """
    for private in privates:
        try:
            filled = unseal(sealed, private)
        except NotForThisKey:
            continue
        length = int.from_bytes(filled[:_LENGTH], "big")
        if length > len(filled) - _LENGTH:
            raise Broken
        return filled[_LENGTH : _LENGTH + length]
    raise NotForThisKey


def unseal(sealed: bytes, private: bytes) -> bytes:
    """What was sealed, to the last byte. Raises NotForThisKey, Broken."""
    identity = pyrage.x25519.Identity.from_str(identity_text(private))
    try:
        content: bytes = pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise NotForThisKey from error
        raise Broken from error
    return content


def _bech32(prefix: str, data: bytes) -> str:
    """Source: BIP 173, without its limit of 90 characters."""
    values = _fives(data)
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _polymod([*spread, *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def _fives(data: bytes) -> list[int]:
    """The bits in groups of five, the last one filled up with zeros."""
    size = -(-len(data) * 8 // 5)
    bits = int.from_bytes(data, "big") << size * 5 - len(data) * 8
    return [bits >> 5 * (size - 1 - place) & 31 for place in range(size)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                check ^= generator
    return check
