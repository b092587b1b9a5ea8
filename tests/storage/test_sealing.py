"""Raw X25519 keys as age writes them, and what opening refuses."""

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from township.storage import sealing


@pytest.fixture(scope="module")
def pair() -> tuple[bytes, bytes]:
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw()


def test_keys_are_written_as_age_writes_them() -> None:
    for _ in range(20):
        key = X25519PrivateKey.generate()
        identity = pyrage.x25519.Identity.from_str(sealing.identity_text(key.private_bytes_raw()))
        assert str(identity) == sealing.identity_text(key.private_bytes_raw())
        public = key.public_key().public_bytes_raw()
        assert str(identity.to_public()) == sealing.recipient_text(public)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_what_was_sealed_comes_out(pair: tuple[bytes, bytes], size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    sealed = sealing.seal(content[:size], pair[1])
    assert sealing.unseal(sealed, pair[0]) == content[:size]


def test_only_the_receiver_opens(pair: tuple[bytes, bytes]) -> None:
    sealed = sealing.seal(b"content", pair[1])
    with pytest.raises(sealing.NotForThisKey):
        sealing.unseal(sealed, X25519PrivateKey.generate().private_bytes_raw())


def test_a_changed_file_does_not_open(pair: tuple[bytes, bytes]) -> None:
    sealed = sealing.seal(b"content" * 20_000, pair[1])
    for damaged in (sealed[:-1], sealed[:65_000], sealed + b"x", sealed * 2, b"", b"age"):
        with pytest.raises(sealing.Broken):
            sealing.unseal(damaged, pair[0])
