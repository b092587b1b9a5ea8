"""The pages of a SQLCipher file or journal in the clear, free ones too. For tests only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PAGE, _RESERVE, _SALT = 4096, 80, 16
_WAL_HEADER, _FRAME = 32, 24


def pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page that lies in the file; ``key`` is the raw one (SQLCipher 4, AES-256-CBC)."""
    data = path.read_bytes()
    if path.name.endswith("-wal"):
        step, start, skip = _FRAME + _PAGE, _WAL_HEADER, _FRAME
    else:
        step, start, skip = _PAGE, 0, 0
    for at in range(start, len(data) - step + 1, step):
        number = int.from_bytes(data[at : at + 4], "big") if skip else at // _PAGE + 1
        page = data[at + skip : at + step]
        if number == 1:
            page = page[_SALT:]
        vector = page[-_RESERVE : -_RESERVE + 16]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        yield decryptor.update(page[:-_RESERVE]) + decryptor.finalize()
