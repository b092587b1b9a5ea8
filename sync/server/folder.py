"""The server's folder: its files, making a new township in it, and opening it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert

from sync.server import devices, lifting, postgres, tables, tls
from sync.server.engine import Store, open_sqlite
from sync.server.service import Service
from sync.server.vault import Vault
from township.changes import SCHEMA
from township.errors import DamagedDatabase, WorldError
from township.records import new_id
from township.values import moment_text, utc_now

LONGEST_NAME = 40
"""Characters of a township's name."""
OFFICE_DEVICE = 1
"""The township office's own device: enters zones, cadres and what comes from other offices."""


@dataclass(frozen=True)
class ServerFolder:
    """The files of one server."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "server.db"

    @property
    def database_key(self) -> Path:
        """In the folder, or where the settings say that it is kept."""
        inside = self.path / "server.key"
        if inside.exists() or not self.settings.exists():
            return inside
        elsewhere = settings_of(self).get("key")
        return Path(elsewhere) if elsewhere else inside

    @property
    def township_key(self) -> Path:
        return self.path / "township.key"

    @property
    def office_key(self) -> Path:
        return self.path / "office.key"

    @property
    def sealing_key(self) -> Path:
        return self.path / "sealing.key"

    @property
    def recovery_key(self) -> Path:
        return self.path / "recovery.key"

    @property
    def files_key(self) -> Path:
        return self.path / "files.key"

    @property
    def tls(self) -> Path:
        return self.path / "tls"

    @property
    def settings(self) -> Path:
        return self.path / "server.json"


@dataclass(frozen=True)
class OpenServer:
    """An open folder: the service over its township, and the office's signing key."""

    folder: ServerFolder
    name: str
    service: Service
    office_key: Ed25519PrivateKey
    recovery: str
    """The age recipient to which laptops seal a copy of their data key."""

    def close(self) -> None:
        """Close the database."""
        self.service.store.close()


def init(
    path: Path,
    township_name: str,
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1"),
    clock: Callable[[], datetime] = utc_now,
    database: str | None = None,
    key_file: Path | None = None,
) -> ServerFolder:
    """Make a server folder: keys, certificate authority, an empty database.

    ``hosts`` are the names and addresses under which laptops will reach the server.
    ``database`` is the address of a PostgreSQL database; None: an encrypted file in the folder,
    whose key lies in ``key_file`` if that is given, on another disk or stick, say.
    Raises WorldError when there is a server already, or the database cannot be used.
    """
    folder = ServerFolder(path)
    if folder.settings.exists():
        raise WorldError("这个文件夹里已经有一个镇服务器，不能再建。请换一个文件夹。")
    if not 0 < len(township_name) <= LONGEST_NAME:
        raise WorldError(f"乡镇名称最长 {LONGEST_NAME} 个字。")
    address = postgres.address(database) if database else None
    store = postgres.open_postgres(address) if address else None  # first: it may not answer
    path.mkdir(parents=True, exist_ok=True)
    keys = [folder.township_key, folder.office_key, folder.sealing_key, folder.files_key]
    key = key_file or folder.database_key
    for file in keys if store else (key, *keys):
        _write_secret(file, os.urandom(32))
    _write_secret(folder.recovery_key, str(pyrage.x25519.Identity.generate()).encode())
    tls.make(folder.tls, township_name, hosts, clock())
    township_id = new_id()
    store = store or open_sqlite(folder.database, key.read_bytes())
    try:
        _enter_township(store, folder, township_id, township_name, clock())
    finally:
        store.close()
    settings = {"township_id": township_id.hex(), "name": township_name, "hosts": list(hosts)}
    if address:
        settings["database"] = postgres.without_password(address)
    elif key_file:
        settings["key"] = str(key_file.resolve())
    folder.settings.write_text(json.dumps(settings, ensure_ascii=False, indent=1), "utf-8")
    return folder


def _enter_township(
    store: Store, folder: ServerFolder, township_id: bytes, name: str, now: datetime
) -> None:
    moment = moment_text(now)
    with store.writing() as connection:
        connection.execute(
            insert(tables.township).values(
                township_id=township_id,
                name=name,
                epoch=new_id(),
                head_seq=0,
                next_device=OFFICE_DEVICE + 1,
                created_at=moment,
                schema=SCHEMA,
            )
        )
        sealing = X25519PrivateKey.from_private_bytes(folder.sealing_key.read_bytes())
        for number, title, file in (
            (0, name, folder.township_key),
            (OFFICE_DEVICE, f"{name}（服务器）", folder.office_key),
        ):
            key = Ed25519PrivateKey.from_private_bytes(file.read_bytes())
            public = (key.public_key().public_bytes_raw(), sealing.public_key().public_bytes_raw())
            devices.add(
                connection, township_id, number, title, public, moment, any_author=number != 0
            )
        devices.grant(
            connection,
            township_id,
            OFFICE_DEVICE,
            ["township/i", "township/r", *devices.OFFICE_PATTERNS],
            [],
        )


def open_server(
    path: Path, clock: Callable[[], datetime] = utc_now, database: str | None = None
) -> OpenServer:
    """Open a server folder. Raises WorldError, DamagedDatabase, NewerDatabase.

    ``database`` goes before the address in the settings: it may bring a password.
    """
    folder = ServerFolder(path)
    settings = settings_of(folder)
    vault = Vault.of_file(folder.files_key)
    store = _open_store(folder, settings, database)
    township_key = Ed25519PrivateKey.from_private_bytes(folder.township_key.read_bytes())
    office_key = Ed25519PrivateKey.from_private_bytes(folder.office_key.read_bytes())
    service = Service(store, bytes.fromhex(settings["township_id"]), township_key, vault, clock)
    if not service.exists():
        store.close()
        raise WorldError("这个数据库里没有本镇的数据。请核对数据库地址，或从备份恢复。")
    lifting.lift(store, service.township_id)
    recovery = pyrage.x25519.Identity.from_str(folder.recovery_key.read_text("ascii"))
    return OpenServer(folder, settings["name"], service, office_key, str(recovery.to_public()))


def renew_files_key(path: Path) -> None:
    """Make a new key for pictures if there is none; what was sealed with the old one is lost."""
    folder = ServerFolder(path)
    settings_of(folder)
    if not folder.files_key.exists():
        _write_secret(folder.files_key, os.urandom(32))


def _open_store(folder: ServerFolder, settings: dict[str, Any], database: str | None) -> Store:
    kept = settings.get("database")
    if database and not kept:
        raise WorldError("这个镇服务器的数据在它的文件夹里，不在 PostgreSQL 里。请去掉数据库地址。")
    if kept:
        return postgres.open_postgres(postgres.address(database or kept))
    return open_sqlite(folder.database, folder.database_key.read_bytes())


def settings_of(folder: ServerFolder) -> dict[str, Any]:
    """What server.json says. Raises WorldError, DamagedDatabase."""
    if not folder.settings.exists():
        raise WorldError("这个文件夹里没有镇服务器。请先运行 lianxinqiao server init。")
    try:
        settings: dict[str, Any] = json.loads(folder.settings.read_text("utf-8"))
        bytes.fromhex(settings["township_id"]), settings["name"]  # both must be there
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedDatabase("server.json 已损坏。请从备份取回这个文件。") from error
    return settings


def _write_secret(path: Path, data: bytes) -> None:
    """Raises WorldError when there is such a file already, or no room for it."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise WorldError(f"密钥文件 {path} 写不进去，或已经有了。请换一个地方。") from error
