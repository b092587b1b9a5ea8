"""Encrypting pictures for the server's database, whatever kind of database it is."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from township.errors import DamagedDatabase

KEY_BYTES = 32
_NONCE = 12
_LOST = (
    "照片密钥 files.key 不见了或已损坏。请从备份取回这个文件；没有备份时运行 "
    "lianxinqiao server restore（不带 --from），各台笔记本会把手里的照片重新上传。"
)

_log = logging.getLogger(__name__)


class Vault:
    """AES-256-GCM under the key of one server folder; ``about`` binds bytes to their place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def of_file(cls, path: Path) -> Vault:
        """The vault of a server folder. Raises DamagedDatabase when its key is gone."""
        if not path.exists() or len(key := path.read_bytes()) != KEY_BYTES:
            raise DamagedDatabase(_LOST)
        return cls(key)

    def seal(self, data: bytes, about: bytes) -> bytes:
        """Encrypted bytes; each time others."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, about)

    def open(self, sealed: bytes, about: bytes) -> bytes | None:
        """The plain bytes; None when they are not what was sealed there with this key."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
        except InvalidTag:
            _log.error("a picture cannot be decrypted: it is damaged, or files.key is another one")
            return None
