"""Who can open the laptop's data: a random data key, wrapped once per user by a password.

The file names users by login only. Wrapping: Argon2id of the password, then AES-256-GCM.
A new password wraps the same data key anew: nothing else is written. One more copy is sealed to
the township (``recovery``).
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from township.errors import DamagedDatabase, WorldError, WrongPassword
from township.storage import patience
from township.storage.patience import Patience

FORMAT = 1
MINIMUM_LENGTH = 10
"""Shortest password. Source: domain §7.2 (GB/T 22239-2019 grade 2 and more)."""


@dataclass(frozen=True)
class Cost:
    """Price of one password try: Argon2id passes, memory in KiB, lanes."""

    passes: int = 4
    memory: int = 131072
    lanes: int = 2


class Keyring:
    """The wrapped copies of one data key, in one small JSON file."""

    def __init__(
        self,
        path: Path,
        now: Callable[[], float] = time.time,
        uptime: Callable[[], float] = patience.uptime,
    ) -> None:
        self.path = path
        self._patience = Patience(now, uptime)

    def exists(self) -> bool:
        return self.path.exists()

    def logins(self) -> list[str]:
        """Users who can open the data, in the order in which they were added."""
        return list(self.load()["users"])

    def create(self, login: str, password: str, cost: Cost | None = None) -> bytes:
        """Make a fresh data key with its first user and return it. Raises WorldError."""
        if self.exists():
            raise WorldError("本机已有数据，不能重新建立密钥。")
        data_key = os.urandom(32)
        self.save({"format": FORMAT, "users": {}, "failures": {}})
        self.add(login, password, data_key, cost)
        return data_key

    def add(self, login: str, password: str, data_key: bytes, cost: Cost | None = None) -> None:
        """Let one more user open the data, or give a user a new password."""
        if problem := password_problem(password):
            raise WorldError(problem)
        content = self.load()
        content["users"][login] = wrap(data_key, password, cost or Cost())
        content["failures"].pop(login, None)
        self.save(content)

    def forget(self, login: str) -> None:
        """Take a user's way to the data away."""
        content = self.load()
        content["users"].pop(login, None)
        content["failures"].pop(login, None)
        self.save(content)

    def change(self, login: str, old: str, new: str, cost: Cost | None = None) -> None:
        """Give a user who knows the old password a new one; the data stay as they are.

        A wrong old password counts as at the lock. The file holds the old or the new password,
        whatever happens. Raises WrongPassword, and WorldError when the new one is not good.
        """
        if problem := password_problem(new):
            raise WorldError(problem)
        if old == new:
            raise WorldError("新密码和原密码一样，请换一个。")
        self.add(login, new, self.unlock(login, old), cost)

    def wait(self, login: str) -> int:
        """Seconds until this user may try again; 0 when now."""
        return self._patience.left(self.load()["failures"].get(login))

    def unlock(self, login: str, password: str) -> bytes:
        """The data key. Raises WrongPassword, with the delay before the next try."""
        content = self.load()
        return self.opened(content, login, content["users"].get(login), password)

    def opened(
        self, content: dict[str, Any], login: str, entry: dict[str, Any] | None, password: str
    ) -> bytes:
        """What ``entry`` of the file keeps under this password; a wrong one counts and costs."""
        if (wait := self._patience.left(content["failures"].get(login))) > 0:
            raise WrongPassword(f"连续输错，请等 {wait} 秒后再试。", wait)
        key = _unwrap(entry, password) if entry else None
        if key is None:
            raise self._failed(content, login)
        if content["failures"].pop(login, None):
            self.save(content)
        return key

    def _failed(self, content: dict[str, Any], login: str) -> WrongPassword:
        failure = self._patience.after(content["failures"].get(login))
        content["failures"][login] = failure
        self.save(content)
        count, wait = failure["count"], failure["wait"]
        if wait:
            return WrongPassword(f"密码不对。连续输错 {count} 次，请等 {wait} 秒后再试。", wait)
        return WrongPassword("密码不对，请重新输入。注意大小写和输入法状态。")

    def load(self) -> dict[str, Any]:
        """The file's content. Raises DamagedDatabase."""
        try:
            content: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
            if content["format"] > FORMAT:
                raise WorldError("密钥文件由更新版本的连心桥写成，请先升级程序。")
            if not {"users", "failures"} <= content.keys():
                raise ValueError("incomplete")
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise DamagedDatabase(
                "密钥文件丢失或损坏，打不开数据。请取回另存的 keys.json，或联系镇管理员。"
            ) from error
        return content

    def save(self, content: dict[str, Any]) -> None:
        """Replace the file as a whole."""
        write_atomically(self.path, json.dumps(content, indent=1).encode())


def password_problem(password: str) -> str | None:
    """What is wrong with a new password, in Chinese, or None."""
    if len(password) < MINIMUM_LENGTH:
        return f"密码至少 {MINIMUM_LENGTH} 位，现在 {len(password)} 位"
    if len(set(password)) < 4:
        return "密码太简单：请至少用 4 种不同的字符"
    return None


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a small file so that a power cut leaves the old or the new one whole."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(0o600)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    if os.name == "posix":  # the new name itself must reach the disk
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _derive(password: str, salt: bytes, cost: Cost) -> bytes:
    return hash_secret_raw(
        password.encode(), salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID
    )


def wrap(data_key: bytes, password: str, cost: Cost) -> dict[str, Any]:
    """A key (or another secret) as the file keeps it under a password."""
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derive(password, salt, cost)).encrypt(nonce, data_key, None)
    return {
        "salt": b64encode(salt).decode(),
        "cost": [cost.passes, cost.memory, cost.lanes],
        "nonce": b64encode(nonce).decode(),
        "key": b64encode(sealed).decode(),
    }


def _unwrap(entry: dict[str, Any], password: str) -> bytes | None:
    derived = _derive(password, b64decode(entry["salt"]), Cost(*entry["cost"]))
    try:
        return AESGCM(derived).decrypt(b64decode(entry["nonce"]), b64decode(entry["key"]), None)
    except InvalidTag:
        return None
