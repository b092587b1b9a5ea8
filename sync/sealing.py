"""Sealing bytes to one receiver in the age format (age-encryption.org/v1, X25519).

Devices have raw X25519 keys; age writes the same keys in Bech32. Anybody can seal, only the
receiver can open: who wrote what is inside must be proven by signatures in there.
"""

from __future__ import annotations

import pyrage

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
